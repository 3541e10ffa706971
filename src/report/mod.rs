//! A corpus of annotated articles in figures: who claims what, when, and who accuses whom. Articles are counted as they
//! come; what is kept does not grow with their number.

mod dates;
mod page;
mod tally;

pub use dates::Date;

use crate::annotation::{Annotation, Speaker, SpeakerKind};
use crate::labels::ACCUSATION;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use tally::{Counted, Tally};

/// Speakers, and pairs of accuser and accused, that are counted at a time.
const KEPT: usize = 50_000;

/// Figures over annotated articles.
pub struct Report {
    date_field: String,
    articles: u64,
    /// Claims by type.
    types: BTreeMap<String, u64>,
    claims: u64,
    /// Claims of which nobody is known to be the source.
    unattributed: u64,
    speakers: Tally<String, Voice>,
    countries: BTreeMap<String, Place>,
    accusations: Tally<(String, String), u64>,
    /// Articles and their claims by date.
    dates: BTreeMap<Date, Day>,
    undated: u64,
    /// A value of the date field that is none.
    strange_date: Option<String>,
}

/// What one speaker does in the corpus.
#[derive(Default)]
struct Voice {
    claims: u64,
    articles: u64,
    types: BTreeMap<String, u64>,
    /// As the first article has them that says so.
    kind: Option<SpeakerKind>,
    role: Option<String>,
    country: Option<String>,
}

/// What the corpus has of one country.
#[derive(Default)]
struct Place {
    articles: u64,
    mentions: u64,
    /// Claims by its speakers.
    by: u64,
    /// Claims about it.
    about: u64,
}

/// What the articles of a date hold.
#[derive(Clone, Default)]
struct Day {
    articles: u64,
    types: BTreeMap<String, u64>,
}

impl Counted for Voice {
    fn count(&self) -> u64 {
        self.claims
    }
}

impl Counted for u64 {
    fn count(&self) -> u64 {
        *self
    }
}

impl Report {
    /// A report over nothing yet. Dates are taken from the metadata field `date_field`.
    pub fn new(date_field: &str) -> Self {
        Self {
            date_field: date_field.to_owned(),
            articles: 0,
            types: BTreeMap::new(),
            claims: 0,
            unattributed: 0,
            speakers: Tally::new(KEPT),
            countries: BTreeMap::new(),
            accusations: Tally::new(KEPT),
            dates: BTreeMap::new(),
            undated: 0,
            strange_date: None,
        }
    }

    /// Counts an article.
    pub fn add(&mut self, annotation: &Annotation) {
        self.articles += 1;
        for country in &annotation.countries {
            let place = self.place(&country.code);
            place.articles += 1;
            place.mentions += country.mentions as u64;
        }
        let mut types = BTreeMap::new();
        let mut heard = BTreeSet::new();
        for claim in &annotation.claims {
            self.claims += 1;
            add_one(&mut self.types, &claim.claim_type);
            add_one(&mut types, &claim.claim_type);
            if let Some(code) = claim.target.as_ref().and_then(|target| target.country.as_ref()) {
                self.place(code).about += 1;
            }
            let Some(speaker) = claim.speaker.and_then(|id| annotation.speakers.get(id)) else {
                self.unattributed += 1;
                continue;
            };
            if let Some(code) = &speaker.country {
                self.place(code).by += 1;
            }
            let first = heard.insert(&speaker.name);
            self.speakers
                .entry(&speaker.name)
                .add(speaker, &claim.claim_type, first);
            if let (ACCUSATION, Some(target)) = (claim.claim_type.as_str(), &claim.target) {
                *self
                    .accusations
                    .entry(&(speaker.name.clone(), target.name.clone())) += 1;
            }
        }
        self.date(annotation.meta.get(&self.date_field), types);
    }

    fn date(&mut self, value: Option<&Value>, types: BTreeMap<String, u64>) {
        let Some(date) = value.and_then(Value::as_str).and_then(Date::parse) else {
            self.undated += 1;
            if let (None, Some(value)) = (&self.strange_date, value.filter(|value| !value.is_null())) {
                self.strange_date = Some(value.to_string());
            }
            return;
        };
        self.dates
            .entry(date)
            .or_default()
            .add(&Day { articles: 1, types });
    }

    fn place(&mut self, code: &str) -> &mut Place {
        self.countries.entry(code.to_owned()).or_default()
    }

    /// Writes the report as a page for a browser.
    ///
    /// # Errors
    /// Output that cannot be written.
    pub fn write_html(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(page::page(self).into_string().as_bytes())
    }
}

impl Voice {
    fn add(&mut self, speaker: &Speaker, claim_type: &str, first_in_article: bool) {
        self.claims += 1;
        self.articles += u64::from(first_in_article);
        add_one(&mut self.types, claim_type);
        self.kind.get_or_insert(speaker.kind);
        for (kept, found) in [
            (&mut self.role, &speaker.role),
            (&mut self.country, &speaker.country),
        ] {
            if kept.is_none() {
                kept.clone_from(found);
            }
        }
    }
}

impl Day {
    fn add(&mut self, other: &Day) {
        self.articles += other.articles;
        for (name, count) in &other.types {
            *self.types.entry(name.clone()).or_default() += count;
        }
    }
}

fn add_one(counts: &mut BTreeMap<String, u64>, name: &str) {
    match counts.get_mut(name) {
        Some(count) => *count += 1,
        None => {
            counts.insert(name.to_owned(), 1);
        }
    }
}

#[cfg(test)]
mod tests;
