//! brat stand-off: per article the text (`ID.txt`) and its annotations (`ID.ann`), and one `annotation.conf` for all.
//! Offsets are code points. Links are relations; claim types and quotation are attributes; what brat's attributes cannot
//! hold (scores, targets, records of speakers) is a note in JSON. Spans are cut at line breaks, as brat asks for.

use super::folder::{self, Folder};
use super::marks::{Link, Mark, Marks, Rest, Speakers};
use super::records::code_points;
use super::{FolderWriter, Format, FormatError, Input, Losses, Offsets, Output, Part, Reader, WriteOptions};
use crate::annotation::Annotation;
use crate::span::Span;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write;
use std::path::PathBuf;

pub(super) const FORMAT: Format = Format {
    name: "brat",
    about: "brat stand-off, a folder: text, annotations with relations and attributes, annotation.conf",
    extensions: &["ann"],
    corpora: false,
    units: false,
    carries: Some(&[
        Part::Text,
        Part::Ids,
        Part::Entities,
        Part::EntityScores,
        Part::EntityCountries,
        Part::Attributions,
        Part::Sentences,
        Part::Speakers,
        Part::Mentions,
        Part::Claims,
        Part::ClaimAttributions,
    ]),
    faults: |annotation, losses| {
        Marks::losses(annotation, Speakers::InText, losses);
        if let Ok(marks) = Marks::of(annotation, Speakers::InText) {
            let text = annotation.text.as_str();
            let edges = |m: &&Mark| cover(&fragments(text, m.span)) != Some(m.span);
            let blank = marks
                .marks
                .iter()
                .filter(|m| fragments(text, m.span).is_empty())
                .count();
            let cut = marks.marks.iter().filter(edges).count() - blank;
            losses.add(&annotation.id, "line breaks at the edges of spans", cut);
            losses.add(&annotation.id, "spans of line breaks alone, left out", blank);
        }
    },
    output: Output::Folder(|_: WriteOptions, folder| {
        Ok(Box::new(Brat {
            folder,
            labels: BTreeSet::new(),
            relations: BTreeMap::new(),
            attributes: BTreeMap::new(),
        }))
    }),
    reader: Some(open),
};

/// Attributes whose values brat is told beforehand, as it names them and as we do.
const ATTRIBUTES: [(&str, &str); 3] = [
    ("ClaimType", "claim_type"),
    ("Quotation", "quotation"),
    ("SpeakerKind", "kind"),
];
/// The type of brat's free notes.
const NOTE: &str = "AnnotatorNotes";
/// In a note: a label that brat cannot write.
const LABEL: &str = "label";

struct Brat {
    folder: Folder,
    labels: BTreeSet<String>,
    /// Labels of both ends by the relation's name.
    relations: BTreeMap<String, [BTreeSet<String>; 2]>,
    /// Labels and values by the attribute's name.
    attributes: BTreeMap<&'static str, [BTreeSet<String>; 2]>,
}

