//! Bytes of the input: opened, decompressed (gzip and zstd, told by their first bytes) and turned into UTF-8.

use super::input::ReadOptions;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};
use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::rc::Rc;

/// Bytes of a record from which on it is passed over unread, so that memory stays bounded.
pub(super) const RECORD_LIMIT: u64 = 256 << 20;

/// Where bytes come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    File(PathBuf),
    /// Standard input, copied to a file on the way so that it can be read again.
    Stdin {
        copy: PathBuf,
    },
}

/// Bytes taken from the input so far, compressed as they are.
pub(super) type Counter = Rc<Cell<u64>>;

/// Opens a source and decompresses it.
pub(super) fn bytes(source: &Source, counter: &Counter) -> io::Result<Box<dyn BufRead>> {
    let raw: Box<dyn Read> = match source {
        Source::File(path) => Box::new(File::open(path)?),
        Source::Stdin { copy } => Box::new(Copied {
            from: io::stdin(),
            to: File::create(copy)?,
        }),
    };
    let counted = Counted {
        inner: raw,
        counter: counter.clone(),
    };
    let (head, all) = peek(BufReader::with_capacity(1 << 16, counted), 4)?;
    Ok(match head.as_slice() {
        [0x1f, 0x8b, ..] => Box::new(BufReader::new(flate2::bufread::MultiGzDecoder::new(all))),
        [0x28, 0xb5, 0x2f, 0xfd] => Box::new(BufReader::new(zstd::Decoder::with_buffer(all)?)),
        _ => Box::new(all),
    })
}

/// Opens a source as UTF-8, with the name of the encoding that it is in: that of its byte order mark, the one asked
/// for, or UTF-8, which is not checked here.
pub(super) fn lines(
    source: &Source,
    options: &ReadOptions,
    counter: &Counter,
) -> io::Result<(Box<dyn BufRead>, &'static str)> {
    let (head, mut all) = peek(bytes(source, counter)?, 3)?;
    let mut encoding = options.encoding.unwrap_or(UTF_8);
    if let Some((marked, length)) = Encoding::for_bom(&head) {
        all.read_exact(&mut [0; 3][..length])?;
        encoding = marked;
    }
    if encoding == UTF_8 {
        return Ok((Box::new(all), UTF_8.name()));
    }
    let decoded = Decoded {
        inner: all,
        decoder: encoding.new_decoder_without_bom_handling(),
        taken: 0,
        text: Vec::new(),
        given: 0,
        ended: false,
    };
    Ok((Box::new(BufReader::new(decoded)), encoding.name()))
}

/// Reads the whole of a source, up to the limit of a record.
pub(super) fn whole(source: &Source, counter: &Counter) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    bytes(source, counter)?
        .take(RECORD_LIMIT + 1)
        .read_to_end(&mut all)?;
    if all.len() as u64 > RECORD_LIMIT {
        return Err(io::Error::other(format!(
            "a file of more than {} MiB is no article",
            RECORD_LIMIT >> 20
        )));
    }
    Ok(all)
}

/// Turns a text into UTF-8: by its byte order mark, as UTF-8 if it is valid, as `declared`, or as what it looks like.
/// The encoding is given back by name; the text must fit it without exception.
pub(super) fn decode(
    bytes: &[u8],
    declared: Option<&'static Encoding>,
) -> Result<(String, &'static str), String> {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, &bytes[length..]),
        None if std::str::from_utf8(bytes).is_ok() => (UTF_8, bytes),
        None => (declared.unwrap_or_else(|| guess(bytes)), bytes),
    };
    let invalid = || match std::str::from_utf8(bytes) {
        Err(e) if encoding == UTF_8 => format!("invalid UTF-8 at byte {}", e.valid_up_to()),
        _ => format!("its bytes are not valid {}", encoding.name()),
    };
    if let Some(at) = bytes.iter().position(|b| *b == 0)
        && encoding.is_ascii_compatible()
    {
        return Err(format!("a binary file: NUL at byte {at}"));
    }
    let text = encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or_else(invalid)?;
    Ok((text.into_owned(), encoding.name()))
}

/// What the bytes of a text that is not UTF-8 look like.
pub(super) fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// The encoding of a label such as `windows-1252`, as the WHATWG Encoding Standard lists them.
pub fn encoding(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label_no_replacement(label.as_bytes())
}

