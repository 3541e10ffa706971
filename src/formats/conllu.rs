//! CoNLL-U and CoNLL-U Plus: a word per line with numbered columns, comments before each sentence. White space is kept
//! (`SpaceAfter=No`, and `SpacesBefore` and `SpacesAfter` as UDPipe writes them), so the text comes back as it stood. An
//! entity is `NER=B-PERSON` among a word's MISC features; in CoNLL-U Plus, a column of its own.

use super::conll::chunks;
use super::tagged::Tagged;
use super::{
    Format, FormatError, Input, Losses, OUTSIDE, Output, Part, Reader, TagScheme, WriteOptions, Writer,
};
use crate::annotation::{Annotation, Entity};
use crate::span::Span;
use serde_json::{Map, Value};
use std::io::Write;
use std::ops::RangeInclusive;

pub(super) const CONLLU: Format = Format {
    name: "conllu",
    about: "CoNLL-U: words and white space, entities as NER= among the MISC features",
    extensions: &["conllu"],
    output: Output::Stream(|options| Box::new(Conllu::new(options, false))),
    ..PLUS
};

pub(super) const PLUS: Format = Format {
    name: "conllup",
    about: "CoNLL-U Plus: words and white space, entities in a column of their own",
    extensions: &["conllup"],
    corpora: false,
    units: false,
    carries: Some(&[Part::Text, Part::Ids, Part::Metadata, Part::Entities]),
    faults: |annotation, losses| {
        Tagged::column_losses(annotation, losses);
        let id = &annotation.id;
        let broken = id.contains(char::is_control) || id.trim() != id;
        losses.add(
            id,
            "line breaks and edges of white space in ids",
            usize::from(broken),
        );
        let blank = annotation.text.trim().is_empty() && !annotation.text.is_empty();
        losses.add(id, "texts of white space alone", usize::from(blank));
    },
    output: Output::Stream(|options| Box::new(Conllu::new(options, true))),
    reader: Some(|input| Ok(Box::new(parse(input)?))),
};

/// Columns of a file that does not name its own.
const COLUMNS: [&str; 10] = [
    "ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC",
];
/// What the first line of a CoNLL-U Plus file begins with.
const GLOBAL: &str = "# global.columns =";
/// The column of our CoNLL-U Plus files that holds tags.
const NER_COLUMN: &str = "DIXIT:NER";

struct Conllu {
    scheme: TagScheme,
    plus: bool,
    begun: bool,
}

impl Conllu {
    fn new(options: WriteOptions, plus: bool) -> Self {
        Self {
            scheme: options.scheme,
            plus,
            begun: false,
        }
    }
}

