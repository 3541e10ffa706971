//! What is lost on the way into a format or out of it: counted, and said.

use crate::annotation::Annotation;
use serde::Serialize;

/// A part of an annotation that a format may or may not have a place for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The text as it stands, white space included.
    Text,
    /// Articles' ids.
    Ids,
    /// Free metadata.
    Metadata,
    /// Named entities with their labels.
    Entities,
    /// Scores of entities.
    EntityScores,
    /// Countries that entities point to.
    EntityCountries,
    /// Why entities point to no country, and which of them stand for a government.
    CountryNotes,
    /// Source, cue and content as found in the text.
    Attributions,
    /// Labels of sentences.
    Sentences,
    /// Records of speakers.
    Speakers,
    /// Where speakers are mentioned.
    Mentions,
    /// Claims with type, speaker, target and quotation.
    Claims,
    /// Which attribution a claim comes from.
    ClaimAttributions,
    /// Counts of countries.
    Countries,
    /// What the model has read.
    Coverage,
    /// What made the annotation.
    Provenance,
    /// Whether a layer without labels is annotated and empty, or not annotated.
    Layers,
}

use Part::*;

impl Part {
    /// All parts.
    pub const ALL: &[Part] = &[
        Text,
        Ids,
        Metadata,
        Entities,
        EntityScores,
        EntityCountries,
        CountryNotes,
        Attributions,
        Sentences,
        Speakers,
        Mentions,
        Claims,
        ClaimAttributions,
        Countries,
        Coverage,
        Provenance,
        Layers,
    ];

    /// What it is called in reports.
    pub fn name(self) -> &'static str {
        match self {
            Text => "text as it stands",
            Ids => "ids",
            Metadata => "metadata",
            Entities => "entities",
            EntityScores => "scores of entities",
            EntityCountries => "countries of entities",
            CountryNotes => "notes on countries of entities",
            Attributions => "attributions",
            Sentences => "sentence labels",
            Speakers => "speakers",
            Mentions => "mentions of speakers",
            Claims => "claims",
            ClaimAttributions => "attributions of claims",
            Countries => "counts of countries",
            Coverage => "coverage",
            Provenance => "provenance",
            Layers => "whether an empty layer is annotated",
        }
    }

    /// How many of it an annotation has.
    fn count(self, annotation: &Annotation) -> usize {
        let entities = || annotation.entities.iter().flatten();
        let empty = |layer: Option<usize>| usize::from(layer == Some(0));
        match self {
            Text => usize::from(!annotation.text.is_empty()),
            Ids => usize::from(!annotation.id.is_empty()),
            Metadata => annotation.meta.len(),
            Entities => entities().count(),
            EntityScores => entities().filter(|e| e.score.is_some()).count(),
            EntityCountries => entities().filter(|e| e.country.is_some()).count(),
            CountryNotes => entities()
                .filter(|e| e.country_reason.is_some() || e.as_government)
                .count(),
            Attributions => annotation.attributions.as_ref().map_or(0, Vec::len),
            Sentences => annotation.sentences.as_ref().map_or(0, Vec::len),
            Speakers => annotation.speakers.len(),
            Mentions => annotation.speakers.iter().map(|s| s.mentions.len()).sum(),
            Claims => annotation.claims.len(),
            ClaimAttributions => (annotation.claims.iter())
                .filter(|c| c.attribution.is_some())
                .count(),
            Countries => annotation.countries.len(),
            Coverage => usize::from(annotation.coverage.is_some()),
            Provenance => usize::from(annotation.provenance.is_some()),
            // Entities that are not told apart from none are read as none; other layers as not annotated.
            Layers => {
                usize::from(annotation.entities.is_none())
                    + empty(annotation.attributions.as_ref().map(Vec::len))
                    + empty(annotation.sentences.as_ref().map(Vec::len))
            }
        }
    }
}

/// One kind of loss.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Loss {
    /// What is lost, and how.
    pub what: String,
    /// How often.
    pub count: usize,
    /// In how many articles.
    pub articles: usize,
    /// Id of the first of these.
    pub first: String,
    #[serde(skip)]
    last: String,
}

/// Losses of a conversion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Losses(Vec<Loss>);

impl Losses {
    /// Adds `count` losses of one kind in an article; nothing where there are none.
    pub fn add(&mut self, article: &str, what: &str, count: usize) {
        if count == 0 {
            return;
        }
        let Some(loss) = self.0.iter_mut().find(|l| l.what == what) else {
            return self.0.push(Loss {
                what: what.to_owned(),
                count,
                articles: 1,
                first: article.to_owned(),
                last: article.to_owned(),
            });
        };
        loss.count += count;
        if loss.last != article {
            loss.articles += 1;
            loss.last = article.to_owned();
        }
    }

    /// Adds all that an annotation has and a format with places for `carried` has not.
    pub(super) fn add_parts(&mut self, annotation: &Annotation, carried: &[Part]) {
        for part in Part::ALL.iter().filter(|part| !carried.contains(part)) {
            self.add(&annotation.id, part.name(), part.count(annotation));
        }
    }

    /// The losses, in the order in which they were met.
    pub fn iter(&self) -> impl Iterator<Item = &Loss> {
        self.0.iter()
    }

    /// Whether nothing is lost.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_are_counted_by_kind_and_article() {
        let mut losses = Losses::default();
        losses.add("a", "claims", 2);
        losses.add("a", "ids", 0);
        losses.add("b", "claims", 1);
        losses.add("b", "claims", 1);
        let all: Vec<_> = losses
            .iter()
            .map(|l| (l.what.as_str(), l.count, l.articles, l.first.as_str()))
            .collect();
        assert_eq!(all, [("claims", 4, 2, "a")]);
    }

    #[test]
    fn every_part_that_is_not_carried_is_said() {
        let annotation = crate::formats::parse_record(
            r#"{"id":"a","text":"Ida","entities":[{"start":0,"end":3,"label":"PERSON","score":0.5}],"sentences":[]}"#,
        )
        .unwrap();
        let mut losses = Losses::default();
        losses.add_parts(&annotation, &[Text, Ids, Entities]);
        let what: Vec<&str> = losses.iter().map(|l| l.what.as_str()).collect();
        assert_eq!(
            what,
            ["scores of entities", "whether an empty layer is annotated"]
        );
    }
}
