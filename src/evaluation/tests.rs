//! All metrics together: laws, names, notes.

use super::fixtures::{sentence, speaker, with_entities};
use super::*;
use crate::annotation::{Attribution, Quotation, Speaker};
use crate::span::Span;
use serde_json::json;

fn quick() -> Options {
    Options {
        bootstrap: Bootstrap { draws: 200, seed: 1 },
        ..Options::default()
    }
}

/// Gold documents that together have every layer, with characters of several bytes.
fn gold() -> Vec<Annotation> {
    let mut first =
        with_entities("🙂 “[COUNTRY/NO Norway] lied,” said [PERSON Ida Lund]. Snow fell in [LOC/SE Ålby].");
    let text = first.text.clone();
    let end = text.find(". Snow").unwrap() + 1;
    let mut said = sentence(0, end);
    said.claim_type = vec!["accusation".to_owned(), "denial".to_owned()];
    said.speaker = Some("Ida Lund".to_owned());
    said.quotation = Some(Quotation::Direct);
    said.target = Some("Norway".to_owned());
    said.check_worthy = Some(true);
    let mut told = sentence(end + 1, text.len());
    told.claim_type = vec!["none".to_owned()];
    told.quotation = Some(Quotation::None);
    told.check_worthy = Some(false);
    first.sentences = Some(vec![said, told]);
    let at = |part: &str| super::fixtures::at(&text, part);
    first.speakers = vec![Speaker {
        role: Some("minister".to_owned()),
        country: Some("NO".to_owned()),
        ..speaker("Ida Lund")
    }];
    first.attributions = Some(vec![Attribution {
        source: vec![at("Ida Lund")],
        cue: vec![at("said")],
        content: vec![at("“Norway lied,”")],
        score: None,
    }]);
    let mut second = with_entities("[ORG Nordsund Energi] is [NORP/NO Norwegian].");
    second.id = "b".to_owned();
    let empty = Annotation {
        id: "c".to_owned(),
        text: "Nothing happened.".to_owned(),
        entities: Some(Vec::new()),
        ..Annotation::default()
    };
    let unlabelled = Annotation {
        id: "d".to_owned(),
        text: "Ida Lund left.".to_owned(),
        ..Annotation::default()
    };
    vec![first, second, empty, unlabelled]
}

/// Predictions that are what the gold is, and sure of it.
fn sure(gold: &[Annotation]) -> Vec<Annotation> {
    let mut predicted = gold.to_vec();
    for annotation in &mut predicted {
        for entity in annotation.entities.iter_mut().flatten() {
            entity.score = Some(1.0);
        }
        for attribution in annotation.attributions.iter_mut().flatten() {
            attribution.score = Some(1.0);
        }
        for sentence in annotation.sentences.iter_mut().flatten() {
            sentence.score = Some(1.0);
            sentence.check_worthiness = sentence.check_worthy.map(|yes| if yes { 1.0 } else { 0.0 });
        }
    }
    predicted
}

#[test]
fn gold_against_itself_is_perfect() {
    let gold = gold();
    let report = evaluate(&gold, &sure(&gold), &quick()).unwrap();
    assert_eq!(report.sections.len(), METRICS.len());
    assert_eq!(report.notes, Vec::<String>::new());
    for figure in report.all() {
        let none = ["spurious", "ece"].contains(&figure.measure);
        let expected = if none { 0.0 } else { 1.0 };
        assert_eq!(figure.value, Some(expected), "{}", figure.name);
    }
}

#[test]
fn names_of_figures_stay_what_they_are() {
    let gold = gold();
    let figures = evaluate(&gold, &sure(&gold), &quick()).unwrap().figures();
    for name in [
        "entities.precision",
        "entities.recall",
        "entities.f1",
        "entities.macro_f1",
        "entities.PERSON.f1",
        "entities.exact.f1",
        "entities.partial.PERSON.recall",
        "entities.type.macro_f1",
        "attributions.CUE.f1",
        "attributions.begin.SOURCE.f1",
        "attributions.triples.f1",
        "attributions.links.accuracy",
        "attributions.links.cue",
        "attributions.links.found",
        "attributions.links.source",
        "attributions.overlap.CONTENT.f1",
        "claim_types.accuracy",
        "claim_types.macro_f1",
        "claim_types.none.recall",
        "check_worthiness.f1",
        "check_worthiness.average_precision",
        "speakers.accuracy",
        "speakers.claimed",
        "speakers.quotation",
        "speakers.spurious",
        "speakers.records.name.precision",
        "speakers.records.role.recall",
        "speakers.records.country.f1",
        "speakers.records.role.accuracy",
        "targets.accuracy",
        "targets.found",
        "calibration.entities.ece",
        "calibration.attributions.ece",
        "calibration.claim_types.ece",
        "calibration.check_worthiness.ece",
        "countries.accuracy",
        "countries.found",
        "countries.f1",
    ] {
        assert!(figures.contains_key(name), "{name} of {figures:?}");
    }
    // Micro F1 of exclusive classes is their accuracy, and a single class has no average.
    for name in [
        "claim_types.f1",
        "check_worthiness.macro_f1",
        "countries.mention.f1",
        "speakers.records.f1",
        "speakers.records.macro_f1",
        "attributions.triples.triple.f1",
    ] {
        assert!(!figures.contains_key(name), "{name}");
    }
}