impl Writer for Conllu {
    fn write(&mut self, annotation: &Annotation, out: &mut dyn Write) -> Result<(), FormatError> {
        if self.plus && !self.begun {
            writeln!(out, "{GLOBAL} ID FORM MISC {NER_COLUMN}")?;
        }
        self.begun = true;
        let text = annotation.text.as_str();
        let tagged = Tagged::new(annotation);
        let id = annotation.id.replace(char::is_control, " ");
        writeln!(out, "# newdoc id = {}", id.trim())?;
        if !annotation.meta.is_empty() {
            writeln!(out, "# meta = {}", Value::from(annotation.meta.clone()))?;
        }
        if tagged.sentences.is_empty() {
            writeln!(out)?;
        }
        let words: Vec<Span> = tagged.sentences.iter().flatten().map(|w| w.span).collect();
        let mut place = 0;
        for (number, sentence) in tagged.sentences.iter().enumerate() {
            if tagged.paragraphs[number] {
                writeln!(out, "# newpar")?;
            }
            writeln!(out, "# sent_id = {}-{}", id.trim(), number + 1)?;
            if let ([first, ..], [.., last]) = (sentence.as_slice(), sentence.as_slice()) {
                let whole = first.span.cover(last.span).of(text);
                writeln!(
                    out,
                    "# text = {}",
                    whole.split_whitespace().collect::<Vec<_>>().join(" ")
                )?;
            }
            let tags = tagged.tags(number, self.scheme);
            for (index, (word, tag)) in sentence.iter().zip(&tags).enumerate() {
                let mut misc = Vec::new();
                if place == 0 && word.span.start > 0 {
                    misc.push(format!("SpacesBefore={}", escape(&text[..word.span.start])));
                }
                let next = words.get(place + 1).map(|w| w.start);
                let gap = &text[word.span.end..next.unwrap_or(text.len())];
                match (gap, next) {
                    ("", _) => misc.push("SpaceAfter=No".to_owned()),
                    (" ", Some(_)) => {}
                    _ => misc.push(format!("SpacesAfter={}", escape(gap))),
                }
                if !self.plus && tag != OUTSIDE {
                    misc.push(format!("NER={}", escape(tag)));
                }
                let misc = match misc.is_empty() {
                    true => "_".to_owned(),
                    false => misc.join("|"),
                };
                let (id, form) = (index + 1, word.span.of(text));
                match self.plus {
                    true => writeln!(out, "{id}\t{form}\t{misc}\t{tag}")?,
                    false => writeln!(out, "{id}\t{form}\t_\t_\t_\t_\t_\t_\t_\t{misc}")?,
                }
                place += 1;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

/// White space (and what parts features) so that it can stand in a feature.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            ' ' => escaped.push_str("\\s"),
            '\t' => escaped.push_str("\\t"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '|' => escaped.push_str("\\p"),
            '\\' => escaped.push_str("\\\\"),
            // Line breaks to some readers.
            '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            other => escaped.push(other),
        }
    }
    escaped
}

fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match rest.next() {
            Some('s') => plain.push(' '),
            Some('t') => plain.push('\t'),
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('p') => plain.push('|'),
            Some('u') => {
                let code: String = rest.by_ref().take(4).collect();
                let c = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
                plain.push(c.unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(other) => plain.push(other),
            None => plain.push('\\'),
        }
    }
    plain
}

/// Documents that have been read.
struct Documents {
    documents: std::vec::IntoIter<Annotation>,
    losses: Losses,
}

impl Reader for Documents {
    fn next(&mut self, losses: &mut Losses) -> Option<Result<Annotation, FormatError>> {
        for loss in std::mem::take(&mut self.losses).iter() {
            losses.add(&loss.first, &loss.what, loss.count);
        }
        self.documents.next().map(Ok)
    }
}

/// Where the columns of interest stand.
struct Layout {
    names: Vec<String>,
    id: usize,
    form: usize,
    misc: Option<usize>,
    ner: Option<usize>,
}

impl Layout {
    fn new<'a>(names: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let names: Vec<String> = names.map(str::to_owned).collect();
        let find = |wanted: &str| names.iter().position(|n| n == wanted);
        let ner = |name: &String| {
            name.rsplit(':')
                .next()
                .is_some_and(|n| n.eq_ignore_ascii_case("NER"))
        };
        match (find("ID"), find("FORM")) {
            (Some(id), Some(form)) => Ok(Self {
                id,
                form,
                misc: find("MISC"),
                ner: names.iter().position(ner),
                names,
            }),
            _ => Err("global.columns name no ID or no FORM; both are needed".to_owned()),
        }
    }
}

/// The document that is being read.
#[derive(Default)]
struct Document {
    annotation: Annotation,
    /// White space after the last word; `None` where nothing says what it is.
    gap: Option<String>,
    words: Vec<Span>,
    tags: Vec<String>,
}

impl Document {
    fn end_sentence(&mut self) {
        let entities = chunks(&self.tags).into_iter().map(|chunk| Entity {
            span: self.words[chunk.start].cover(self.words[chunk.end - 1]),
            label: chunk.label,
            ..Entity::default()
        });
        self.annotation.entities.get_or_insert_default().extend(entities);
        self.words.clear();
        self.tags.clear();
    }

    fn end(mut self) -> Annotation {
        self.end_sentence();
        self.annotation.text.push_str(&self.gap.unwrap_or_default());
        self.annotation
    }

