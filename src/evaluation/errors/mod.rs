//! What is wrong, one entry per mistake, by layer, by kind and by what it costs; the worst of them with their context.

mod sentences;
mod spans;

use super::pairs::Pair;
use super::{METRICS, Options};
use crate::annotation::Annotation;
use crate::span::Span;
use rayon::prelude::*;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Code points of context on either side of a mistake.
const CONTEXT: usize = 60;

/// What is looked through for mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// Entities: typed spans.
    Entities,
    /// Claim types of sentences.
    Claims,
    /// Speakers of sentences.
    Speakers,
    /// Fragments of attributions, each with its role.
    Attributions,
}

impl Layer {
    /// All layers, in the order in which reports show them.
    pub const ALL: [Self; 4] = [Self::Entities, Self::Claims, Self::Speakers, Self::Attributions];

    /// Its name, as reports spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Entities => "entities",
            Self::Claims => "claims",
            Self::Speakers => "speakers",
            Self::Attributions => "attributions",
        }
    }

    /// Whether its units are whole sentences, whose text is the context of a mistake already.
    pub fn of_sentences(self) -> bool {
        matches!(self, Self::Claims | Self::Speakers)
    }

    /// The metric whose mistakes these are.
    fn metric(self) -> &'static str {
        match self {
            Self::Entities => "entities",
            Self::Claims => "claim_types",
            Self::Speakers => "speakers",
            Self::Attributions => "attributions",
        }
    }

    /// Whether a prediction has it, be it empty.
    fn predicted(self, predicted: &Annotation) -> bool {
        let mut metrics = METRICS.iter();
        metrics.any(|metric| metric.profile().name == self.metric() && metric.predicts(predicted))
    }

    /// The mistakes of one document; `None` where its gold is not annotated for this.
    fn find(self, pair: &Pair<'_>, options: &Options) -> Option<Vec<Candidate>> {
        match self {
            Self::Entities => spans::entities(pair, options),
            Self::Claims => sentences::claims(pair),
            Self::Speakers => sentences::speakers(pair),
            Self::Attributions => spans::attributions(pair),
        }
    }
}

/// How a unit can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorKind {
    /// Overlapping span, same label.
    Boundary,
    /// Same or overlapping span, other label; of a speaker, another one.
    Type,
    /// Nothing was predicted for a gold unit.
    Missed,
    /// Nothing in gold stands where a unit was predicted.
    Spurious,
    /// Several predictions for one gold unit.
    Split,
    /// One prediction for several gold units.
    Merged,
}

impl ErrorKind {
    /// All kinds, in the order in which reports show them.
    pub const ALL: [Self; 6] = [
        Self::Boundary,
        Self::Type,
        Self::Missed,
        Self::Spurious,
        Self::Split,
        Self::Merged,
    ];

    /// Its name, as reports spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Boundary => "boundary",
            Self::Type => "type",
            Self::Missed => "missed",
            Self::Spurious => "spurious",
            Self::Split => "split",
            Self::Merged => "merged",
        }
    }
}

/// What is wrong in all documents.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Errors {
    /// The layers that gold is annotated for and predictions have.
    pub layers: Vec<LayerErrors>,
    /// Texts of the documents of the worst, by id.
    #[serde(skip)]
    pub texts: BTreeMap<String, String>,
}

/// What is wrong in one layer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LayerErrors {
    /// The layer.
    pub layer: Layer,
    /// How many mistakes there are of each kind.
    pub kinds: BTreeMap<ErrorKind, u64>,
    /// The worst of them: by falling cost, then by falling score of what was predicted, then by place.
    pub worst: Vec<Mistake>,
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mistake {
    /// What is wrong.
    pub kind: ErrorKind,
    /// What it takes away from precision and recall: wrong predictions and gold units that were not found.
    pub cost: usize,
    /// Id of the document.
    pub document: String,
    /// The gold units.
    pub gold: Vec<Mention>,
    /// The predictions.
    pub predicted: Vec<Mention>,
    /// Text before, on one line.
    pub before: String,
    /// Text from the first unit's start to the last one's end, on one line.
    pub text: String,
    /// Text after, on one line.
    pub after: String,
}

/// A unit of a mistake.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mention {
    /// First code point.
    pub start: usize,
    /// One past the last code point.
    pub end: usize,
    /// Where that is in bytes.
    #[serde(skip)]
    pub span: Span,
    /// The label it counts under; the name of a speaker.
    pub label: String,
    /// The text under it.
    pub text: String,
    /// The score that was predicted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f32>,
}