#[test]
fn unlabelled_documents_and_missing_layers() {
    let gold = gold();
    let mut predicted = gold.clone();
    // A prediction in a document that is not annotated for entities changes nothing.
    let mut stray = with_entities("[PERSON Ida Lund] left.");
    stray.id = "d".to_owned();
    predicted[3] = stray;
    predicted[0].attributions = None;
    let report = evaluate(&gold, &predicted, &quick()).unwrap();
    assert_eq!(report.figure("entities.f1").unwrap().value, Some(1.0));
    assert_eq!(report.sections[0].documents, 3);
    assert!(report.figure("attributions.CUE.f1").is_none());
    assert_eq!(
        report.notes,
        ["", ".begin", ".overlap", ".triples", ".links"]
            .map(|part| format!("attributions{part}: in gold, but not in any prediction"))
    );
}

#[test]
fn a_layer_that_some_predictions_lack_is_missed_there() {
    let gold = gold();
    let mut predicted = gold.clone();
    predicted[1].entities = None;
    let report = evaluate(&gold, &predicted, &quick()).unwrap();
    assert_eq!(report.figure("entities.recall").unwrap().value, Some(0.6));
    assert_eq!(report.figure("entities.precision").unwrap().value, Some(1.0));
    assert_eq!(report.figure("entities.ORG.precision").unwrap().value, None);
    assert_eq!(report.figure("entities.ORG.f1").unwrap().value, Some(0.0));
    assert_eq!(report.figure("entities.ORG.f1").unwrap().support, 1);
    assert!(!report.figures().contains_key("entities.ORG.precision"));
}

#[test]
fn intervals_hold_the_value_and_repeat() {
    let gold = gold();
    let mut predicted = gold.clone();
    predicted[1].entities.as_mut().unwrap()[0].span = Span::new(0, 8);
    let report = evaluate(&gold, &predicted, &quick()).unwrap();
    assert_eq!(report, evaluate(&gold, &predicted, &quick()).unwrap());
    let f1 = report.figure("entities.f1").unwrap();
    let (value, interval) = (f1.value.unwrap(), f1.interval.unwrap());
    assert!(interval.low < value && value < interval.high, "{f1:?}");
    // One document with attributions: nothing to draw from.
    assert_eq!(report.figure("attributions.f1").unwrap().interval, None);
}

#[test]
fn labels_that_nothing_has_are_noted() {
    let gold = gold();
    let mut options = quick();
    options.merge = [("COUNTRY", "LOC"), ("GPE", "LOC")]
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .into();
    options.labels = Some(["LOC", "COUNTRY", "PERSN"].map(str::to_owned).into());
    let report = evaluate(&gold, &gold, &options).unwrap();
    assert_eq!(
        report.notes,
        ["GPE", "COUNTRY", "PERSN"].map(|l| format!("label {l}: no entity of gold or predictions has it"))
    );
}

#[test]
fn every_metric_has_its_own_name() {
    let names: BTreeSet<&str> = METRICS.iter().map(|m| m.profile().name).collect();
    assert_eq!(names.len(), METRICS.len());
}

#[test]
fn predictions_that_pass_by_in_parts_give_the_same_report() {
    let gold = gold();
    let mut predicted = sure(&gold);
    predicted[1].entities.as_mut().unwrap()[0].span = Span::new(0, 8);
    predicted.rotate_left(1);
    let options = Options { errors: 5, ..quick() };
    let whole = evaluate(&gold, &predicted, &options).unwrap();
    let mut evaluation = Evaluation::new(&gold, &options).unwrap();
    for part in predicted.chunks(3) {
        evaluation.add(part).unwrap();
    }
    assert_eq!(evaluation.report().unwrap(), whole);
    let errors = whole.errors.unwrap();
    let listed: Vec<_> = errors.layers.iter().map(|l| l.worst.len()).collect();
    assert_eq!(listed, [1, 0, 0, 0]);
}

#[test]
fn slices_hold_the_figures_of_their_documents() {
    let mut gold = gold();
    for (annotation, place) in gold.iter_mut().zip([json!("Oslo"), json!(7), json!("Oslo")]) {
        annotation.meta.insert("place".to_owned(), place);
    }
    let mut predicted = sure(&gold);
    predicted[1].entities.as_mut().unwrap()[0].span = Span::new(0, 8);
    let options = Options {
        slices: vec!["place".to_owned()],
        ..quick()
    };
    let report = evaluate(&gold, &predicted, &options).unwrap();
    let slices = &report.slicings[0].slices;
    let found: Vec<_> = (slices.iter())
        .map(|slice| {
            let mut figures = slice.sections.iter().flat_map(|s| &s.figures);
            let f1 = figures.find(|f| f.name == "entities.f1");
            (slice.value.as_deref(), slice.documents, f1.and_then(|f| f.value))
        })
        .collect();
    let expected = [
        (Some("7"), 1, Some(0.5)),
        (Some("Oslo"), 2, Some(1.0)),
        // Not annotated for entities.
        (None, 1, None),
    ];
    assert_eq!(found, expected);
    let unknown = Options {
        slices: vec!["plaice".to_owned()],
        ..quick()
    };
    assert_eq!(
        evaluate(&gold, &predicted, &unknown).unwrap_err().to_string(),
        "no gold document has the metadata field \"plaice\"; there is \"place\""
    );
}
