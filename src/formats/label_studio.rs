//! Label Studio: an array of tasks, each with its regions as a prediction, or as an annotation where nothing says that a
//! model made them. Offsets are UTF-16 units, as in the browser. Claim types are choices per region, other attributes
//! the region's note; `data/formats/label-studio.xml` is a labelling configuration that shows all of it.

use super::marks::{ASIDE, Kind, Marks, Rest, Speakers, aside};
use super::records::{RecordReader, Records, id, list, names, object, span};
use super::{Format, FormatError, Losses, OffsetUnit, Offsets, Output, Part};
use crate::annotation::Annotation;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

pub(super) const FORMAT: Format = Format {
    name: "label-studio",
    about: "Label Studio tasks: predictions where a model made them, annotations otherwise",
    extensions: &[],
    corpora: false,
    units: false,
    carries: Some(Part::ALL),
    faults: |annotation, losses| Marks::losses(annotation, Speakers::Aside, losses),
    output: Output::Stream(|_| Box::new(Records::array(write))),
    reader: Some(|input| RecordReader::open(input, read)),
};

/// Names of the controls in the labelling configuration.
const LABELS: &str = "label";
const TYPES: &str = "claim_type";
const TEXT: &str = "text";

fn write(annotation: &Annotation) -> Result<Value, FormatError> {
    let marks = Marks::of(annotation, Speakers::Aside)?;
    let offsets = Offsets::new(&annotation.text, OffsetUnit::Utf16);
    let mut result = Vec::new();
    for (i, mark) in marks.marks.iter().enumerate() {
        let (start, end) = offsets.write(mark.span)?;
        let words = mark.span.of(&annotation.text);
        let mut attributes = mark.attributes.clone();
        let types = attributes.remove(TYPES);
        let score = attributes.remove("score");
        let region = |from: &str, kind: &str, key: &str, values: Value| {
            json!({"id": format!("r{i}"), "from_name": from, "to_name": TEXT, "type": kind,
                   "value": {"start": start, "end": end, "text": words, key: values}})
        };
        let mut labelled = region(LABELS, "labels", "labels", json!([mark.label]));
        if let Some(score) = score {
            labelled["score"] = score;
        }
        if !attributes.is_empty() {
            labelled["meta"] = json!({"text": [Value::Object(attributes).to_string()]});
        }
        result.push(labelled);
        match types {
            Some(Value::Array(types)) => result.push(region(TYPES, "choices", "choices", types.into())),
            Some(one) => result.push(region(TYPES, "choices", "choices", json!([one]))),
            None => {}
        }
    }
    for link in &marks.links {
        result.push(json!({"type": "relation", "from_id": format!("r{}", link.from),
                           "to_id": format!("r{}", link.to), "direction": "right", "labels": [link.name]}));
    }
    let mut data = annotation.meta.clone();
    for key in ["id", TEXT, ASIDE] {
        data.remove(key);
    }
    data.insert("id".to_owned(), annotation.id.clone().into());
    data.insert(TEXT.to_owned(), annotation.text.clone().into());
    let mut rest = aside(annotation)?;
    // Metadata of these names would be hidden by what tasks need.
    let hidden: Map<String, Value> = (annotation.meta.iter())
        .filter(|(key, _)| ["id", TEXT, ASIDE].contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if !hidden.is_empty() {
        rest.insert("meta".to_owned(), hidden.into());
    }
    data.insert(ASIDE.to_owned(), rest.into());
    Ok(match &annotation.provenance {
        Some(provenance) => json!({"data": data,
            "predictions": [{"model_version": provenance.model, "result": result}]}),
        None => json!({"data": data, "annotations": [{"result": result}]}),
    })
}

fn read(mut task: Map<String, Value>, number: usize, losses: &mut Losses) -> Result<Annotation, String> {
    let mut data = object(&mut task, "data")?;
    let Some(Value::String(text)) = data.remove(TEXT) else {
        return Err(format!(
            "a task has no \"data\" with a \"text\"; its data are: {}",
            names(&data)
        ));
    };
    let id = id(data.remove("id").or_else(|| task.remove("id")), number);
    let mut rest = data.remove(ASIDE);
    if let Some(Value::Object(hidden)) = rest.as_mut().and_then(|r| r.as_object_mut()?.remove("meta")) {
        data.extend(hidden);
    }
    let rest = Rest::read(rest, data)?;
    let mut results = list(&mut task, "annotations")?;
    results.retain(|a| a["was_cancelled"] != true);
    if results.is_empty() {
        results = list(&mut task, "predictions")?;
    }
    losses.add(
        &id,
        "annotations before the last of a task",
        results.len().saturating_sub(1),
    );
    let result = results
        .pop()
        .map_or(Value::Null, |mut last| last["result"].take());
    let regions = result.as_array().map_or(&[] as &[Value], Vec::as_slice);
    let offsets = Offsets::new(&text, OffsetUnit::Utf16);
    let mut marks = Marks::default();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut others = 0;
    for region in regions {
        let value = &region["value"];
        let name = region["id"].as_str().unwrap_or_default();
        match region["type"].as_str() {
            Some("labels") => {
                let at = span(value, "start", "end", &offsets)?;
                if value["text"].as_str().is_some_and(|t| t != at.of(&text)) {
                    return Err(format!(
                        "a region's own text is {}, the article has {:?} there; offsets must count UTF-16 units",
                        value["text"],
                        at.of(&text)
                    ));
                }
                let labels = value["labels"].as_array().map_or(&[] as &[Value], Vec::as_slice);
                let Some(label) = labels.first().and_then(Value::as_str) else {
                    return Err(format!("a region has no label: {region}"));
                };
                others += labels.len() - 1;
                let (mut attributes, unread) = note(&region["meta"]["text"]);
                losses.add(&id, "notes at regions", unread);
                if region["score"].is_number() {
                    attributes.insert("score".to_owned(), region["score"].clone());
                }
                places.insert(name, marks.push(label, at, attributes));
            }
            Some("choices") if region["from_name"] == TYPES => {
                let place = places.get(name);
                let types = value["choices"].as_array().map_or(&[] as &[Value], Vec::as_slice);
                match (place.map(|i| &mut marks.marks[*i]), types) {
                    (Some(mark), [one]) if matches!(mark.kind, Kind::Claim | Kind::Sentence) => {
                        mark.attributes.insert(TYPES.to_owned(), one.clone());
                    }
                    (Some(mark), many) if mark.kind == Kind::Sentence => {
                        mark.attributes.insert(TYPES.to_owned(), many.into());
                    }
                    _ => others += 1,
                }
            }
            Some("relation") => {}
            _ => others += 1,
        }
    }
    for relation in regions.iter().filter(|r| r["type"] == "relation") {
        let end = |key: &str| relation[key].as_str().and_then(|name| places.get(name)).copied();
        let (Some(mut from), Some(mut to)) = (end("from_id"), end("to_id")) else {
            return Err(format!("a relation points to no region: {relation}"));
        };
        if relation["direction"] == "left" {
            std::mem::swap(&mut from, &mut to);
        }
        let names = relation["labels"]
            .as_array()
            .map_or(&[] as &[Value], Vec::as_slice);
        let name = names.first().and_then(Value::as_str);
        marks.link(name.unwrap_or("link"), from, to);
    }
    losses.add(&id, "regions and labels of other kinds", others);
    marks.into_annotation(&id, &text, rest, losses)
}

/// Attributes from the lines of a region's note, and how many lines hold none.
fn note(lines: &Value) -> (Map<String, Value>, usize) {
    let mut attributes = Map::new();
    let mut unread = 0;
    for line in lines.as_array().into_iter().flatten() {
        match line.as_str().map(serde_json::from_str::<Map<String, Value>>) {
            Some(Ok(object)) => attributes.extend(object),
            _ => unread += 1,
        }
    }
    (attributes, unread)
}