    fn word(&mut self, form: &str, misc: &[(&str, &str)], tag: String, paragraph: bool) {
        let feature = |name: &str| misc.iter().find(|(n, _)| *n == name).map(|(_, v)| *v);
        let text = &mut self.annotation.text;
        if !text.is_empty() {
            let usual = if paragraph { "\n\n" } else { " " };
            text.push_str(self.gap.as_deref().unwrap_or(usual));
        } else if let Some(before) = feature("SpacesBefore") {
            text.push_str(&unescape(before));
        }
        let start = text.len();
        text.push_str(form);
        self.words.push(Span::new(start, text.len()));
        self.tags.push(tag);
        self.gap = match (feature("SpaceAfter"), feature("SpacesAfter")) {
            (_, Some(spaces)) => Some(unescape(spaces)),
            (Some("No"), None) => Some(String::new()),
            _ => None,
        };
    }
}

fn parse(input: &Input) -> Result<Documents, FormatError> {
    let text = input.text()?;
    let mut losses = Losses::default();
    let mut layout = Layout::new(COLUMNS.into_iter()).map_err(|e| input.fault(1, e))?;
    let mut documents: Vec<Document> = Vec::new();
    let mut paragraph = false;
    // Numbers of the words within a multi-word token.
    let mut inside: Option<RangeInclusive<usize>> = None;
    for (index, line) in text.lines().enumerate() {
        let fail = |reason: String| input.fault(index + 1, reason);
        if line.trim().is_empty() {
            if let Some(document) = documents.last_mut() {
                document.end_sentence();
            }
            inside = None;
            continue;
        }
        if let Some(names) = line.strip_prefix(GLOBAL) {
            layout = Layout::new(names.split_whitespace()).map_err(fail)?;
            continue;
        }
        if let Some(comment) = line.strip_prefix('#') {
            let (key, value) = comment.split_once('=').unwrap_or((comment, ""));
            match key.trim() {
                key @ ("newdoc" | "newdoc id") => {
                    let mut document = Document::default();
                    document.annotation.id = match key {
                        "newdoc" => (documents.len() + 1).to_string(),
                        _ => value.trim().to_owned(),
                    };
                    document.annotation.entities = Some(Vec::new());
                    documents.push(document);
                }
                "newpar" | "newpar id" => paragraph = true,
                "meta" => {
                    let meta: Map<String, Value> = serde_json::from_str(value)
                        .map_err(|e| fail(format!("meta is not a JSON object: {e}")))?;
                    if let Some(document) = documents.last_mut() {
                        document.annotation.meta = meta;
                    }
                }
                "sent_id" | "text" => {}
                other => losses.add("", &format!("comments: {other}"), 1),
            }
            continue;
        }
        let fields: Vec<&str> = line.split('\t').collect();
        if fields.len() != layout.names.len() {
            return Err(fail(format!(
                "{} columns, not {} ({}); columns are parted by tabs, comments begin with #",
                fields.len(),
                layout.names.len(),
                layout.names.join(" ")
            )));
        }
        if documents.is_empty() {
            let mut document = Document::default();
            document.annotation.id = "1".to_owned();
            documents.push(document);
        }
        let Some(document) = documents.last_mut() else {
            continue;
        };
        let id = fields[layout.id];
        let bad_id = || fail(format!("{id:?} is no word number such as 3, 3-4 or 3.1"));
        let number = |n: &str| n.parse::<usize>().map_err(|_| bad_id());
        let mut surface = true;
        if let Some((first, last)) = id.split_once('-') {
            inside = Some(number(first)?..=number(last)?);
        } else if let Some((first, second)) = id.split_once('.') {
            number(first)?;
            number(second)?;
            losses.add(&document.annotation.id, "empty nodes", 1);
            continue;
        } else {
            let number = number(id)?;
            surface = !inside.as_ref().is_some_and(|inside| inside.contains(&number));
        }
        let misc: Vec<(&str, &str)> = layout.misc.map_or_else(Vec::new, |column| {
            let features = fields[column].split('|').filter(|f| *f != "_");
            features.map(|f| f.split_once('=').unwrap_or((f, ""))).collect()
        });
        let of_misc = || {
            misc.iter()
                .find(|(name, _)| *name == "NER")
                .map(|(_, v)| unescape(v))
        };
        let of_column = || layout.ner.map(|column| fields[column].to_owned());
        let tag = of_column().or_else(of_misc).filter(|t| t != "_" && t != "*");
        let tag = tag.unwrap_or_else(|| OUTSIDE.to_owned());
        if !super::conll::is_tag(&tag) {
            return Err(fail(format!(
                "{tag:?} is not a tag; tags are O, or one of B- I- E- S- L- U- and a label"
            )));
        }
        if surface {
            let form = fields[layout.form];
            if form.is_empty() {
                return Err(fail("a word without a form".to_owned()));
            }
            document.word(form, &misc, tag, std::mem::take(&mut paragraph));
        } else if let Some(last) = document.tags.last_mut().filter(|t| *t == OUTSIDE) {
            // A word within a multi-word token: its tag is that of the whole.
            *last = tag;
        }
        for (column, field) in fields.iter().enumerate() {
            let known = [Some(layout.id), Some(layout.form), layout.misc, layout.ner];
            if *field != "_" && !known.contains(&Some(column)) {
                losses.add(
                    &document.annotation.id,
                    &format!("column {}", layout.names[column]),
                    1,
                );
            }
        }
        let known = ["SpaceAfter", "SpacesAfter", "SpacesBefore", "NER"];
        for (name, _) in misc.iter().filter(|(name, _)| !known.contains(name)) {
            losses.add(&document.annotation.id, &format!("MISC feature {name}"), 1);
        }
    }
    let documents: Vec<Annotation> = documents.into_iter().map(Document::end).collect();
    Ok(Documents {
        documents: documents.into_iter(),
        losses,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(Vec<Annotation>, Losses), String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.conllu");
        std::fs::write(&path, text).unwrap();
        let mut documents = parse(&Input::new(path)).map_err(|e| e.to_string())?;
        let mut losses = Losses::default();
        let mut all = Vec::new();
        while let Some(annotation) = documents.next(&mut losses) {
            all.push(annotation.unwrap());
        }
        Ok((all, losses))
    }

    #[test]
    fn files_of_others() {
        let text = "# newdoc id = d\n# newpar\n# text = Vámonos al mar.\n\
            1-2\tVámonos\t_\t_\t_\t_\t_\t_\t_\t_\n1\tVamos\tir\tVERB\t_\t_\t_\t_\t_\tNER=B-X\n\
            2\tnos\tnosotros\tPRON\t_\t_\t_\t_\t_\t_\n2.1\tØ\t_\t_\t_\t_\t_\t_\t_\t_\n\
            3\tmar\tmar\t_\t_\t_\t_\t_\t_\tSpaceAfter=No|Gloss=sea\n4\t.\t_\t_\t_\t_\t_\t_\t_\t_\n\n\
            # newpar\n1\tSí\t_\t_\t_\t_\t_\t_\t_\t_\n\n";
        let (documents, losses) = read(text).unwrap();
        assert_eq!(documents[0].text, "Vámonos mar.\n\nSí");
        let entity = &documents[0].entities.as_ref().unwrap()[0];
        assert_eq!(entity.span.of(&documents[0].text), "Vámonos");
        let what: Vec<&str> = losses.iter().map(|l| l.what.as_str()).collect();
        assert_eq!(
            what,
            ["column LEMMA", "column UPOS", "empty nodes", "MISC feature Gloss"]
        );
    }

    #[test]
    fn faults_are_named_with_their_line() {
        for (text, message) in [
            ("1\tIda\n", "x.conllu:1: 2 columns, not 10"),
            (
                "# global.columns = ID NER\n",
                "x.conllu:1: global.columns name no ID or no FORM",
            ),
            (
                "# global.columns = ID FORM X:NER\n1\tIda\tPER\n",
                "x.conllu:2: \"PER\" is not a tag",
            ),
            (
                "# global.columns = ID FORM X:NER\nx\tIda\tO\n",
                "x.conllu:2: \"x\" is no word number",
            ),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }
}
