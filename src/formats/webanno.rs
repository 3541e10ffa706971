//! WebAnno TSV 3.3, as INCEpTION reads and writes it: a file per article, a token per line, offsets in UTF-16 units.
//! Entities are INCEpTION's named entities; everything else is a span layer `webanno.custom.Dixit` with links between
//! its spans, `webanno.custom.DixitLink`, which a project has to have before the files are imported. The format is
//! described in INCEpTION's user guide ("WebAnno TSV 3.3 File format").

use super::folder::{self, Folder};
use super::marks::{Kind, Mark, Marks, Rest, Speakers};
use super::tagged::sentences;
use super::{FolderWriter, Format, FormatError, Input, Losses, OffsetUnit, Offsets, Output, Part, Reader};
use crate::annotation::Annotation;
use crate::span::Span;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;

pub(super) const FORMAT: Format = Format {
    name: "webanno",
    about: "WebAnno TSV 3.3 for INCEpTION, a folder with a file per article",
    extensions: &["tsv"],
    corpora: false,
    units: false,
    carries: Some(&[
        Part::Text,
        Part::Ids,
        Part::Entities,
        Part::Attributions,
        Part::Sentences,
        Part::Speakers,
        Part::Mentions,
        Part::Claims,
        Part::ClaimAttributions,
    ]),
    faults: |annotation, losses| {
        Marks::losses_of_words(annotation, Speakers::InText, losses);
        let (id, text) = (&annotation.id, annotation.text.as_str());
        let first = text.len() - text.trim_start().len();
        let strange = text[..first].chars().any(|c| c != ' ') || (first == text.len() && first > 0);
        losses.add(id, "white space before the first word", usize::from(strange));
    },
    output: Output::Folder(|_, folder| Ok(Box::new(WebAnno(folder)))),
    reader: Some(open),
};

const HEADER: &str = "#FORMAT=WebAnno TSV 3.3";
const ENTITIES: &str = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity";
const SPANS: &str = "webanno.custom.Dixit";
const LINKS: &str = "webanno.custom.DixitLink";
/// Features of our layer, each with the attribute that it holds; `details` holds all others, `label` none.
const FEATURES: [(&str, &str); 4] = [
    ("claimType", "claim_type"),
    ("details", ""),
    ("label", ""),
    ("quotation", "quotation"),
];

struct WebAnno(Folder);

/// A mark laid over tokens.
struct Laid<'a> {
    mark: &'a Mark,
    /// First token and one past the last.
    tokens: std::ops::Range<usize>,
    /// Tells it apart from others, where that is needed.
    number: Option<usize>,
    values: Vec<String>,
}

