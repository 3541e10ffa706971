//! spaCy: one `Doc.to_json()` per line, for `Doc.from_json` and from there into a `DocBin`. Entities are `ents`;
//! entities that overlap these, attributions, sentence labels and claims are span groups. Attributes and links, which
//! spaCy's spans do not have, stand beside them under `dixit`; they are not under `_`, since `Doc.from_json` refuses
//! extension attributes that nobody has registered, but are read from there too.

use super::marks::{ASIDE, Kind, Mark, Marks, Rest, Speakers, aside, details, restore};
use super::records::{RecordReader, Records, code_points, id, list, object, span, text};
use super::tagged::sentences;
use super::{Format, FormatError, Losses, Offsets, Output, Part};
use crate::annotation::Annotation;
use crate::span::Span;
use serde_json::{Map, Value, json};

pub(super) const FORMAT: Format = Format {
    name: "spacy",
    about: "spaCy Doc JSON, one per line: Doc.from_json reads it",
    extensions: &[],
    corpora: false,
    units: false,
    carries: Some(Part::ALL),
    faults: |annotation, losses| Marks::losses_of_words(annotation, Speakers::Aside, losses),
    output: Output::Stream(|_| Box::new(Records::lines(write))),
    reader: Some(|input| RecordReader::open(input, read)),
};

/// Span groups, in the order of the kinds of marks.
const GROUPS: [&str; 4] = ["entities", "attributions", "sentences", "claims"];

fn group(kind: Kind) -> usize {
    match kind {
        Kind::Entity | Kind::Speaker => 0,
        Kind::Role(_) => 1,
        Kind::Sentence => 2,
        Kind::Claim => 3,
    }
}

fn write(annotation: &Annotation) -> Result<Value, FormatError> {
    let text = annotation.text.as_str();
    let offsets = code_points(text);
    let marks = Marks::of(annotation, Speakers::Aside)?.trimmed(text);
    let edges: Vec<Span> = marks.marks.iter().map(|m| m.span).collect();
    let whole: Vec<Span> = (marks.marks.iter())
        .filter(|m| matches!(m.kind, Kind::Entity | Kind::Sentence | Kind::Claim))
        .map(|m| m.span)
        .collect();
    let (sentences, _) = sentences(text, &edges, &whole);
    let mut tokens = Vec::new();
    let mut token = |span: Span| -> Result<(), FormatError> {
        let (start, end) = offsets.write(span)?;
        tokens.push(json!({"id": tokens.len(), "start": start, "end": end}));
        Ok(())
    };
    // A single blank belongs to the token before it; all other white space is a token.
    let mut at = 0;
    let words = sentences.iter().flatten().copied();
    for word in words.chain([Span::new(text.len(), text.len())]) {
        if at > 0 && text[at..].starts_with(' ') {
            at += 1;
        }
        if at < word.start {
            token(Span::new(at, word.start))?;
        }
        if !word.is_empty() {
            token(word)?;
        }
        at = word.end;
    }
    let mut sents = Vec::new();
    for sentence in &sentences {
        if let [first, .., last] | [first @ last] = sentence.as_slice() {
            let (start, end) = offsets.write(first.cover(*last))?;
            sents.push(json!({"start": start, "end": end}));
        }
    }
    let mut ents: Vec<Value> = Vec::new();
    let mut groups: [Vec<Value>; 4] = Default::default();
    let mut order: Vec<&Mark> = marks.marks.iter().collect();
    order.sort_by_key(|m| (m.span.start, std::cmp::Reverse(m.span.end)));
    let mut taken = 0;
    for mark in order {
        let (start, end) = offsets.write(mark.span)?;
        let label = mark.with_type().0;
        if mark.kind == Kind::Entity && mark.span.start >= taken {
            taken = mark.span.end;
            ents.push(json!({"start": start, "end": end, "label": label}));
        } else {
            groups[group(mark.kind)].push(json!({"start": start, "end": end, "label": label, "kb_id": ""}));
        }
    }
    let spans: Map<String, Value> = GROUPS
        .iter()
        .map(|g| g.to_string())
        .zip(groups.map(Value::from))
        .collect();
    let mut rest = aside(annotation)?;
    rest.insert("id".to_owned(), annotation.id.clone().into());
    rest.insert("meta".to_owned(), annotation.meta.clone().into());
    rest.insert("details".to_owned(), details(&marks, &offsets, true)?);
    Ok(json!({"text": text, "ents": ents, "sents": sents, "tokens": tokens, "spans": spans, ASIDE: rest}))
}

fn read(mut doc: Map<String, Value>, number: usize, losses: &mut Losses) -> Result<Annotation, String> {
    let text = text(&mut doc)?;
    let mut underscore = object(&mut doc, "_")?;
    let mut own = doc.remove(ASIDE).or(underscore.remove(ASIDE));
    let mut take = |key: &str| own.as_mut().and_then(|o| o.as_object_mut()?.remove(key));
    let id = id(take("id"), number);
    let meta = match take("meta") {
        Some(Value::Object(meta)) => meta,
        _ => Map::new(),
    };
    let kept = take("details");
    losses.add(&id, "extension attributes other than dixit", underscore.len());
    losses.add(&id, "document categories", object(&mut doc, "cats")?.len());
    let offsets = code_points(&text);
    let mut marks = Marks::default();
    add(&mut marks, list(&mut doc, "ents")?, &offsets)?;
    for (name, group) in object(&mut doc, "spans")? {
        let Value::Array(group) = group else {
            return Err(format!("span group {name:?} is not a list"));
        };
        match GROUPS.contains(&name.as_str()) {
            true => add(&mut marks, group, &offsets)?,
            false => losses.add(&id, &format!("spans of group {name}"), group.len()),
        }
    }
    if let Some(details) = kept {
        restore(&details, &mut marks, &offsets)?;
    }
    let rest = Rest::read(own, meta)?;
    marks.into_annotation(&id, &text, rest, losses)
}

fn add(marks: &mut Marks, spans: Vec<Value>, offsets: &Offsets<'_>) -> Result<(), String> {
    for item in spans {
        let label = item["label"]
            .as_str()
            .ok_or_else(|| format!("a span has no label: {item}"))?;
        marks.push(label, span(&item, "start", "end", offsets)?, Map::new());
    }
    Ok(())
}
