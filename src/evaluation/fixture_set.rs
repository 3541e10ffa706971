//! A folder of hand-labelled articles: `NAME.txt` holds the text, `NAME.json` a stand-off record with its labels. What a
//! gold set has to keep is checked here: every span in its text, every speaker with a record, claims with speakers,
//! attributions of fragments that do not overlap.

use crate::annotation::{Annotation, Quotation};
use crate::formats::{attach, parse_record};
use crate::labels::NONE;
use crate::span::Span;
use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

/// What is wrong with a fixture.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {reason}", path = path.display())]
pub struct FixtureError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong, and where.
    pub reason: String,
}

/// Reads all fixtures of a folder, by name; every fault that is found is one error.
///
/// # Errors
/// The folder cannot be read, a file lacks its other half, or labels break a rule of the guidelines.
pub fn read_fixtures(folder: &Path) -> Result<Vec<Annotation>, Vec<FixtureError>> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut errors = Vec::new();
    let entries = fs::read_dir(folder).map_err(|e| vec![fault(folder, e.to_string())])?;
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let is_half = path.extension().is_some_and(|e| e == "txt" || e == "json");
        if let Some(name) = path.file_stem().filter(|_| is_half) {
            names.insert(name.to_string_lossy().into_owned());
        }
    }
    if names.is_empty() {
        errors.push(fault(folder, "holds no NAME.txt with its NAME.json".to_owned()));
    }
    let mut fixtures = Vec::new();
    for name in names {
        let path = folder.join(format!("{name}.json"));
        match read(folder, &name) {
            Ok(fixture) => {
                errors.extend(
                    broken_rules(&fixture)
                        .into_iter()
                        .map(|reason| fault(&path, reason)),
                );
                fixtures.push(fixture);
            }
            Err(reason) => errors.push(fault(&path, reason)),
        }
    }
    if errors.is_empty() {
        Ok(fixtures)
    } else {
        Err(errors)
    }
}

fn fault(path: &Path, reason: String) -> FixtureError {
    FixtureError {
        path: path.to_owned(),
        reason,
    }
}

fn read(folder: &Path, name: &str) -> Result<Annotation, String> {
    let half = |extension: &str| {
        let path = folder.join(format!("{name}.{extension}"));
        fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))
    };
    let texts = HashMap::from([(name.to_owned(), half("txt")?)]);
    parse_record(&attach(&half("json")?, &texts)?)
}

/// The rules that labels break.
fn broken_rules(fixture: &Annotation) -> Vec<String> {
    let mut broken = Vec::new();
    sentences(fixture, &mut broken);
    attributions(fixture, &mut broken);
    let mut entities = fixture.entities.iter().flatten().peekable();
    while let Some(entity) = entities.next() {
        if entities
            .peek()
            .is_some_and(|next| next.span.start < entity.span.end)
        {
            broken.push(format!("entities overlap at “{}”", entity.span.of(&fixture.text)));
        }
    }
    broken
}

/// The rules that sentence labels and speaker records break.
fn sentences(fixture: &Annotation, broken: &mut Vec<String>) {
    let names: BTreeSet<&str> = fixture.speakers.iter().map(|s| s.name.as_str()).collect();
    for sentence in fixture.sentences.iter().flatten() {
        let mut say = |what: &str| {
            let words: String = sentence.span.of(&fixture.text).chars().take(40).collect();
            broken.push(format!("{what} (“{words}…”)"));
        };
        let claims = sentence.claim_type.iter().any(|t| t != NONE);
        let quoted = sentence.quotation.is_some_and(|q| q != Quotation::None);
        if claims != sentence.speaker.is_some() || claims != quoted {
            say("claim type, speaker and quotation must be given together, or none of them");
        }
        if let Some(speaker) = sentence.speaker.as_deref().filter(|s| !names.contains(s)) {
            say(&format!("speaker {speaker:?} has no record"));
        }
        let inside = |span: &Span| sentence.span.contains(*span);
        if !sentence.cue.iter().chain(&sentence.source).all(inside) {
            say("cue and source must lie in their sentence");
        }
    }
}

/// The rules that attributions break.
fn attributions(fixture: &Annotation, broken: &mut Vec<String>) {
    for attribution in fixture.attributions.iter().flatten() {
        let parts = [&attribution.source, &attribution.cue, &attribution.content];
        let mut fragments: Vec<Span> = parts.into_iter().flatten().copied().collect();
        fragments.sort_unstable();
        let words = fragments.first().map_or("", |first| first.of(&fixture.text));
        let mut say = |what: &str| broken.push(format!("{what} (attribution with “{words}”)"));
        if attribution.cue.is_empty() || attribution.content.is_empty() {
            say("an attribution has a cue and content");
        }
        if fragments.windows(2).any(|pair| pair[0].overlaps(pair[1])) {
            say("source, cue and content must not overlap");
        }
        let bare = |span: &Span| {
            let words = span.of(&fixture.text);
            !words.is_empty() && words.trim() == words
        };
        if !fragments.iter().all(bare) {
            say("fragments hold words, with no blanks around them");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation::Attribution;
    use crate::evaluation::fixtures::{at, sentence, speaker};

    #[test]
    fn rules_of_sentences() {
        let mut fixture = Annotation {
            text: "Ida Lund said no.".to_owned(),
            speakers: vec![speaker("Ida Lund")],
            ..Annotation::default()
        };
        let mut said = sentence(0, 17);
        said.claim_type = vec!["denial".to_owned()];
        for (who, quotation, faults) in [
            (Some("Ida Lund"), Some(Quotation::Indirect), 0),
            (Some("Lund"), Some(Quotation::Indirect), 1),
            (None, Some(Quotation::Indirect), 1),
            (Some("Ida Lund"), Some(Quotation::None), 1),
        ] {
            said.speaker = who.map(str::to_owned);
            said.quotation = quotation;
            fixture.sentences = Some(vec![said.clone()]);
            assert_eq!(broken_rules(&fixture).len(), faults, "{who:?} {quotation:?}");
        }
    }

    #[test]
    fn rules_of_attributions() {
        let text = "“No,” said Ida Lund.";
        let fragment = |words: &str| match words {
            "" => vec![],
            words => vec![at(text, words)],
        };
        for (source, cue, content, faults) in [
            ("Ida Lund", "said", "“No,”", 0),
            ("", "said", "“No,”", 0),
            ("Ida Lund", "", "“No,”", 1),
            ("Ida Lund", "said", "", 1),
            ("Ida Lund", "said", "“No,” said", 1),
            ("Ida Lund", "said", "“No,” ", 1),
        ] {
            let fixture = Annotation {
                text: text.to_owned(),
                attributions: Some(vec![Attribution {
                    source: fragment(source),
                    cue: fragment(cue),
                    content: fragment(content),
                    score: None,
                }]),
                ..Annotation::default()
            };
            assert_eq!(broken_rules(&fixture).len(), faults, "{source} {cue} {content}");
        }
    }
}