impl FolderWriter for WebAnno {
    fn write(&mut self, annotation: &Annotation) -> Result<(), FormatError> {
        let text = annotation.text.as_str();
        let mut out = self.0.create(&format!("{}.tsv", folder::stem(&annotation.id)))?;
        let offsets = Offsets::new(text, OffsetUnit::Utf16);
        let marks = Marks::of(annotation, Speakers::InText)?.trimmed(text);
        let spans: Vec<Span> = marks.marks.iter().map(|m| m.span).collect();
        let (sentences, _) = sentences(text, &spans, &spans);
        let tokens: Vec<Span> = sentences.iter().flatten().copied().collect();
        let laid = lay(&marks, &tokens);
        writeln!(out, "{HEADER}\n#T_SP={ENTITIES}|identifier|value")?;
        let features: Vec<&str> = FEATURES.iter().map(|(name, _)| *name).collect();
        writeln!(out, "#T_SP={SPANS}|{}", features.join("|"))?;
        writeln!(out, "#T_RL={LINKS}|name|BT_{SPANS}\n")?;

        let mut names = Vec::new();
        for (number, sentence) in sentences.iter().enumerate() {
            names.extend((0..sentence.len()).map(|i| format!("{}-{}", number + 1, i + 1)));
        }
        let mut at = 0;
        for sentence in &sentences {
            let (start, next) = (at, at + sentence.len());
            at = next;
            // The text up to the next sentence: what stands between sentences is kept nowhere else.
            let first = sentence.first().map_or(0, |w| w.start);
            let end = tokens.get(next).map_or(text.len(), |w| w.start);
            writeln!(out)?;
            let body = &text[first..end];
            let body = match next < tokens.len() {
                // Readers put a line break at the end of each sentence themselves.
                true => body.strip_suffix('\n').unwrap_or(body),
                false => body,
            };
            for line in body.split('\n') {
                writeln!(out, "#Text={}", escape_text(line))?;
            }
            for token in start..next {
                let (begin, end) = offsets.write(tokens[token])?;
                write!(
                    out,
                    "{}\t{begin}-{end}\t{}",
                    names[token],
                    escape_text(tokens[token].of(text))
                )?;
                for entity in [true, false] {
                    let here: Vec<&Laid<'_>> = (laid.iter())
                        .filter(|l| l.tokens.contains(&token) && (l.mark.kind == Kind::Entity) == entity)
                        .collect();
                    let columns = if entity { 2 } else { FEATURES.len() };
                    for column in 0..columns {
                        let values: Vec<String> = (here.iter())
                            .map(|l| match l.number {
                                Some(number) => format!("{}[{number}]", l.values[column]),
                                None => l.values[column].clone(),
                            })
                            .collect();
                        write!(out, "\t{}", or_none(values))?;
                    }
                }
                let (mut kinds, mut sources) = (Vec::new(), Vec::new());
                for link in &marks.links {
                    let (from, to) = (&laid[link.from], &laid[link.to]);
                    if to.tokens.start == token {
                        let number = |l: &Laid<'_>| l.number.unwrap_or(0);
                        kinds.push(escape(&link.name));
                        sources.push(format!(
                            "{}[{}_{}]",
                            names[from.tokens.start],
                            number(from),
                            number(to)
                        ));
                    }
                }
                writeln!(out, "\t{}\t{}\t", or_none(kinds), or_none(sources))?;
            }
        }
        out.flush()?;
        Ok(())
    }
}

fn or_none(values: Vec<String>) -> String {
    match values.is_empty() {
        true => "_".to_owned(),
        false => values.join("|"),
    }
}

/// The marks over the tokens.
fn lay<'a>(marks: &'a Marks, tokens: &[Span]) -> Vec<Laid<'a>> {
    let ranges: Vec<std::ops::Range<usize>> = (marks.marks.iter())
        .map(|m| {
            let from = tokens.partition_point(|t| t.end <= m.span.start);
            from..tokens.partition_point(|t| t.start < m.span.end)
        })
        .collect();
    let mut numbers = 0;
    (marks.marks.iter().enumerate())
        .map(|(i, mark)| {
            let range = ranges[i].clone();
            let is_entity = mark.kind == Kind::Entity;
            let stacked = || {
                ranges.iter().enumerate().any(|(j, other)| {
                    let same = marks.marks[j].kind == Kind::Entity;
                    i != j && same && other.start < range.end && range.start < other.end
                })
            };
            let number = (!is_entity || range.len() > 1 || stacked()).then(|| {
                numbers += 1;
                numbers
            });
            let values = match is_entity {
                true => vec!["*".to_owned(), escape(&mark.label)],
                false => features(mark),
            };
            Laid {
                mark,
                tokens: range,
                number,
                values,
            }
        })
        .collect()
}

fn features(mark: &Mark) -> Vec<String> {
    let mut rest = mark.attributes.clone();
    let mut values = HashMap::from([("label", mark.label.clone())]);
    for (feature, attribute) in FEATURES {
        let value = rest
            .get(attribute)
            .and_then(Value::as_str)
            .filter(|v| !v.is_empty());
        if let Some(value) = value.map(str::to_owned) {
            values.insert(feature, value);
            rest.remove(attribute);
        }
    }
    if !rest.is_empty() {
        values.insert("details", Value::from(rest).to_string());
    }
    let value = |(feature, _): &(&str, &str)| values.get(feature).map_or("*".to_owned(), |v| escape(v));
    FEATURES.iter().map(value).collect()
}