/// A mistake before it is shown.
#[derive(Clone, Debug, PartialEq)]
struct Candidate {
    /// Place of the document in the gold.
    place: usize,
    kind: ErrorKind,
    gold: Vec<Wrong>,
    predicted: Vec<Wrong>,
}

/// A unit that is not right.
#[derive(Clone, Debug, PartialEq)]
struct Wrong {
    span: Span,
    label: String,
    score: Option<f32>,
}

impl Candidate {
    fn cost(&self) -> usize {
        self.gold.len() + self.predicted.len()
    }

    /// From the first start to the last end.
    fn cover(&self) -> Span {
        let spans = self.gold.iter().chain(&self.predicted).map(|wrong| wrong.span);
        spans.reduce(|a, b| a.cover(b)).unwrap_or(Span::new(0, 0))
    }

    /// Sorts the worst first.
    fn rank(&self) -> impl Ord + use<> {
        // Scores are not negative, so their bits are in their order.
        let score = self
            .predicted
            .iter()
            .filter_map(|wrong| wrong.score)
            .fold(0.0, f32::max);
        (
            Reverse(self.cost()),
            Reverse(score.to_bits()),
            self.place,
            self.cover(),
        )
    }
}

/// The mistakes found so far.
#[derive(Default)]
pub(super) struct Found {
    /// In the order of [`Layer::ALL`].
    layers: [FoundIn; Layer::ALL.len()],
}

/// The mistakes of a layer found so far.
#[derive(Default)]
struct FoundIn {
    /// Whether any gold is annotated for it.
    annotated: bool,
    /// Whether any prediction has it.
    predicted: bool,
    kinds: BTreeMap<ErrorKind, u64>,
    worst: Vec<Candidate>,
}

/// What a document adds to a layer: its mistakes, if it is annotated for it, and whether its prediction has it.
type Added = (Option<Vec<Candidate>>, bool);

impl Found {
    /// Looks through documents, and keeps as many mistakes as are to be listed.
    pub(super) fn extend(&mut self, pairs: &[Pair<'_>], options: &Options) {
        for (layer, found) in Layer::ALL.into_iter().zip(&mut self.layers) {
            let added: Vec<Added> = pairs
                .par_iter()
                .map(|pair| (layer.find(pair, options), layer.predicted(pair.predicted)))
                .collect();
            found.extend(added, options.errors);
        }
    }

    /// The mistakes with what is to be shown of them.
    pub(super) fn listed(self, gold: &[Annotation]) -> Errors {
        let mut texts = BTreeMap::new();
        let found = Layer::ALL.into_iter().zip(self.layers);
        let layers = found.filter(|(_, found)| found.annotated && found.predicted);
        let layers = layers.map(|(layer, found)| {
            let worst = found.worst.into_iter().map(|candidate| {
                let document = &gold[candidate.place];
                texts
                    .entry(document.id.clone())
                    .or_insert_with(|| document.text.clone());
                mistake(candidate, document)
            });
            LayerErrors {
                layer,
                worst: worst.collect(),
                kinds: found.kinds,
            }
        });
        Errors {
            layers: layers.collect(),
            texts,
        }
    }
}

impl FoundIn {
    fn extend(&mut self, added: Vec<Added>, listed: usize) {
        for (candidates, predicted) in added {
            self.annotated |= candidates.is_some();
            self.predicted |= predicted;
            for candidate in candidates.into_iter().flatten() {
                *self.kinds.entry(candidate.kind).or_default() += 1;
                self.worst.push(candidate);
            }
        }
        self.worst.sort_by_cached_key(Candidate::rank);
        self.worst.truncate(listed);
    }
}

/// A mistake with its texts.
fn mistake(candidate: Candidate, document: &Annotation) -> Mistake {
    let text = document.text.as_str();
    let cover = candidate.cover();
    let cost = candidate.cost();
    let before = Span::new(0, cover.start).of(text);
    let after = Span::new(cover.end, text.len()).of(text);
    let from = before
        .char_indices()
        .rev()
        .nth(CONTEXT - 1)
        .map_or(0, |(at, _)| at);
    let to = after
        .char_indices()
        .nth(CONTEXT)
        .map_or(after.len(), |(at, _)| at);
    let code_point = |byte: usize| Span::new(0, byte).of(text).chars().count();
    let mention = |wrong: Wrong| Mention {
        start: code_point(wrong.span.start),
        end: code_point(wrong.span.end),
        span: wrong.span,
        text: wrong.span.of(text).to_owned(),
        label: wrong.label,
        score: wrong.score,
    };
    Mistake {
        kind: candidate.kind,
        cost,
        document: document.id.clone(),
        gold: candidate.gold.into_iter().map(mention).collect(),
        predicted: candidate.predicted.into_iter().map(mention).collect(),
        before: one_line(&before[from..]),
        text: one_line(cover.of(text)),
        after: one_line(&after[..to]),
    }
}

/// Text with every run of white space as one space.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_whitespace() {
            false => line.push(c),
            true if !line.ends_with(' ') => line.push(' '),
            true => {}
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::fixtures::with_entities;

