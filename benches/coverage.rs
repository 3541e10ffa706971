//! How often intervals hold the true value: simulated corpora whose true figures are known, with documents that differ
//! in length and in how hard they are.
//!
//! `cargo bench --bench coverage -- [CORPORA [DRAWS]]`

use dixit::annotation::{Annotation, Entity, Sentence};
use dixit::evaluation::{Bootstrap, Options, evaluate};
use dixit::span::Span;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::error::Error;

/// Documents per corpus.
const SIZES: [usize; 5] = [10, 20, 30, 100, 300];
/// Documents that the true values are computed from.
const POPULATION: usize = 4_000_000;
/// Labels of entities; the second is rare and harder to find.
const LABELS: [&str; 2] = ["COMMON", "RARE"];
/// The figures that are looked at.
const FIGURES: [&str; 6] = [
    "entities.precision",
    "entities.recall",
    "entities.f1",
    "entities.RARE.f1",
    "entities.macro_f1",
    "claim_types.accuracy",
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).filter(|a| !a.starts_with("--"));
    let corpora = arguments.next().map_or(Ok(1000), |a| a.parse())?;
    let draws = arguments.next().map_or(Ok(10_000), |a| a.parse())?;
    println!(
        "{corpora} corpora, {draws} draws; share of intervals that hold the true value, and their mean width"
    );
    for (about, likeness) in [("documents alike", 20.0), ("documents unlike", 6.0)] {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut all = Counts::default();
        for _ in 0..POPULATION {
            all.add(&Document::draw(&mut rng, likeness));
        }
        let truth = all.figures();
        println!("\n{about}");
        print!("{:>24}", "");
        SIZES.iter().for_each(|size| print!("{size:>16}"));
        println!();
        let mut found = Vec::new();
        for size in SIZES {
            found.push(covered(&mut rng, likeness, size, corpora, draws, &truth)?);
        }
        for (index, name) in FIGURES.iter().enumerate() {
            print!("{name:>24}");
            for of_size in &found {
                let Held { held, of, width } = of_size[index];
                print!(
                    "  {:5.1} % ({:.3})",
                    100.0 * held as f64 / of as f64,
                    width / of as f64
                );
            }
            println!("   true {:.3}", truth[index]);
        }
    }
    Ok(())
}

/// How many intervals of a figure hold its true value.
#[derive(Clone, Copy, Default)]
struct Held {
    held: usize,
    of: usize,
    width: f64,
}

fn covered(
    rng: &mut ChaCha8Rng,
    likeness: f64,
    size: usize,
    corpora: usize,
    draws: u32,
    truth: &[f64; FIGURES.len()],
) -> Result<[Held; FIGURES.len()], Box<dyn Error>> {
    let options = Options {
        bootstrap: Bootstrap {
            draws,
            ..Bootstrap::default()
        },
        ..Options::default()
    };
    let mut found = [Held::default(); FIGURES.len()];
    for _ in 0..corpora {
        let (gold, predicted): (Vec<_>, Vec<_>) = (0..size)
            .map(|id| Document::draw(rng, likeness).annotations(id))
            .unzip();
        let report = evaluate(&gold, &predicted, &options)?;
        for ((name, truth), found) in FIGURES.iter().zip(truth).zip(&mut found) {
            // A corpus without any rare entity has no figure for it.
            let Some(interval) = report.figure(name).and_then(|figure| figure.interval) else {
                continue;
            };
            found.of += 1;
            found.held += usize::from((interval.low..=interval.high).contains(truth));
            found.width += interval.high - interval.low;
        }
    }
    Ok(found)
}

/// What is in a document, by label: entities found, missed and made up; sentences that are right and wrong.
struct Document {
    entities: [[usize; 3]; 2],
    sentences: [usize; 2],
}

impl Document {
    /// Long documents are harder, and each has an ease of its own; the lower `likeness` is, the more they differ.
    fn draw(rng: &mut ChaCha8Rng, likeness: f64) -> Self {
        // Two geometric lengths, which makes a few documents much longer than the others.
        let length = 1 + geometric(rng, 0.18) + geometric(rng, 0.18);
        let mean = 0.88 - 0.004 * length.min(60) as f64;
        let ease = beta(rng, likeness * mean, likeness * (1.0 - mean));
        let made_up = gamma(rng, likeness / 4.0) * 4.0 / likeness * 0.15;
        let mut entities = [[0; 3]; 2];
        for _ in 0..length {
            let rare = rng.random_bool(0.06);
            let found = rng.random_bool((ease - if rare { 0.25 } else { 0.0 }).clamp(0.0, 1.0));
            entities[usize::from(rare)][usize::from(!found)] += 1;
            entities[0][2] += usize::from(rng.random_bool(made_up.min(1.0)));
            entities[1][2] += usize::from(rng.random_bool(0.02));
        }
        let mut sentences = [0; 2];
        for _ in 0..1 + length / 2 {
            sentences[usize::from(!rng.random_bool(0.8 * ease))] += 1;
        }
        Self { entities, sentences }
    }