/// A value, with what has a meaning in columns escaped.
fn escape(value: &str) -> String {
    let mut escaped = String::new();
    let mut rest = value.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\t' => escaped.push_str("\\t"),
            '\n' => escaped.push_str("\\n"),
            '\\' | '[' | ']' | '|' | '_' | ';' | '*' => escaped.extend(['\\', c]),
            '-' if rest.peek() == Some(&'>') => escaped.extend(['\\', c]),
            _ => escaped.push(c),
        }
    }
    escaped
}

fn unescape(value: &str) -> String {
    let mut plain = String::new();
    let mut rest = value.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some('t') => plain.push('\t'),
                Some('n') => plain.push('\n'),
                Some(other) => plain.push(other),
                None => plain.push('\\'),
            },
            _ => plain.push(c),
        }
    }
    plain
}

/// Text of a sentence or token, with control characters and backslashes escaped.
fn escape_text(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '\t' => escaped.push_str("\\t"),
            '\n' => escaped.push_str("\\n"),
            '\u{c}' => escaped.push_str("\\f"),
            '\r' => escaped.push_str("\\r"),
            '\u{8}' => escaped.push_str("\\b"),
            '\\' => escaped.push_str("\\\\"),
            '\0'..='\u{7}' | '\u{e}'..='\u{1f}' => escaped.extend(['\\', c]),
            _ => escaped.push(c),
        }
    }
    escaped
}

fn unescape_text(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some('t') => plain.push('\t'),
                Some('n') => plain.push('\n'),
                Some('f') => plain.push('\u{c}'),
                Some('r') => plain.push('\r'),
                Some('b') => plain.push('\u{8}'),
                Some(other) => plain.push(other),
                None => plain.push('\\'),
            },
            _ => plain.push(c),
        }
    }
    plain
}

/// Articles, a file each.
struct Articles(std::vec::IntoIter<PathBuf>);

fn open(input: &Input) -> Result<Box<dyn Reader>, FormatError> {
    let files = match input.path().is_dir() {
        true => folder::files(input.path(), "tsv")?,
        false => vec![input.path().to_owned()],
    };
    if files.is_empty() {
        return Err(input.fault(1, "the folder holds no .tsv files".to_owned()));
    }
    Ok(Box::new(Articles(files.into_iter())))
}

impl Reader for Articles {
    fn next(&mut self, losses: &mut Losses) -> Option<Result<Annotation, FormatError>> {
        Some(read(&Input::new(self.0.next()?), losses))
    }
}

/// A layer of a file and its columns.
struct Layer {
    name: String,
    features: Vec<String>,
    /// The column of its first feature, counted without token number, offsets and token.
    first: usize,
    is_relation: bool,
}

/// An annotation of a span layer as it is put together from its tokens.
struct Found {
    layer: usize,
    start: usize,
    end: usize,
    values: Vec<Option<String>>,
}

fn read(input: &Input, losses: &mut Losses) -> Result<Annotation, FormatError> {
    let content = input.text()?;
    let id = match input.is_stdin() {
        true => "stdin".to_owned(),
        false => folder::id(&input.path().file_stem().unwrap_or_default().to_string_lossy()),
    };
    let mut file = Tsv::default();
    for (index, line) in content.split('\n').enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        file.line(index, line)
            .map_err(|reason| input.fault(index + 1, reason))?;
    }
    if file.layers.is_empty() && !content.starts_with("#FORMAT=WebAnno TSV 3") {
        return Err(input.fault(1, format!("the first line is not {HEADER:?}; check --from")));
    }
    file.article(&id, losses).map_err(|reason| input.fault(1, reason))
}

