//! Prodigy: JSON Lines of tasks with tokens, spans and relations, for `rel.manual`, `spans.manual` and `ner.manual`.
//! Claim types stand in the labels (`CLAIM:denial`), other attributes in the spans themselves, which Prodigy keeps.

use super::marks::{ASIDE, Marks, Rest, Speakers, aside};
use super::records::{RecordReader, Records, code_points, id, list, object, span, text};
use super::tagged::sentences;
use super::{Format, FormatError, Losses, Output, Part};
use crate::annotation::Annotation;
use crate::span::Span;
use serde_json::{Map, Value, json};
use std::collections::HashSet;

pub(super) const FORMAT: Format = Format {
    name: "prodigy",
    about: "Prodigy JSON Lines with tokens, spans and relations",
    extensions: &[],
    corpora: false,
    units: false,
    carries: Some(Part::ALL),
    faults: |annotation, losses| {
        Marks::losses(annotation, Speakers::Aside, losses);
        let hidden = ["id", ASIDE]
            .iter()
            .filter(|key| annotation.meta.contains_key(**key))
            .count();
        losses.add(&annotation.id, "metadata named id or dixit", hidden);
    },
    output: Output::Stream(|_| Box::new(Records::lines(write))),
    reader: Some(|input| RecordReader::open(input, read)),
};

/// The attribute that holds all others.
const ATTRIBUTES: &str = "attributes";

fn write(annotation: &Annotation) -> Result<Value, FormatError> {
    let text = annotation.text.as_str();
    let marks = Marks::of(annotation, Speakers::Aside)?;
    let offsets = code_points(text);
    let edges: Vec<Span> = marks.marks.iter().map(|m| m.span).collect();
    let words: Vec<Span> = sentences(text, &edges, &[]).0.into_iter().flatten().collect();
    let mut tokens = Vec::new();
    for (i, word) in words.iter().enumerate() {
        let (start, end) = offsets.write(*word)?;
        let blank = text[word.end..].starts_with(char::is_whitespace);
        tokens.push(json!({"text": word.of(text), "start": start, "end": end, "id": i, "ws": blank}));
    }
    let mut spans = Vec::new();
    for mark in &marks.marks {
        let (label, attributes) = mark.with_type();
        let (start, end) = offsets.write(mark.span)?;
        let first = words.partition_point(|w| w.end <= mark.span.start);
        let after = words.partition_point(|w| w.start < mark.span.end);
        let mut span = json!({"start": start, "end": end, "label": label});
        if first < after {
            span["token_start"] = first.into();
            span["token_end"] = (after - 1).into();
        }
        if !attributes.is_empty() {
            span[ATTRIBUTES] = attributes.into();
        }
        spans.push(span);
    }
    let relations: Vec<Value> = (marks.links.iter())
        .map(|link| {
            let (head, child) = (&spans[link.from], &spans[link.to]);
            json!({"head": head["token_end"], "child": child["token_end"], "label": link.name,
                   "head_span": head, "child_span": child})
        })
        .collect();
    let mut meta = annotation.meta.clone();
    meta.insert("id".to_owned(), annotation.id.clone().into());
    meta.insert(ASIDE.to_owned(), aside(annotation)?.into());
    Ok(json!({"text": text, "tokens": tokens, "spans": spans, "relations": relations, "meta": meta}))
}

fn read(mut record: Map<String, Value>, number: usize, losses: &mut Losses) -> Result<Annotation, String> {
    let text = text(&mut record)?;
    let mut meta = object(&mut record, "meta")?;
    let id = id(meta.remove("id"), number);
    let answer = record.get("answer").and_then(Value::as_str);
    losses.add(
        &id,
        "answers other than accept",
        usize::from(answer.is_some_and(|a| a != "accept")),
    );
    let offsets = code_points(&text);
    let mut marks = Marks::default();
    let spans = list(&mut record, "spans")?;
    for item in &spans {
        let label = item["label"]
            .as_str()
            .ok_or_else(|| format!("a span has no label: {item}"))?;
        let attributes = item[ATTRIBUTES].as_object().cloned().unwrap_or_default();
        marks.push(label, span(item, "start", "end", &offsets)?, attributes);
    }
    // Spans that are linked to; of several that look the same, each is linked to once.
    let mut reached = HashSet::new();
    for relation in list(&mut record, "relations")? {
        let none = |key: &str| format!("a relation's {key} is none of the spans: {relation}");
        let like = |wanted: &Value, item: &Value| {
            let fields = ["start", "end", "label"];
            fields.iter().all(|field| item[*field] == wanted[*field])
        };
        let head = &relation["head_span"];
        let from = (spans.iter().position(|item| item == head))
            .or_else(|| spans.iter().position(|item| like(head, item)))
            .ok_or_else(|| none("head_span"))?;
        let name = relation["label"].as_str().unwrap_or("link");
        let child = &relation["child_span"];
        let free = |i: &usize| !reached.contains(&(name.to_owned(), *i));
        let exact = || (0..spans.len()).filter(|&i| spans[i] == *child);
        let to = (exact().find(free))
            .or_else(|| exact().next())
            .or_else(|| spans.iter().position(|item| like(child, item)))
            .ok_or_else(|| none("child_span"))?;
        reached.insert((name.to_owned(), to));
        marks.link(name, from, to);
    }
    let rest = Rest::read(meta.remove(ASIDE), meta)?;
    marks.into_annotation(&id, &text, rest, losses)
}