    fn errors(gold: &Annotation, predicted: &Annotation, listed: usize) -> Errors {
        let pair = Pair {
            place: 0,
            gold,
            predicted,
        };
        let options = Options {
            errors: listed,
            ..Options::default()
        };
        let mut found = Found::default();
        found.extend(&[pair], &options);
        found.listed(std::slice::from_ref(gold))
    }

    #[test]
    fn the_worst_come_first_and_the_rest_is_counted() {
        let gold = with_entities("[PER Ida] [PER Lund] and [ORG Nord] and [LOC Ålby] and Olje");
        let mut predicted = with_entities("[PER Ida Lund] and [LOC Nord] and [ORG Ålby] and [ORG Olje]");
        let scores = [0.5, 0.6, 0.7, 0.99];
        for (entity, score) in predicted.entities.iter_mut().flatten().zip(scores) {
            entity.score = Some(score);
        }
        let found = errors(&gold, &predicted, 3);
        let [found] = &found.layers[..] else {
            panic!("{found:?}");
        };
        assert_eq!(found.layer, Layer::Entities);
        let worst: Vec<_> = found.worst.iter().map(|m| (m.cost, m.text.as_str())).collect();
        assert_eq!(worst, [(3, "Ida Lund"), (2, "Ålby"), (2, "Nord")]);
        assert_eq!(found.worst[1].predicted[0].score, Some(0.7));
        let kinds: Vec<_> = found.kinds.clone().into_iter().collect();
        assert_eq!(
            kinds,
            [
                (ErrorKind::Type, 2),
                (ErrorKind::Spurious, 1),
                (ErrorKind::Merged, 1)
            ]
        );
    }

    #[test]
    fn context_is_on_one_line_and_offsets_are_code_points() {
        let long = "é".repeat(CONTEXT + 5);
        let gold = with_entities(&format!("{long} in\n\n [LOC Ålby]\tnow {long}"));
        let found = errors(&gold, &with_entities(&gold.text), 1);
        let mistake = &found.layers[0].worst[0];
        assert_eq!(
            (mistake.gold[0].start, mistake.gold[0].end),
            (CONTEXT + 11, CONTEXT + 15)
        );
        assert_eq!(mistake.gold[0].text, "Ålby");
        assert!(
            mistake.before.starts_with('é') && mistake.before.ends_with("é in "),
            "{mistake:?}"
        );
        assert!(
            mistake.after.starts_with(" now é") && mistake.after.ends_with('é'),
            "{mistake:?}"
        );
        assert_eq!(found.texts.keys().collect::<Vec<_>>(), [&gold.id]);
    }

    #[test]
    fn layers_that_one_side_lacks_are_left_out() {
        let entities = with_entities("[PER Ida]");
        let mut both = entities.clone();
        both.attributions = Some(Vec::new());
        let layers = |gold: &Annotation, predicted: &Annotation| -> Vec<Layer> {
            errors(gold, predicted, 9)
                .layers
                .iter()
                .map(|l| l.layer)
                .collect()
        };
        assert_eq!(layers(&both, &entities), [Layer::Entities]);
        assert_eq!(layers(&entities, &both), [Layer::Entities]);
        assert_eq!(layers(&both, &both), [Layer::Entities, Layer::Attributions]);
    }

    #[test]
    fn every_layer_is_that_of_a_metric() {
        for layer in Layer::ALL {
            assert!(
                METRICS.iter().any(|m| m.profile().name == layer.metric()),
                "{layer:?}"
            );
        }
    }
}