/// A file as it is read line by line.
#[derive(Default)]
struct Tsv {
    layers: Vec<Layer>,
    columns: usize,
    text: String,
    /// Length of the text in UTF-16 units.
    units: usize,
    /// Text of a sentence whose first token has not been read.
    pending: Option<String>,
    found: Vec<Found>,
    /// Annotations by layer, token and place in the stack.
    by_place: HashMap<(usize, String, usize), usize>,
    by_number: HashMap<usize, usize>,
    /// Layer, token, name and source of each relation.
    relations: Vec<(usize, String, String, String)>,
    other: HashMap<String, usize>,
}

impl Tsv {
    fn line(&mut self, index: usize, line: &str) -> Result<(), String> {
        if index == 0 {
            return match line.strip_prefix("#FORMAT=WebAnno TSV 3.") {
                Some("1" | "2" | "3") => Ok(()),
                _ => Err(format!("the first line is not {HEADER:?}; check --from")),
            };
        }
        let header = [("#T_SP=", false), ("#T_RL=", true), ("#T_CH=", false)];
        if let Some((prefix, is_relation)) = header.iter().find(|(p, _)| line.starts_with(p)) {
            let mut fields = line[prefix.len()..].split('|').map(str::to_owned);
            let name = fields.next().unwrap_or_default();
            let mut features: Vec<String> = fields.collect();
            if features.is_empty() {
                features.push(String::new());
            }
            let first = self.columns;
            self.columns += features.len();
            self.layers.push(Layer {
                name,
                features,
                first,
                is_relation: *is_relation,
            });
        } else if let Some(text) = line.strip_prefix("#Text=") {
            let pending = self.pending.get_or_insert_default();
            pending.push_str(&unescape_text(text));
            pending.push('\n');
        } else if !line.is_empty() && !line.starts_with('#') {
            self.token(line)?;
        }
        Ok(())
    }

    fn token(&mut self, line: &str) -> Result<(), String> {
        let fields: Vec<&str> = line.split('\t').collect();
        if fields.len() < 3 + self.columns {
            return Err(format!(
                "{} columns; the header asks for {}, parted by tabs",
                fields.len(),
                3 + self.columns
            ));
        }
        let place = fields[1]
            .split_once('-')
            .and_then(|(s, e)| Some((s.parse().ok()?, e.parse().ok()?)));
        let Some((start, end)) = place else {
            return Err(format!("{:?} are no offsets such as 0-4", fields[1]));
        };
        if let Some(sentence) = self.pending.take() {
            self.begin_sentence(&sentence, start)?;
        }
        let token = fields[0];
        for layer in 0..self.layers.len() {
            let Layer {
                first,
                is_relation,
                ref features,
                ..
            } = self.layers[layer];
            let columns: Vec<Vec<&str>> = (first..first + features.len())
                .map(|column| stack(fields[3 + column]))
                .collect();
            let height = columns.iter().map(Vec::len).max().unwrap_or(0);
            if is_relation {
                for level in 0..height {
                    let value = |c: usize| columns.get(c).and_then(|c| c.get(level)).copied().unwrap_or("*");
                    let (name, source) = (plain(value(0)).0, value(features.len() - 1));
                    let relation = (
                        layer,
                        token.to_owned(),
                        name.unwrap_or_default(),
                        source.to_owned(),
                    );
                    self.relations.push(relation);
                }
                continue;
            }
            for level in 0..height {
                for (feature, column) in columns.iter().enumerate() {
                    let Some(value) = column.get(level) else { continue };
                    let (value, number) = plain(value);
                    let found = self.found_at(layer, token, level, number, (start, end));
                    self.found[found].end = end;
                    self.found[found].values[feature] = value;
                }
            }
        }
        Ok(())
    }

    /// The annotation at a place in a token's stack, or that of a number; a new one where there is none.
    fn found_at(
        &mut self,
        layer: usize,
        token: &str,
        level: usize,
        number: Option<usize>,
        (start, end): (usize, usize),
    ) -> usize {
        let place = (layer, token.to_owned(), level);
        if let Some(found) = self.by_place.get(&place) {
            return *found;
        }
        let known = number.and_then(|n| self.by_number.get(&n)).copied();
        let found = known.unwrap_or_else(|| {
            self.found.push(Found {
                layer,
                start,
                end,
                values: vec![None; self.layers[layer].features.len()],
            });
            self.found.len() - 1
        });
        self.by_place.insert(place, found);
        if let Some(number) = number {
            self.by_number.insert(number, found);
        }
        found
    }

