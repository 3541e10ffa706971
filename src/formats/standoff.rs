//! Stand-off files: annotations without their text, for texts that may not be passed on. One JSON object per article
//! and line: the dixit record without `text` and without the text under its spans, and with `text_sha256` in their
//! place. Names, roles and targets that stand in the text are given as `[start, end)` of their first place in it, in
//! code points.

use super::dixit::parse_record;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Lists of a record, and their fields that hold words of the article.
const WORDS: [(&str, &[&str]); 2] = [
    ("speakers", &["name", "role", "affiliation"]),
    ("sentences", &["speaker", "target"]),
];

/// Lists of a record whose objects repeat the text under their span.
const SPANS: [&str; 2] = ["entities", "claims"];

/// Takes the text out of a dixit record in code points.
///
/// # Errors
/// Says what is wrong with the record.
pub fn detach(record: &str) -> Result<String, String> {
    parse_record(record)?;
    let mut object = parse(record)?;
    let Some(Value::String(text)) = object.remove("text") else {
        return Err("the record has no text".to_owned());
    };
    if object.contains_key("offset_unit") {
        return Err("stand-off files count in code points; this record counts in another unit".to_owned());
    }
    object.insert("text_sha256".to_owned(), Value::String(hash(&text)));
    for list in SPANS {
        for item in items(&mut object, list) {
            item.remove("text");
        }
    }
    for_words(&mut object, |value| {
        let place = value.as_str().and_then(|words| place(&text, words));
        if let Some((start, end)) = place {
            *value = Value::from(vec![start, end]);
        }
        Ok(())
    })?;
    Ok(Value::Object(object).to_string())
}

/// Puts the text back, which `texts` holds by article id.
///
/// # Errors
/// Says what is wrong, or that the text is missing or another one.
pub fn attach(standoff: &str, texts: &HashMap<String, String>) -> Result<String, String> {
    let mut object = parse(standoff)?;
    let id = object
        .get("id")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let text = texts
        .get(&id)
        .ok_or_else(|| format!("article {id:?}: its text is not among those given"))?;
    let expected = object.remove("text_sha256");
    if expected.as_ref().and_then(Value::as_str) != Some(hash(text).as_str()) {
        return Err(format!(
            "article {id:?}: the text given is not the one that was annotated"
        ));
    }
    for_words(&mut object, |value| {
        if let Some(span) = value.as_array() {
            let words = match span.as_slice() {
                [start, end] => start
                    .as_u64()
                    .zip(end.as_u64())
                    .and_then(|(s, e)| slice(text, s, e)),
                _ => None,
            };
            *value = Value::String(
                words.ok_or_else(|| format!("article {id:?}: {value} is no span of its text"))?,
            );
        }
        Ok(())
    })?;
    object.insert("text".to_owned(), Value::String(text.clone()));
    let record = Value::Object(object).to_string();
    parse_record(&record)?;
    Ok(record)
}

fn parse(line: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(line).map_err(|e| format!("not a JSON object: {e}"))
}

/// Hash over the bytes of a text, in hexadecimal.
fn hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|b| format!("{b:02x}")).collect()
}

fn items<'a>(
    object: &'a mut Map<String, Value>,
    list: &str,
) -> impl Iterator<Item = &'a mut Map<String, Value>> {
    let items = object.get_mut(list).and_then(Value::as_array_mut);
    items.into_iter().flatten().filter_map(Value::as_object_mut)
}

fn for_words(
    object: &mut Map<String, Value>,
    mut change: impl FnMut(&mut Value) -> Result<(), String>,
) -> Result<(), String> {
    for (list, fields) in WORDS {
        for item in items(object, list) {
            for field in fields {
                if let Some(value) = item.get_mut(*field) {
                    change(value)?;
                }
            }
        }
    }
    Ok(())
}

/// The first place of `words` in `text`, in code points.
fn place(text: &str, words: &str) -> Option<(usize, usize)> {
    let start = text[..text.find(words)?].chars().count();
    Some((start, start + words.chars().count()))
}

fn slice(text: &str, start: u64, end: u64) -> Option<String> {
    let (start, end) = (usize::try_from(start).ok()?, usize::try_from(end).ok()?);
    let words: String = text.chars().skip(start).take(end.checked_sub(start)?).collect();
    (words.chars().count() == end - start).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"id": "a", "text": "👩‍👧 Ida Lund denied it.", "entities": [{"start": 4, "end": 12, "text": "Ida Lund", "label": "PERSON"}], "speakers": [{"name": "Ida Lund", "kind": "person", "role": "Minister"}], "sentences": [{"start": 4, "end": 23, "claim_type": "denial", "speaker": "Ida Lund", "quotation": "indirect"}]}"#;

    fn texts(text: &str) -> HashMap<String, String> {
        HashMap::from([("a".to_owned(), text.to_owned())])
    }

    #[test]
    fn there_and_back() {
        let standoff = detach(RECORD).unwrap();
        assert!(
            !standoff.contains("Lund") && standoff.contains("Minister"),
            "{standoff}"
        );
        let back = attach(&standoff, &texts("👩‍👧 Ida Lund denied it.")).unwrap();
        assert_eq!(parse_record(&back).unwrap(), parse_record(RECORD).unwrap());
    }

    #[test]
    fn another_text_is_refused() {
        let standoff = detach(RECORD).unwrap();
        let error = attach(&standoff, &texts("👩‍👧 Ida Lund denied all.")).unwrap_err();
        assert!(error.contains("not the one"), "{error}");
        let error = attach(&standoff, &HashMap::new()).unwrap_err();
        assert!(error.contains("not among"), "{error}");
        let broken = standoff.replace("\"name\":[4,12]", "\"name\":[4,99]");
        assert!(
            attach(&broken, &texts("👩‍👧 Ida Lund denied it."))
                .unwrap_err()
                .contains("[4,99]")
        );
    }
}
