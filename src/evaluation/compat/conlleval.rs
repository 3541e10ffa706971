//! conlleval.pl of 2004-01-26, the scorer of the CoNLL shared tasks: broken sequences are repaired, chunks are counted
//! over the whole file, figures are in per cent.
//!
//! The rules are those of E. Tjong Kim Sang and J. Veenstra, "Representing Text Chunks" (EACL 1999), as the script has
//! them, including that it knows neither S nor L nor U.

use super::chunking::{self, Step};
use super::corpus::{Corpus, Tagged};
use super::ratios::{harmonic, share};
use super::{CompatError, Scheme, Scores};
use std::collections::BTreeMap;
use std::fmt::Write;

/// What comes before the first word.
const OUTSIDE: Step<'static> = Step {
    prefix: "O",
    label: "",
};

/// What stands before and after the first hyphen of a tag.
fn step(tag: &str) -> Step<'_> {
    let (prefix, label) = tag.split_once('-').unwrap_or((tag, ""));
    Step { prefix, label }
}

fn ends(last: Step<'_>, next: Step<'_>) -> bool {
    let table = matches!(
        (last.prefix, next.prefix),
        ("B" | "I", "B" | "O") | ("E", "E" | "I" | "O") | ("[" | "]", _)
    );
    table || (!matches!(last.prefix, "O" | ".") && last.label != next.label)
}

fn starts(last: Step<'_>, next: Step<'_>) -> bool {
    let table = matches!(
        (last.prefix, next.prefix),
        ("B" | "I" | "O", "B") | ("O" | "E", "I" | "E") | (_, "[" | "]")
    );
    table || (!matches!(next.prefix, "O" | ".") && last.label != next.label)
}

/// Counts of one chunk type.
#[derive(Clone, Copy, Default)]
struct Chunks {
    correct: u64,
    gold: u64,
    guessed: u64,
}

impl Chunks {
    fn precision(self) -> f64 {
        share(100.0 * self.correct as f64, self.guessed)
    }

    fn recall(self) -> f64 {
        share(100.0 * self.correct as f64, self.gold)
    }

    fn fb1(self) -> f64 {
        harmonic(self.precision(), self.recall())
    }
}

/// The script's state while it goes through the file.
struct Counting<'a> {
    last: [Step<'a>; 2],
    /// Whether the gold chunk that is open has been guessed right so far.
    correct: bool,
    types: BTreeMap<&'a str, Chunks>,
    tokens: u64,
    correct_tags: u64,
}

impl<'a> Counting<'a> {
    fn line(&mut self, gold: &'a str, guessed: &'a str, counts: bool) {
        let [last_gold, last_guessed] = self.last;
        let (gold, guessed) = (step(gold), step(guessed));
        if self.correct {
            let (gold_ends, guess_ends) = (ends(last_gold, gold), ends(last_guessed, guessed));
            if gold_ends && guess_ends && last_guessed.label == last_gold.label {
                self.correct = false;
                self.types.entry(last_gold.label).or_default().correct += 1;
            } else if gold_ends != guess_ends || guessed.label != gold.label {
                self.correct = false;
            }
        }
        let (gold_starts, guess_starts) = (starts(last_gold, gold), starts(last_guessed, guessed));
        if gold_starts && guess_starts && guessed.label == gold.label {
            self.correct = true;
        }
        if gold_starts {
            self.types.entry(gold.label).or_default().gold += 1;
        }
        if guess_starts {
            self.types.entry(guessed.label).or_default().guessed += 1;
        }
        if counts {
            self.tokens += 1;
            self.correct_tags += u64::from(gold == guessed);
        }
        self.last = [gold, guessed];
    }

    fn finish(&mut self) {
        if self.correct {
            self.types.entry(self.last[0].label).or_default().correct += 1;
        }
    }
}

pub(super) fn score(corpus: &Corpus, _: Option<Scheme>) -> Result<Scores, CompatError> {
    corpus.same_words()?;
    let mut counting = Counting {
        last: [OUTSIDE; 2],
        correct: false,
        types: BTreeMap::new(),
        tokens: 0,
        correct_tags: 0,
    };
    for document in &corpus.documents {
        if let Some([gold, guessed]) = &document.mark {
            counting.line(gold, guessed, true);
            counting.line("O", "O", false);
        }
        for sentence in &document.sentences {
            for (gold, guessed) in sentence.gold.tags.iter().zip(&sentence.predicted.tags) {
                counting.line(gold, guessed, true);
            }
            counting.line("O", "O", false);
        }
    }
    counting.finish();
    Ok(scores(corpus, &counting))
}

fn scores(corpus: &Corpus, counting: &Counting<'_>) -> Scores {
    let mut all = Chunks::default();
    for chunks in counting.types.values() {
        all.correct += chunks.correct;
        all.gold += chunks.gold;
        all.guessed += chunks.guessed;
    }
    let accuracy = share(100.0 * counting.correct_tags as f64, counting.tokens);
    let mut text = format!(
        "processed {} tokens with {} phrases; found: {} phrases; correct: {}.\n",
        counting.tokens, all.gold, all.guessed, all.correct
    );
    if counting.tokens > 0 {
        let _ = writeln!(text, "accuracy: {accuracy:6.2}%; {}", figures(all));
    }
    let mut values = vec![("accuracy".to_owned(), Some(accuracy))];
    values.extend(named("", all));
    for (label, chunks) in &counting.types {
        let _ = writeln!(text, "{label:>17}: {}  {}", figures(*chunks), chunks.guessed);
        values.extend(named(&format!("{label}."), *chunks));
    }
    let chunks = |tagged: &Tagged| {
        let tags: Vec<Step<'_>> = tagged.tags.iter().map(|t| step(t)).collect();
        chunking::chunks(&tags, OUTSIDE, starts, ends)
    };
    Scores {
        headline: [all.precision(), all.recall(), all.fb1()].map(|v| Some(v / 100.0)),
        figures: values,
        seen: Some(chunking::seen(corpus, chunks)),
        text,
        notes: Vec::new(),
    }
}

fn figures(chunks: Chunks) -> String {
    format!(
        "precision: {:6.2}%; recall: {:6.2}%; FB1: {:6.2}",
        chunks.precision(),
        chunks.recall(),
        chunks.fb1()
    )
}

fn named(prefix: &str, chunks: Chunks) -> [(String, Option<f64>); 3] {
    [
        ("precision", chunks.precision()),
        ("recall", chunks.recall()),
        ("FB1", chunks.fb1()),
    ]
    .map(|(name, value)| (format!("{prefix}{name}"), Some(value)))
}