    fn begin_sentence(&mut self, sentence: &str, start: usize) -> Result<(), String> {
        if self.units == start + 1 && self.text.ends_with('\n') {
            self.text.pop();
            self.units -= 1;
        }
        if self.units > start {
            return Err(format!(
                "the sentence begins at {start}, before the last one ends at {}; offsets count UTF-16 units",
                self.units
            ));
        }
        self.text.extend(std::iter::repeat_n(' ', start - self.units));
        self.text.push_str(sentence);
        self.units = start + sentence.encode_utf16().count();
        Ok(())
    }

    fn article(mut self, id: &str, losses: &mut Losses) -> Result<Annotation, String> {
        if self.text.ends_with('\n') {
            self.text.pop();
        }
        let text = self.text;
        let offsets = Offsets::new(&text, OffsetUnit::Utf16);
        let mut marks = Marks::default();
        let mut places = vec![None; self.found.len()];
        for (i, found) in self.found.iter().enumerate() {
            let layer = &self.layers[found.layer];
            let value = |feature: &str| {
                let column = layer.features.iter().position(|f| f == feature)?;
                found.values[column].as_deref()
            };
            let span = offsets.read(found.start, found.end).map_err(|e| e.to_string())?;
            if layer.name.ends_with(".NamedEntity") {
                let Some(label) = value("value") else {
                    losses.add(id, "named entities without a value, left out", 1);
                    continue;
                };
                losses.add(
                    id,
                    "identifiers of named entities",
                    usize::from(value("identifier").is_some()),
                );
                marks.push(label, span, Map::new());
            } else if layer.name == SPANS {
                let label = value("label").ok_or_else(|| {
                    format!("the span of layer {SPANS} at “{}” has no label", span.of(&text))
                })?;
                let mut attributes: Map<String, Value> = match value("details") {
                    Some(details) => serde_json::from_str(details)
                        .map_err(|e| format!("details {details:?} are not a JSON object: {e}"))?,
                    None => Map::new(),
                };
                for (feature, attribute) in FEATURES.iter().filter(|(_, attribute)| !attribute.is_empty()) {
                    if let Some(value) = value(feature) {
                        attributes.insert((*attribute).to_owned(), json!(value));
                    }
                }
                places[i] = Some(marks.push(label, span, attributes));
            } else {
                *self.other.entry(layer.name.clone()).or_default() += 1;
            }
        }
        for (layer, token, name, source) in &self.relations {
            let layer = &self.layers[*layer];
            if layer.name != LINKS {
                *self.other.entry(layer.name.clone()).or_default() += 1;
                continue;
            }
            let (unit, numbers) = source.split_once('[').unwrap_or((source, "0_0]"));
            let numbers = numbers.trim_end_matches(']').split_once('_');
            let base = self.layers.iter().position(|l| l.name == SPANS);
            let end = |unit: &str, number: Option<&str>| {
                let number = number.and_then(|n| n.parse::<usize>().ok()).filter(|n| *n > 0);
                let found = match number {
                    Some(number) => self.by_number.get(&number),
                    None => self.by_place.get(&(base?, unit.to_owned(), 0)),
                };
                places[*found?]
            };
            let (from, to) = (end(unit, numbers.map(|n| n.0)), end(token, numbers.map(|n| n.1)));
            match (from, to) {
                (Some(from), Some(to)) => marks.link(name, from, to),
                _ => {
                    return Err(format!(
                        "the link from {source} to {token} has an end that is no span"
                    ));
                }
            }
        }
        let mut other: Vec<(String, usize)> = self.other.into_iter().collect();
        other.sort();
        for (layer, count) in other {
            losses.add(id, &format!("annotations of layer {layer}"), count);
        }
        marks.into_annotation(id, &text, Rest::read(None, Map::new())?, losses)
    }
}

