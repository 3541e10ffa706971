//! The same figures as the tools that people cite: one file per tool, one list of them, and all of them side by side
//! with the reason for each difference. Not here: our own figures, which are those of the metrics.

mod chunking;
mod conlleval;
mod corpus;
mod nervaluate;
mod ratios;
mod scheme;
mod semeval2013;
mod seqeval;
mod seqeval_strict;
mod side_by_side;
mod spacy;

pub use corpus::{Corpus, Document, Sentence, Tagged};
pub use scheme::{SCHEMES, Scheme};
pub use side_by_side::{Row, SideBySide, side_by_side};

use crate::formats::Chunk;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// A tool whose figures are reproduced.
pub struct Tool {
    /// The name by which it is asked for.
    pub name: &'static str,
    /// What it is, with the version that it was held against.
    pub about: &'static str,
    /// By what its figures differ from exact spans and labels, each counted once.
    pub differs: &'static str,
    /// Scores a corpus; the scheme matters to strict tools only, which find it in the tags where it is not given.
    pub score: fn(&Corpus, Option<Scheme>) -> Result<Scores, CompatError>,
}

/// All tools.
pub const TOOLS: &[Tool] = &[
    Tool {
        name: "conlleval",
        about: "conlleval.pl of 2004-01-26, micro average",
        differs: "opens a span wherever a label begins, so broken sequences are repaired; knows no S-, L-, U-; what \
                  cannot be divided is 0",
        score: conlleval::score,
    },
    Tool {
        name: "seqeval",
        about: "seqeval 1.2.2, default mode, micro average",
        differs: "repairs as conlleval does, and knows S- but no L-, U-; what cannot be divided is 0",
        score: seqeval::score,
    },
    Tool {
        name: "seqeval-strict",
        about: "seqeval 1.2.2, mode='strict', micro average",
        differs: "repairs nothing: a span that does not start, go on or end as the scheme has it is not there",
        score: seqeval_strict::score,
    },
    Tool {
        name: "semeval2013",
        about: "SemEval-2013 task 9.1 (nervaluate 1.2.1), strict scenario",
        differs: "exact, partial and type scenarios give credit for overlap; ours are matched optimally, \
                  nervaluate's in the order of the predictions; its figures per label are matched within the label and \
                  do not add up to the overall ones",
        score: semeval2013::score,
    },
    Tool {
        name: "spacy",
        about: "spaCy 3.8 Scorer, get_ner_prf, micro average",
        differs: "predictions over words that gold leaves unlabelled (-) are not counted, nor are those that align \
                  with no word",
        score: spacy::score,
    },
];

/// Spans by the place of their sentence in the corpus.
pub(super) type Seen = BTreeSet<(usize, Chunk)>;

/// What a tool finds.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Scores {
    /// Precision, recall and F1 that people cite, as shares.
    pub headline: [Option<f64>; 3],
    /// All figures by the tool's own names, in its own unit.
    #[serde(serialize_with = "as_map")]
    pub figures: Vec<(String, Option<f64>)>,
    /// What the tool prints.
    #[serde(skip)]
    pub text: String,
    /// What is to be said about them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The spans that it sees in gold and predictions; `None` where it does not see tags.
    #[serde(skip)]
    pub(super) seen: Option<[Seen; 2]>,
}

fn as_map<S: serde::Serializer>(figures: &[(String, Option<f64>)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(figures.iter().map(|(name, value)| (name, value)))
}

/// Why a tool cannot score.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompatError {
    /// Two column files that are not of the same sentences.
    #[error("{} and {} do not have the same sentences: {what}", gold.display(), predicted.display())]
    Files {
        /// The gold file.
        gold: PathBuf,
        /// The file of predictions.
        predicted: PathBuf,
        /// The first difference.
        what: String,
    },
    /// A sentence whose words differ.
    #[error(
        "document {document:?}, sentence {sentence}{}: gold has the word {gold:?}, the predictions have {predicted:?}; \
         predict on the gold's own words, or score with spacy, which aligns them",
        place(*line)
    )]
    Words {
        /// The document.
        document: String,
        /// The sentence, from 1.
        sentence: usize,
        /// Line of the word in the gold file.
        line: Option<usize>,
        /// Gold word.
        gold: String,
        /// Word of the predictions.
        predicted: String,
    },
    /// Tags that no scheme has.
    #[error("the prefixes of the gold tags fit no scheme; say which it is with --scheme")]
    Unclear,
    /// A tag that the scheme does not have.
    #[error(
        "{scheme} has no tag {tag:?}, which the word {word:?} has{}; say which scheme it is with --scheme",
        place(*line)
    )]
    Scheme {
        /// The scheme.
        scheme: &'static str,
        /// The tag.
        tag: String,
        /// The word that has it.
        word: String,
        /// Its line in the gold file.
        line: Option<usize>,
    },
    /// Words that are not of the same text.
    #[error(
        "document {document:?}: the texts of gold and predictions differ in more than blanks and capitals"
    )]
    Text {
        /// The document.
        document: String,
    },
}

fn place(line: Option<usize>) -> String {
    line.map_or_else(String::new, |line| format!(" (line {line} of the gold file)"))
}

#[cfg(test)]
mod tests;
