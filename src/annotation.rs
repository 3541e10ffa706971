//! What comes out, and what gold files hold: one type for both.
//!
//! Offsets are byte [`Span`]s here; `formats` converts them at the border. A layer that a gold file lacks is
//! `None` (not annotated), which differs from an empty list (nothing found). A gold score is `None`.

use crate::span::Span;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An article with everything known about it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Annotation {
    /// The article's identifier.
    pub id: String,
    /// The article's text as stored.
    pub text: String,
    /// Metadata carried through.
    pub meta: Map<String, Value>,
    /// Named entities, by position.
    pub entities: Option<Vec<Entity>>,
    /// Attributions as found in the text, by position.
    pub attributions: Option<Vec<Attribution>>,
    /// Sentence labels, by position.
    pub sentences: Option<Vec<Sentence>>,
    /// One record per speaker.
    pub speakers: Vec<Speaker>,
    /// Sentences that an attribution, a continued quotation or a heading ascribes to a speaker.
    pub claims: Vec<Claim>,
    /// Countries named in the article, most mentioned first.
    pub countries: Vec<Country>,
    /// What the model has read of the text.
    pub coverage: Option<Coverage>,
    /// What made this annotation; `None` for gold.
    pub provenance: Option<Provenance>,
}

/// A mention of a name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    /// Where it stands.
    pub span: Span,
    /// Entity label of the model or gold set.
    pub label: String,
    /// Probability, or `None` where unknown.
    pub score: Option<f32>,
    /// ISO 3166-1 alpha-2 code that the mention points to.
    pub country: Option<String>,
    /// Why a mention that could have a country has none.
    #[serde(default)]
    pub country_reason: Option<String>,
    /// Whether a country or capital stands for its government here ("Ottawa rejected …").
    #[serde(default)]
    pub as_government: bool,
}

/// Source, cue and content as found in the text; each a list of fragments.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Attribution {
    /// The words that name the speaker; empty where none is named.
    pub source: Vec<Span>,
    /// The words that mark the attribution.
    pub cue: Vec<Span>,
    /// What is attributed.
    pub content: Vec<Span>,
    /// Probability, or `None` where unknown.
    pub score: Option<f32>,
}

/// Labels of one sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sentence {
    /// Where it stands.
    pub span: Span,
    /// Claim types that hold: one as a rule; a gold sentence may accept several.
    pub claim_type: Vec<String>,
    /// Probability of the (first) claim type.
    pub score: Option<f32>,
    /// Gold: whether the sentence is worth fact-checking.
    pub check_worthy: Option<bool>,
    /// Prediction: probability that it is.
    pub check_worthiness: Option<f32>,
    /// Gold: name of the speaker record.
    pub speaker: Option<String>,
    /// Gold: `direct`, `indirect`, `mixed`, `none`.
    pub quotation: Option<Quotation>,
    /// Gold: the words that mark the attribution.
    pub cue: Option<Span>,
    /// Gold: the words that name the speaker.
    pub source: Option<Span>,
    /// Gold: canonical name of the target.
    pub target: Option<String>,
}

/// How a claim is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quotation {
    /// The whole claim stands in quotation marks, or continues an open quotation.
    Direct,
    /// Paraphrase only.
    Indirect,
    /// Paraphrase with a quoted part.
    Mixed,
    /// Nothing is attributed.
    None,
}

/// What a speaker is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SpeakerKind {
    /// A named individual.
    Person,
    /// A named organisation.
    Organisation,
    /// A country or its capital speaking as one.
    Country,
    /// A source that is described, not named.
    Unnamed,
}

/// Whoever the article makes the source of a claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Speaker {
    /// Fullest form of the name in the article, without title; a description for an unnamed source.
    pub name: String,
    /// Kind of speaker.
    pub kind: SpeakerKind,
    /// Title or office.
    pub role: Option<String>,
    /// Organisation that the role belongs to.
    pub affiliation: Option<String>,
    /// ISO 3166-1 alpha-2 code of the country the speaker acts for.
    pub country: Option<String>,
    /// Where the speaker is mentioned.
    pub mentions: Vec<Span>,
}

/// A sentence (or the claimed part of a heading) ascribed to a speaker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// The claiming sentence.
    pub span: Span,
    /// One of the model's claim types.
    pub claim_type: String,
    /// Probability of the claim type.
    pub score: Option<f32>,
    /// Index into [`Annotation::speakers`].
    pub speaker: Option<usize>,
    /// Why there is no speaker, where there is none.
    pub speaker_reason: Option<String>,
    /// How it is quoted.
    pub quotation: Quotation,
    /// Index into [`Annotation::attributions`]; `None` where a quotation merely goes on.
    pub attribution: Option<usize>,
    /// Whom the claim is directed at or about.
    pub target: Option<Target>,
    /// Probability that the sentence is worth fact-checking.
    pub check_worthiness: Option<f32>,
}

/// Whom a claim is directed at or about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// Canonical name.
    pub name: String,
    /// Entity label.
    pub label: String,
    /// ISO 3166-1 alpha-2 code.
    pub country: Option<String>,
}

/// A country named in the article.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Country {
    /// ISO 3166-1 alpha-2 code.
    pub code: String,
    /// ISO 3166-1 alpha-3 code.
    pub alpha3: String,
    /// Short English name.
    pub name: String,
    /// Number of mentions that point to it.
    pub mentions: usize,
}

/// What of the text went through the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Words and punctuation marks in the text.
    pub tokens: usize,
    /// Of these, how many the model has read.
    pub read: usize,
    /// Windows they were read in.
    pub windows: usize,
}

/// What made an annotation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Version of this crate.
    pub dixit: String,
    /// Name of the model folder's model.
    pub model: String,
    /// SHA-256 over the model's files.
    pub model_sha256: String,
    /// Engine and precision.
    pub engine: String,
}