impl FolderWriter for Brat {
    fn write(&mut self, annotation: &Annotation) -> Result<(), FormatError> {
        let text = annotation.text.as_str();
        let stem = folder::stem(&annotation.id);
        let mut file = self.folder.create(&format!("{stem}.txt"))?;
        file.write_all(text.as_bytes())?;
        file.flush()?;
        let mut out = self.folder.create(&format!("{stem}.ann"))?;
        let offsets = code_points(text);
        let marks = Marks::of(annotation, Speakers::InText)?;
        let mut numbers = vec![None; marks.marks.len()];
        let (mut spans, mut attributes, mut notes) = (0, 0, 0);
        for (i, mark) in marks.marks.iter().enumerate() {
            let fragments = fragments(text, mark.span);
            if fragments.is_empty() {
                continue;
            }
            spans += 1;
            numbers[i] = Some(spans);
            let label = safe(&mark.label);
            self.labels.insert(label.clone());
            let places: Result<Vec<String>, FormatError> = (fragments.iter())
                .map(|f| offsets.write(*f).map(|(start, end)| format!("{start} {end}")))
                .collect();
            let words: Vec<&str> = fragments.iter().map(|f| f.of(text)).collect();
            writeln!(
                out,
                "T{spans}\t{label} {}\t{}",
                places?.join(";"),
                words.join(" ")
            )?;
            let mut rest = mark.attributes.clone();
            for (name, key) in ATTRIBUTES {
                let value = rest.get(key).and_then(Value::as_str);
                if let Some(value) = value.filter(|v| safe(v) == **v).map(str::to_owned) {
                    attributes += 1;
                    writeln!(out, "A{attributes}\t{name} T{spans} {value}")?;
                    let [labels, values] = self.attributes.entry(name).or_default();
                    labels.insert(label.clone());
                    values.insert(value);
                    rest.remove(key);
                }
            }
            if label != mark.label {
                rest.insert(LABEL.to_owned(), mark.label.clone().into());
            }
            if !rest.is_empty() {
                notes += 1;
                writeln!(out, "#{notes}\t{NOTE} T{spans}\t{}", Value::from(rest))?;
            }
        }
        let mut relations = 0;
        for Link { name, from, to } in &marks.links {
            if let (Some(first), Some(second)) = (numbers[*from], numbers[*to]) {
                relations += 1;
                writeln!(out, "R{relations}\t{name} Arg1:T{first} Arg2:T{second}")?;
                let ends = self.relations.entry(name.clone()).or_default();
                for (end, mark) in ends.iter_mut().zip([*from, *to]) {
                    end.insert(safe(&marks.marks[mark].label));
                }
            }
        }
        out.flush()?;
        Ok(())
    }

    fn finish(&mut self) -> Result<(), FormatError> {
        let mut out = self.folder.create("annotation.conf")?;
        writeln!(out, "[entities]")?;
        for label in &self.labels {
            writeln!(out, "{label}")?;
        }
        writeln!(
            out,
            "\n[relations]\n<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>"
        )?;
        for (name, [first, second]) in &self.relations {
            writeln!(out, "{name}\tArg1:{}, Arg2:{}", either(first), either(second))?;
        }
        writeln!(out, "\n[events]\n\n[attributes]")?;
        for (name, [labels, values]) in &self.attributes {
            writeln!(out, "{name}\tArg:{}, Value:{}", either(labels), either(values))?;
        }
        out.flush()?;
        Ok(())
    }
}

fn either(names: &BTreeSet<String>) -> String {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.join("|")
}