/// The values stacked in a column; none where nothing is annotated.
fn stack(column: &str) -> Vec<&str> {
    if column == "_" {
        return Vec::new();
    }
    let mut values = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, c) in column.char_indices() {
        if c == '|' && !escaped {
            values.push(&column[start..at]);
            start = at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    values.push(&column[start..]);
    values
}

/// A value without its number, which stands in brackets, and the number; `*` is no value.
fn plain(value: &str) -> (Option<String>, Option<usize>) {
    let (value, number) = match value.strip_suffix(']').and_then(|v| v.rsplit_once('[')) {
        Some((rest, number)) => match number.parse() {
            Ok(number) => (rest, Some(number)),
            Err(_) => (value, None),
        },
        None => (value, None),
    };
    ((value != "*").then(|| unescape(value)), number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(content: &str) -> Result<(Annotation, Losses), String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tsv");
        std::fs::write(&path, content).unwrap();
        let mut losses = Losses::default();
        let annotation = read(&Input::new(path), &mut losses).map_err(|e| e.to_string())?;
        Ok((annotation, losses))
    }

    #[test]
    fn values_are_escaped_and_come_back() {
        for value in ["a_b", "->x-", "[1]", "a|b;*\\", "\t\n", "{\"a\":[1,\"x\\\"\"]}"] {
            assert_eq!(unescape(&escape(value)), value);
            let column = format!("{}[3]|{}", escape(value), escape(value));
            let values: Vec<_> = stack(&column).into_iter().map(plain).collect();
            let expected = Some(value.to_owned());
            assert_eq!(values, [(expected.clone(), Some(3)), (expected, None)]);
            assert_eq!(unescape_text(&escape_text(value)), value);
        }
    }

    #[test]
    fn files_of_inception() {
        let content = "#FORMAT=WebAnno TSV 3.3\n\
            #T_SP=de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS|PosValue\n\
            #T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value\n\n\n\
            #Text=😊 Ida Lund.\n1-1\t0-2\t😊\t_\t_\t_\t\n1-2\t3-6\tIda\tNNP\t*[1]\tPER[1]|ORG\\_X[2]\t\n\
            1-3\t7-11\tLund\t_\thttp:x[1]\tPER[1]\t\n1-4\t11-12\t.\t_\t_\t_\t\n\n\
            #Text=Left\n2-1\t14-18\tLeft\t_\t_\t_\t\n";
        let (annotation, losses) = of(content).unwrap();
        assert_eq!(annotation.text, "😊 Ida Lund.\n Left");
        let entities = annotation.entities.unwrap();
        let found: Vec<_> = entities
            .iter()
            .map(|e| (e.span.of(&annotation.text), e.label.as_str()))
            .collect();
        assert_eq!(found, [("Ida Lund", "PER"), ("Ida", "ORG_X")]);
        let what: Vec<&str> = losses.iter().map(|l| l.what.as_str()).collect();
        assert_eq!(
            what,
            [
                "identifiers of named entities",
                "annotations of layer de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS"
            ]
        );
    }

    #[test]
    fn faults_are_named_with_their_line() {
        let head = "#FORMAT=WebAnno TSV 3.3\n#T_SP=x.NamedEntity|value\n\n\n#Text=Ida left\n";
        for (rest, message) in [
            ("1-1\t0-3\tIda\n", "a.tsv:6: 3 columns; the header asks for 4"),
            ("1-1\t0\tIda\t_\n", "a.tsv:6: \"0\" are no offsets"),
            (
                "1-1\t0-3\tIda\t_\n\n#Text=x\n2-1\t2-3\tx\t_\n",
                "a.tsv:9: the sentence begins at 2",
            ),
            ("1-1\t0-99\tIda\tPER\n", "0..99"),
        ] {
            let error = of(&format!("{head}{rest}")).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
        assert!(of("x\n").unwrap_err().contains("a.tsv:1: the first line is not"));
    }
}