/// Reads a line without its break. `None` at the end; an error inside for one over the limit, which is passed over.
pub(super) fn line(
    mut reader: &mut dyn BufRead,
    line: &mut Vec<u8>,
) -> io::Result<Option<Result<(), String>>> {
    line.clear();
    let read = Read::take(&mut reader, RECORD_LIMIT).read_until(b'\n', line)?;
    if read == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if read as u64 == RECORD_LIMIT {
        *line = Vec::new();
        reader.skip_until(b'\n')?;
        return Ok(Some(Err(format!(
            "a record of more than {} MiB",
            RECORD_LIMIT >> 20
        ))));
    }
    Ok(Some(Ok(())))
}

/// The first bytes, and a reader that still gives them.
fn peek<R: BufRead>(mut reader: R, count: u64) -> io::Result<(Vec<u8>, impl BufRead)> {
    let mut head = Vec::new();
    reader.by_ref().take(count).read_to_end(&mut head)?;
    Ok((head.clone(), io::Cursor::new(head).chain(reader)))
}

struct Counted<R> {
    inner: R,
    counter: Counter,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.counter.set(self.counter.get() + read as u64);
        Ok(read)
    }
}

struct Copied<R> {
    from: R,
    to: File,
}

impl<R: Read> Read for Copied<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.to.write_all(&buffer[..read])?;
        Ok(read)
    }
}

/// Text of another encoding as UTF-8; bytes that do not fit the encoding are an error.
struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    taken: u64,
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: BufRead> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && !self.ended {
            let input = self.inner.fill_buf()?;
            let last = input.is_empty();
            let room = self
                .decoder
                .max_utf8_buffer_length_without_replacement(input.len())
                .unwrap_or(4 * input.len() + 16);
            self.text.resize(room, 0);
            let (result, used, written) =
                self.decoder
                    .decode_to_utf8_without_replacement(input, &mut self.text, last);
            self.inner.consume(used);
            self.taken += used as u64;
            self.text.truncate(written);
            self.given = 0;
            if let DecoderResult::Malformed(..) = result {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!(
                        "not valid {} before byte {}",
                        self.decoder.encoding().name(),
                        self.taken
                    ),
                ));
            }
            self.ended = last && result == DecoderResult::InputEmpty;
        }
        let count = buffer.len().min(self.text.len() - self.given);
        buffer[..count].copy_from_slice(&self.text[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings() {
        let cases: [(&[u8], Option<&str>, Result<(&str, &str), &str>); 8] = [
            (b"caf\xc3\xa9", None, Ok(("café", "UTF-8"))),
            (b"\xef\xbb\xbfcaf\xc3\xa9", None, Ok(("café", "UTF-8"))),
            (b"\xff\xfec\x00\xe9\x00", None, Ok(("cé", "UTF-16LE"))),
            (
                b"The caf\xe9 \x93closed\x94, she said.",
                None,
                Ok(("The café “closed”, she said.", "windows-1252")),
            ),
            (b"\xcf\xe5\xf0", Some("windows-1251"), Ok(("Пер", "windows-1251"))),
            (b"ok\x00\x01", None, Err("a binary file: NUL at byte 2")),
            (b"\xc3\x28", Some("utf-8"), Err("invalid UTF-8 at byte 0")),
            (b"\xff\xfe\x00\xd8", None, Err("its bytes are not valid UTF-16LE")),
        ];
        for (bytes, declared, expected) in cases {
            let declared = declared.and_then(encoding);
            let expected = expected
                .map(|(text, name)| (text.to_owned(), name))
                .map_err(str::to_owned);
            assert_eq!(decode(bytes, declared), expected);
        }
    }

    #[test]
    fn streams_are_decompressed_and_decoded() {
        use std::io::Write;
        let text = "naïve “text”\n".repeat(40_000);
        let utf16: Vec<u8> = [0xfeff]
            .into_iter()
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&utf16).unwrap();
        let folder = tempfile::tempdir().unwrap();
        for (bytes, name) in [
            (text.clone().into_bytes(), "UTF-8"),
            (zstd::encode_all(text.as_bytes(), 1).unwrap(), "UTF-8"),
            (gzip.finish().unwrap(), "UTF-16LE"),
        ] {
            let path = folder.path().join("x");
            std::fs::write(&path, &bytes).unwrap();
            let counter = Counter::default();
            let (mut reader, encoding) =
                lines(&Source::File(path), &ReadOptions::default(), &counter).unwrap();
            let mut read = String::new();
            reader.read_to_string(&mut read).unwrap();
            assert!(read == text && encoding == name);
            assert_eq!(counter.get(), bytes.len() as u64);
        }
    }
}
