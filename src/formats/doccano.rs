//! doccano: JSON Lines of texts with entities and relations, as projects for sequence labelling with relations import
//! and export them. Claim types stand in the labels (`CLAIM:denial`); other attributes, which doccano's spans do not
//! have, are metadata. Read too: the form of projects without relations, `"label": [[start, end, label], …]`.

use super::marks::{ASIDE, Marks, Rest, Speakers, aside, details, restore};
use super::records::{RecordReader, Records, code_points, id, list, span, text};
use super::{Format, FormatError, Losses, Output, Part};
use crate::annotation::Annotation;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

pub(super) const FORMAT: Format = Format {
    name: "doccano",
    about: "doccano JSON Lines with entities and relations",
    extensions: &[],
    corpora: false,
    units: false,
    carries: Some(Part::ALL),
    faults: |annotation, losses| {
        Marks::losses(annotation, Speakers::Aside, losses);
        let hidden = FIELDS
            .iter()
            .filter(|field| annotation.meta.contains_key(**field))
            .count();
        losses.add(&annotation.id, "metadata named as doccano's own fields", hidden);
    },
    output: Output::Stream(|_| Box::new(Records::lines(write))),
    reader: Some(|input| RecordReader::open(input, read)),
};

/// Fields that are not metadata.
const FIELDS: [&str; 9] = [
    "id",
    "article",
    "text",
    "entities",
    "relations",
    "label",
    "labels",
    "Comments",
    ASIDE,
];

fn write(annotation: &Annotation) -> Result<Value, FormatError> {
    let marks = Marks::of(annotation, Speakers::Aside)?;
    let offsets = code_points(&annotation.text);
    let mut entities = Vec::new();
    for (i, mark) in marks.marks.iter().enumerate() {
        let (start, end) = offsets.write(mark.span)?;
        entities
            .push(json!({"id": i, "start_offset": start, "end_offset": end, "label": mark.with_type().0}));
    }
    let relation = |(i, link): (usize, &super::marks::Link)| json!({"id": i, "from_id": link.from, "to_id": link.to, "type": link.name});
    let relations: Vec<Value> = marks.links.iter().enumerate().map(relation).collect();
    let mut rest = aside(annotation)?;
    rest.insert("details".to_owned(), details(&marks, &offsets, false)?);
    let mut record = Map::new();
    record.insert("text".to_owned(), annotation.text.clone().into());
    record.insert("entities".to_owned(), entities.into());
    record.insert("relations".to_owned(), relations.into());
    // doccano gives examples numbers of its own as "id".
    record.insert("article".to_owned(), annotation.id.clone().into());
    let metadata = annotation
        .meta
        .iter()
        .filter(|(key, _)| !FIELDS.contains(&key.as_str()));
    record.extend(metadata.map(|(key, value)| (key.clone(), value.clone())));
    record.insert(ASIDE.to_owned(), rest.into());
    Ok(record.into())
}

fn read(mut record: Map<String, Value>, number: usize, losses: &mut Losses) -> Result<Annotation, String> {
    let text = text(&mut record)?;
    let own = record.remove("id");
    let id = id(record.remove("article").or(own), number);
    let offsets = code_points(&text);
    let mut marks = Marks::default();
    let mut places = HashMap::new();
    for entity in list(&mut record, "entities")? {
        let label = label(&entity["label"])?;
        let place = marks.push(
            label,
            span(&entity, "start_offset", "end_offset", &offsets)?,
            Map::new(),
        );
        if let Some(id) = entity["id"].as_i64() {
            places.insert(id, place);
        }
    }
    for field in ["label", "labels"] {
        for entity in list(&mut record, field)? {
            let place = json!({"start": entity[0], "end": entity[1]});
            marks.push(
                label(&entity[2])?,
                span(&place, "start", "end", &offsets)?,
                Map::new(),
            );
        }
    }
    for relation in list(&mut record, "relations")? {
        let end = |key: &str| relation[key].as_i64().and_then(|id| places.get(&id)).copied();
        let (Some(from), Some(to)) = (end("from_id"), end("to_id")) else {
            return Err(format!("a relation points to no entity: {relation}"));
        };
        marks.link(label(&relation["type"])?, from, to);
    }
    let comments = list(&mut record, "Comments")?.len();
    losses.add(&id, "comments", comments);
    let mut aside = record.remove(ASIDE);
    if let Some(details) = aside.as_mut().and_then(|a| a.as_object_mut()?.remove("details")) {
        restore(&details, &mut marks, &offsets)?;
    }
    let rest = Rest::read(aside, record)?;
    marks.into_annotation(&id, &text, rest, losses)
}

fn label(value: &Value) -> Result<&str, String> {
    value
        .as_str()
        .filter(|label| !label.is_empty())
        .ok_or_else(|| format!("{value} is not a label"))
}
