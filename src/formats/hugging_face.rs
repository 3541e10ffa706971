//! Hugging Face token classification, a JSON object per line: words and tags as data sets have them (`tokens`,
//! `ner_tags`), and entities as a pipeline with `aggregation_strategy` puts them out (`entities`). With the text, the
//! entities are exact; without it, words and tags are read as from a column file.

use super::conll::chunks;
use super::records::{RecordReader, code_points, id, list, span};
use super::tagged::Tagged;
use super::{Format, FormatError, Losses, Output, Part, TagScheme, Writer};
use crate::annotation::{Annotation, Entity};
use crate::span::Span;
use serde_json::{Map, Value, json};
use std::io::Write;

pub(super) const FORMAT: Format = Format {
    name: "hugging-face",
    about: "Hugging Face token classification, JSON Lines: words with tags, entities with scores",
    extensions: &[],
    corpora: false,
    units: false,
    carries: Some(&[Part::Text, Part::Ids, Part::Entities, Part::EntityScores]),
    faults: |_, _| {},
    output: Output::Stream(|options| Box::new(HuggingFace(options.scheme))),
    reader: Some(|input| RecordReader::open(input, read)),
};

struct HuggingFace(TagScheme);

impl Writer for HuggingFace {
    fn write(&mut self, annotation: &Annotation, out: &mut dyn Write) -> Result<(), FormatError> {
        let text = annotation.text.as_str();
        let tagged = Tagged::new(annotation);
        let tags: Vec<String> = (0..tagged.sentences.len())
            .flat_map(|s| tagged.tags(s, self.0))
            .collect();
        let words: Vec<&str> = (tagged.sentences.iter().flatten())
            .map(|w| w.span.of(text))
            .collect();
        let offsets = code_points(text);
        let mut entities = Vec::new();
        for entity in annotation.entities.iter().flatten() {
            let (start, end) = offsets.write(entity.span)?;
            entities.push(json!({"entity_group": entity.label, "score": entity.score,
                                 "word": entity.span.of(text), "start": start, "end": end}));
        }
        let record = json!({"id": annotation.id, "text": text, "tokens": words, "ner_tags": tags,
                            "entities": entities});
        writeln!(out, "{record}")?;
        Ok(())
    }
}

fn read(mut record: Map<String, Value>, number: usize, losses: &mut Losses) -> Result<Annotation, String> {
    let id = id(record.remove("id"), number);
    let mut annotation = match record.remove("text") {
        Some(Value::String(text)) => exact(text, list(&mut record, "entities")?)?,
        _ => {
            let (words, tags) = (list(&mut record, "tokens")?, list(&mut record, "ner_tags")?);
            losses.add(&id, "white space between words, read as one blank", 1);
            of_words(&words, &tags)?
        }
    };
    annotation.id = id;
    Ok(annotation)
}

fn exact(text: String, items: Vec<Value>) -> Result<Annotation, String> {
    let mut entities = Vec::new();
    for item in items {
        let label = item["entity_group"].as_str().ok_or_else(|| {
            format!(
                "an entity has no \"entity_group\"; run the pipeline with an aggregation_strategy: {item}"
            )
        })?;
        entities.push(Entity {
            span: span(&item, "start", "end", &code_points(&text))?,
            label: label.to_owned(),
            score: item["score"].as_f64().map(|s| s as f32),
            ..Entity::default()
        });
    }
    Ok(Annotation {
        text,
        entities: Some(entities),
        ..Annotation::default()
    })
}

fn of_words(words: &[Value], tags: &[Value]) -> Result<Annotation, String> {
    let strings = |values: &[Value]| {
        let strings = values.iter().map(|v| v.as_str().map(str::to_owned));
        strings.collect::<Option<Vec<String>>>()
    };
    let (Some(words), Some(tags)) = (strings(words), strings(tags)) else {
        return Err(
            "\"tokens\" and \"ner_tags\" must be words and tags such as B-PER, not numbers".to_owned(),
        );
    };
    if words.len() != tags.len() || words.is_empty() {
        return Err(format!(
            "{} tokens and {} tags; with neither \"text\" nor as many tags as words there is nothing to read",
            words.len(),
            tags.len()
        ));
    }
    let mut text = String::new();
    let mut spans: Vec<Span> = Vec::new();
    for word in &words {
        if !text.is_empty() {
            text.push(' ');
        }
        spans.push(Span::new(text.len(), text.len() + word.len()));
        text.push_str(word);
    }
    let entities = chunks(&tags).into_iter().map(|chunk| Entity {
        span: spans[chunk.start].cover(spans[chunk.end - 1]),
        label: chunk.label,
        ..Entity::default()
    });
    Ok(Annotation {
        entities: Some(entities.collect()),
        text,
        ..Annotation::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::from_str;

    #[test]
    fn words_and_tags_are_enough() {
        let mut losses = Losses::default();
        let record = r#"{"tokens": ["Ida", "Lund", "left"], "ner_tags": ["B-PER", "I-PER", "O"]}"#;
        let annotation = read(from_str(record).unwrap(), 7, &mut losses).unwrap();
        assert_eq!(
            (annotation.id.as_str(), annotation.text.as_str()),
            ("7", "Ida Lund left")
        );
        assert_eq!(annotation.entities.unwrap()[0].span, Span::new(0, 8));
        for (record, message) in [
            (r#"{"tokens": ["Ida"], "ner_tags": [1]}"#, "not numbers"),
            (r#"{"tokens": ["Ida"], "ner_tags": []}"#, "1 tokens and 0 tags"),
            (
                r#"{"text": "Ida", "entities": [{"entity": "B-PER"}]}"#,
                "aggregation_strategy",
            ),
            (
                r#"{"text": "Ida", "entities": [{"entity_group": "PER", "start": 0, "end": 9}]}"#,
                "0..9",
            ),
        ] {
            let error = read(from_str(record).unwrap(), 1, &mut losses).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }
}
