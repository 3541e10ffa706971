//! Plain text: a file is an article, its id the file's name.

use super::Opened;
use crate::article::Article;
use crate::corpus::record::{Fault, Record, hex};
use crate::corpus::source::{decode, whole};
use serde_json::Value;

pub(super) fn read(input: Opened) -> impl Iterator<Item = Record> {
    std::iter::once_with(move || article(&input, |text| Ok((text, None))))
}

/// Reads a file and makes its text an article's; `draw` gives the text and perhaps metadata.
pub(super) fn article(
    input: &Opened,
    draw: impl FnOnce(String) -> Result<(String, Option<serde_json::Map<String, Value>>), String>,
) -> Record {
    let bytes = match whole(&input.source, &input.counter) {
        Ok(bytes) => bytes,
        Err(e) => return input.unread(None, e),
    };
    let id = input.file_id();
    let mut encoding = "";
    let body = decode(&bytes, input.options.encoding)
        .and_then(|(text, name)| {
            encoding = name;
            let (text, meta) = draw(text)?;
            let mut article = Article::new(id.clone(), text);
            article.meta = meta.unwrap_or_default();
            if name != "UTF-8" {
                article.meta.insert("encoding".into(), name.into());
            }
            Ok(article)
        })
        .map_err(|reason| Fault {
            id: Some(id),
            reason,
            record: match String::from_utf8(bytes) {
                Ok(text) => Value::String(text),
                Err(e) => hex(e.as_bytes()),
            },
        });
    Record {
        position: input.position(None),
        encoding,
        body,
    }
}