/// A name that brat can write: letters, digits, `-` and `_`.
fn safe(name: &str) -> String {
    let safe: String = (name.chars())
        .map(|c| {
            if c.is_ascii_alphanumeric() || "-_".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    match safe.is_empty() {
        true => "_".to_owned(),
        false => safe,
    }
}

/// What ends a line for brat or the tools that read its files.
fn is_line_break(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// A span cut at line breaks; blanks beside these go with them.
fn fragments(text: &str, span: Span) -> Vec<Span> {
    let mut fragments = Vec::new();
    let mut at = span.start;
    let lines: Vec<&str> = span.of(text).split(is_line_break).collect();
    let last = lines.len() - 1;
    for (i, line) in lines.iter().enumerate() {
        let start = at
            + if i > 0 {
                line.len() - line.trim_start().len()
            } else {
                0
            };
        let end = at
            + if i < last {
                line.trim_end().len()
            } else {
                line.len()
            };
        if start < end {
            fragments.push(Span::new(start, end));
        }
        at += line.len();
        at += text[at..].chars().next().map_or(0, char::len_utf8);
    }
    fragments
}

fn cover(fragments: &[Span]) -> Option<Span> {
    Some(fragments.first()?.cover(*fragments.last()?))
}

/// Articles of a folder, or the one of a file.
struct Articles(std::vec::IntoIter<PathBuf>);

fn open(input: &Input) -> Result<Box<dyn Reader>, FormatError> {
    if input.is_stdin() {
        let reason = "brat's annotations stand beside their text; name a folder or an .ann file".to_owned();
        return Err(input.fault(1, reason));
    }
    let files = match input.path().is_dir() {
        true => folder::files(input.path(), "ann")?,
        false => vec![input.path().to_owned()],
    };
    if files.is_empty() {
        return Err(input.fault(1, "the folder holds no .ann files".to_owned()));
    }
    Ok(Box::new(Articles(files.into_iter())))
}

impl Reader for Articles {
    fn next(&mut self, losses: &mut Losses) -> Option<Result<Annotation, FormatError>> {
        let path = self.0.next()?;
        Some(read(&path, losses))
    }
}

fn read(path: &std::path::Path, losses: &mut Losses) -> Result<Annotation, FormatError> {
    let text = Input::new(path.with_extension("txt")).text()?;
    let input = Input::new(path);
    let lines = input.text()?;
    let id = folder::id(&path.file_stem().unwrap_or_default().to_string_lossy());
    let offsets = code_points(&text);
    let mut marks = Marks::default();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut later = Vec::new();
    for (index, line) in lines.split('\n').enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.trim().is_empty() {
            continue;
        }
        let fail = |reason: String| input.fault(index + 1, reason);
        let mut fields = line.splitn(3, '\t');
        let (name, body) = (fields.next().unwrap_or_default(), fields.next());
        let body = body.ok_or_else(|| fail("no tab after the annotation's number".to_owned()))?;
        if name.starts_with('T') {
            let (mark, gaps) = text_bound(body, fields.next(), &text, &offsets).map_err(fail)?;
            losses.add(
                &id,
                "discontinuous spans, read as the stretch that covers them",
                gaps,
            );
            if places
                .insert(name, marks.push(&mark.label, mark.span, Map::new()))
                .is_some()
            {
                return Err(fail(format!("{name} is there twice")));
            }
        } else {
            later.push((index + 1, name, body, fields.next().unwrap_or_default()));
        }
    }
    for (line, name, body, tail) in later {
        let fail = |reason: String| input.fault(line, reason);
        let mut words = body.split(' ');
        let (kind, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let place = |target: &str| places.get(target).copied();
        match name.bytes().next().unwrap_or_default() {
            b'R' => {
                let ends = [target, words.next().unwrap_or_default()].map(|argument| {
                    let target = argument.split_once(':').map_or(argument, |(_, target)| target);
                    place(target).ok_or_else(|| {
                        fail(format!("{argument:?} is no span of this file; relations are written R1, a tab, name Arg1:T1 Arg2:T2"))
                    })
                });
                let [from, to] = ends;
                marks.link(kind, from?, to?);
            }
            b'A' | b'M' => {
                let value = words.next();
                let key = ATTRIBUTES
                    .iter()
                    .find(|(name, _)| *name == kind)
                    .map(|(_, key)| *key);
                match (place(target), key, value) {
                    (None, ..) if target.starts_with('T') => {
                        return Err(fail(format!("{target:?} is no span of this file")));
                    }
                    (Some(i), Some(key), Some(value)) => {
                        marks.marks[i].attributes.insert(key.to_owned(), json!(value));
                    }
                    _ => losses.add(&id, &format!("attribute {kind}"), 1),
                }
            }
            b'#' => match (place(target), serde_json::from_str::<Map<String, Value>>(tail)) {
                (Some(i), Ok(mut note)) if kind == NOTE => {
                    if let Some(Value::String(label)) = note.remove(LABEL) {
                        let old = &marks.marks[i];
                        let attributes = old.attributes.clone();
                        marks.marks[i] = Mark::new(&label, old.span, attributes);
                    }
                    marks.marks[i].attributes.extend(note);
                }
                _ => losses.add(&id, "notes of annotators", 1),
            },
            b'E' => losses.add(&id, "events", 1),
            b'N' => losses.add(&id, "normalisations", 1),
            b'*' => losses.add(&id, "equivalences", 1),
            _ => {
                return Err(fail(format!(
                    "{name:?} is no annotation's number; these begin with T, R, A, M, E, N, * or #"
                )));
            }
        }
    }
    let rest = Rest::read(None, Map::new()).map_err(|e| input.fault(1, e))?;
    (marks.into_annotation(&id, &text, rest, losses)).map_err(|e| input.fault(1, e))
}

/// The mark of a text-bound annotation, and whether it leaves words out.
fn text_bound(
    body: &str,
    words: Option<&str>,
    text: &str,
    offsets: &Offsets<'_>,
) -> Result<(Mark, usize), String> {
    let bad = || format!("{body:?} is not a label and offsets such as PERSON 0 8");
    let (label, places) = body.split_once(' ').ok_or_else(bad)?;
    let mut fragments = Vec::new();
    for place in places.split(';') {
        let (start, end) = place.split_once(' ').ok_or_else(bad)?;
        let (start, end) = (start.parse().map_err(|_| bad())?, end.parse().map_err(|_| bad())?);
        fragments.push(offsets.read(start, end).map_err(|e| e.to_string())?);
    }
    let there: Vec<&str> = fragments.iter().map(|f| f.of(text)).collect();
    let there = there.join(" ");
    if words.is_some_and(|words| words != there) {
        return Err(format!(
            "the annotation's own text is {:?}, the article has {there:?} there; the .txt file must be the one that \
             was annotated",
            words.unwrap_or_default()
        ));
    }
    let gap = |pair: &[Span]| {
        !text
            .get(pair[0].end..pair[1].start)
            .is_some_and(|gap| gap.trim().is_empty())
    };
    let gaps = usize::from(fragments.windows(2).any(gap));
    let span = fragments
        .iter()
        .copied()
        .reduce(|a, b| a.cover(b))
        .ok_or_else(bad)?;
    Ok((Mark::new(label, span, Map::new()), gaps))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn annotations(text: &str, ann: &str) -> Result<(Annotation, Losses), String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.txt"), text).unwrap();
        std::fs::write(folder.path().join("a.ann"), ann).unwrap();
        let mut losses = Losses::default();
        let read = read(&folder.path().join("a.ann"), &mut losses).map_err(|e| e.to_string())?;
        Ok((read, losses))
    }

    #[test]
    fn spans_are_cut_at_line_breaks() {
        for (text, expected) in [
            ("Ida Lund", vec!["Ida Lund"]),
            ("Ida \r\n Lund", vec!["Ida", "Lund"]),
            ("\nIda\u{2028}Lund", vec!["Ida", "Lund"]),
            ("\r\n", vec![]),
        ] {
            let fragments = fragments(text, Span::new(0, text.len()));
            let found: Vec<&str> = fragments.iter().map(|f| f.of(text)).collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn files_of_others() {
        let ann = "T1\tPER 0 3;9 13\tIda said\nT2\tPER 4 8\tLund\nE1\tSay:T1\nN1\tReference T1 X:1\tx\n\
                   A1\tNegated T2\n#1\tAnnotatorNotes T2\tsure?\nR1\tmeets Arg1:T1 Arg2:T2\n*\tEquiv T1 T2\n";
        let (annotation, losses) = annotations("Ida Lund said", ann).unwrap();
        let entities = annotation.entities.unwrap();
        assert_eq!(entities[0].span, Span::new(0, 13));
        let what: Vec<&str> = losses.iter().map(|l| l.what.as_str()).collect();
        assert_eq!(
            what,
            [
                "discontinuous spans, read as the stretch that covers them",
                "events",
                "normalisations",
                "attribute Negated",
                "notes of annotators",
                "equivalences",
                "links that have no meaning here"
            ]
        );
    }

    #[test]
    fn faults_are_named_with_their_line() {
        for (ann, message) in [
            ("T1 PER 0 3 Ida\n", "a.ann:1: no tab"),
            (
                "T1\tPER 0 3\tIda\nT2\tPER 0 99\tIda\n",
                "a.ann:2: span 0..99 does not fit",
            ),
            (
                "T1\tPER 0 3\tOla\n",
                "a.ann:1: the annotation's own text is \"Ola\"",
            ),
            (
                "T1\tPER 0-3\tIda\n",
                "a.ann:1: \"PER 0-3\" is not a label and offsets",
            ),
            ("R1\tsaid Arg1:T1 Arg2:T2\n", "a.ann:1: \"Arg1:T1\" is no span"),
            ("X1\tPER 0 3\tIda\n", "a.ann:1: \"X1\" is no annotation's number"),
        ] {
            let error = annotations("Ida Lund said", ann).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }
}