    /// Gold and prediction, one letter per entity and sentence.
    fn annotations(&self, id: usize) -> (Annotation, Annotation) {
        let units = self
            .entities
            .iter()
            .flatten()
            .chain(&self.sentences)
            .sum::<usize>();
        let annotation = || Annotation {
            id: id.to_string(),
            text: "x ".repeat(units),
            entities: Some(Vec::new()),
            sentences: Some(Vec::new()),
            ..Annotation::default()
        };
        let (mut gold, mut predicted) = (annotation(), annotation());
        let mut spans = (0..units).map(|unit| Span::new(2 * unit, 2 * unit + 1));
        for (label, outcomes) in LABELS.iter().zip(self.entities) {
            for (outcome, number) in outcomes.into_iter().enumerate() {
                for span in spans.by_ref().take(number) {
                    let entity = Entity {
                        span,
                        label: (*label).to_owned(),
                        score: None,
                        ..Entity::default()
                    };
                    if outcome != 1 {
                        predicted.entities.get_or_insert_default().push(entity.clone());
                    }
                    if outcome != 2 {
                        gold.entities.get_or_insert_default().push(entity);
                    }
                }
            }
        }
        for (outcome, number) in self.sentences.into_iter().enumerate() {
            for span in spans.by_ref().take(number) {
                let found = ["denial", "threat"][outcome];
                gold.sentences
                    .get_or_insert_default()
                    .push(sentence(span, "denial"));
                predicted
                    .sentences
                    .get_or_insert_default()
                    .push(sentence(span, found));
            }
        }
        (gold, predicted)
    }
}

fn sentence(span: Span, claim_type: &str) -> Sentence {
    Sentence {
        span,
        claim_type: vec![claim_type.to_owned()],
        score: None,
        check_worthy: None,
        check_worthiness: None,
        speaker: None,
        quotation: None,
        cue: None,
        source: None,
        target: None,
    }
}

/// Sums over documents, from which the true figures follow.
#[derive(Default)]
struct Counts {
    entities: [[f64; 3]; 2],
    sentences: [f64; 2],
}

impl Counts {
    fn add(&mut self, document: &Document) {
        for (sums, numbers) in self.entities.iter_mut().zip(document.entities) {
            sums.iter_mut().zip(numbers).for_each(|(sum, n)| *sum += n as f64);
        }
        self.sentences
            .iter_mut()
            .zip(document.sentences)
            .for_each(|(sum, n)| *sum += n as f64);
    }

    /// In the order of [`FIGURES`].
    fn figures(&self) -> [f64; FIGURES.len()] {
        let f1 = |[found, missed, made_up]: [f64; 3]| 2.0 * found / (2.0 * found + missed + made_up);
        let [common, rare] = self.entities;
        let all = [common[0] + rare[0], common[1] + rare[1], common[2] + rare[2]];
        [
            all[0] / (all[0] + all[2]),
            all[0] / (all[0] + all[1]),
            f1(all),
            f1(rare),
            (f1(common) + f1(rare)) / 2.0,
            self.sentences[0] / (self.sentences[0] + self.sentences[1]),
        ]
    }
}

/// Failures before the first success.
fn geometric(rng: &mut ChaCha8Rng, p: f64) -> usize {
    (rng.random::<f64>().ln() / (1.0 - p).ln()) as usize
}

/// Of mean a/(a+b).
fn beta(rng: &mut ChaCha8Rng, a: f64, b: f64) -> f64 {
    let (x, y) = (gamma(rng, a), gamma(rng, b));
    x / (x + y)
}

/// Of scale 1 (Marsaglia and Tsang 2000).
fn gamma(rng: &mut ChaCha8Rng, shape: f64) -> f64 {
    if shape < 1.0 {
        return gamma(rng, shape + 1.0) * rng.random::<f64>().powf(1.0 / shape);
    }
    let d = shape - 1.0 / 3.0;
    loop {
        let x = normal(rng);
        let v = (1.0 + x / (9.0 * d).sqrt()).powi(3);
        if v > 0.0 && rng.random::<f64>().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
            return d * v;
        }
    }
}

/// Box and Muller 1958.
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let (a, b) = (1.0 - rng.random::<f64>(), rng.random::<f64>());
    (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}
