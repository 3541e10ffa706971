//! The country that a speaker acts for: beside the name, in the office, affiliation or name, or, where the article leaves
//! it to the reader, that of its surroundings; a learnt ranking decides, and may decide for none.

use super::cast::Actor;
use super::claims::{Choice, Subject};
use super::pointing::log;
use super::rankings::{Candidate, Feature, Rankings};
use super::scene::Scene;
use crate::annotation::{Speaker, SpeakerKind};
use crate::span::Span;
use std::collections::BTreeMap;

/// Mentions of a speaker of which the model's tags count, at most.
const MENTIONS: usize = 5;

/// Words of offices and descriptions that a state gives.
const STATE: &[&str] = &[
    "ambassador",
    "army",
    "attorney",
    "authorities",
    "chancellor",
    "commissioner",
    "congressman",
    "constable",
    "council",
    "councillor",
    "court",
    "defence",
    "defense",
    "foreign",
    "forces",
    "governor",
    "government",
    "inspector",
    "interior",
    "judge",
    "justice",
    "king",
    "lawmaker",
    "mayor",
    "military",
    "minister",
    "ministers",
    "ministry",
    "mp",
    "navy",
    "officer",
    "officers",
    "officials",
    "official",
    "parliament",
    "police",
    "premier",
    "president",
    "prosecutor",
    "prosecutors",
    "queen",
    "representative",
    "secretary",
    "senator",
    "senators",
    "senate",
    "sergeant",
    "sheriff",
    "soldiers",
    "superintendent",
    "treasurer",
    "troops",
];

/// Words of bodies of many states.
const INTERNATIONAL: &[&str] = &[
    "eu",
    "european",
    "global",
    "international",
    "nato",
    "un",
    "united nations",
    "unesco",
    "unhcr",
    "unicef",
    "who",
    "world",
    "reuters",
    "borders",
    "amnesty",
    "red cross",
];

/// Countries of an article and how much they are there.
pub(super) struct Homes<'s> {
    scene: &'s Scene<'s>,
    /// Mentions by code, with the sentence of each.
    mentions: BTreeMap<&'s str, Vec<usize>>,
    /// The same by span.
    spans: BTreeMap<&'s str, Vec<Span>>,
    total: usize,
    first: Option<&'s str>,
}

impl<'s> Homes<'s> {
    pub(super) fn new(scene: &'s Scene<'s>) -> Self {
        let mut mentions: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut spans: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
        let mut first = None;
        for entity in scene.input.entities {
            if let Some(code) = entity.country.as_deref() {
                mentions
                    .entry(code)
                    .or_default()
                    .extend(scene.sentence(entity.span));
                spans.entry(code).or_default().push(entity.span);
                first = first.or(Some(code));
            }
        }
        Self {
            scene,
            total: mentions.values().map(Vec::len).sum(),
            mentions,
            spans,
            first,
        }
    }

    /// The country of speaker number `id`, who may be one of the cast.
    pub(super) fn of(
        &self,
        record: &Speaker,
        actor: Option<&Actor>,
        id: usize,
        rankings: &Rankings,
    ) -> (Option<String>, Choice) {
        let kind = match record.kind {
            SpeakerKind::Person => "country of a person",
            SpeakerKind::Unnamed => "country of a description",
            _ => "country of an organisation",
        };
        let mut candidates = self.candidates(record, actor);
        let best = rankings.rank(kind, &mut candidates);
        let code = best.and_then(|b| candidates[b].name.clone());
        let choice = Choice {
            kind,
            subject: Subject::Country(id),
            candidates,
        };
        (code, choice)
    }

    fn candidates(&self, record: &Speaker, actor: Option<&Actor>) -> Vec<Candidate> {
        let gazetteer = self.scene.input.gazetteer;
        let in_words = |phrase: Option<&str>| phrase.map(|p| gazetteer.codes_in(p)).unwrap_or_default();
        let in_name = if record.kind == SpeakerKind::Person {
            Vec::new()
        } else {
            in_words(Some(&record.name))
        };
        let in_affiliation = in_words(record.affiliation.as_deref());
        let in_role = in_words(record.role.as_deref());
        let body = |name: Option<&str>| name.and_then(|n| gazetteer.organisation(n));
        let own = body((record.kind != SpeakerKind::Person).then_some(record.name.as_str()));
        let affiliated = body(record.affiliation.as_deref());
        let mut codes: Vec<&str> = self.mentions.keys().copied().collect();
        codes.extend(in_name.iter().chain(&in_affiliation).chain(&in_role));
        codes.extend(record.country.as_deref());
        codes.extend(own.flatten().into_iter().chain(affiliated.flatten()));
        codes.sort_unstable();
        codes.dedup();
        let words = |phrase: &str| {
            phrase
                .to_lowercase()
                .split(|c: char| !c.is_alphanumeric())
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let described: Vec<String> = [
            Some(record.name.as_str()).filter(|_| record.kind != SpeakerKind::Person),
            record.role.as_deref(),
            record.affiliation.as_deref(),
        ]
        .into_iter()
        .flatten()
        .flat_map(words)
        .collect();
        let of_state = described.iter().any(|w| STATE.contains(&w.as_str()));
        let has = |list: &[&str]| described.iter().any(|w| list.contains(&w.as_str()));
        let heads = has(&[
            "president",
            "premier",
            "minister",
            "chancellor",
            "king",
            "queen",
            "senator",
            "governor",
            "ambassador",
            "mp",
            "congressman",
            "representative",
            "secretary",
            "lawmaker",
        ]) && record.affiliation.is_none();
        let military = has(&[
            "army",
            "general",
            "colonel",
            "brigadier",
            "admiral",
            "commander",
            "navy",
            "military",
            "force",
            "captain",
            "lieutenant",
        ]);
        let press = has(&[
            "news",
            "times",
            "post",
            "newspaper",
            "newspapers",
            "media",
            "press",
            "reports",
            "daily",
            "analysts",
            "experts",
            "scientists",
        ]);
        let international = described.iter().any(|w| INTERNATIONAL.contains(&w.as_str()))
            || own == Some(None)
            || affiliated == Some(None);
        // One of the cast is named more often than it speaks.
        let mentions = actor.map_or(record.mentions.as_slice(), |a| a.mentions.as_slice());
        let mut own_mentions: Vec<usize> = mentions.iter().filter_map(|m| self.scene.sentence(*m)).collect();
        own_mentions.sort_unstable();
        let acts = self.acts_for_a_country(mentions);
        let top = self.mentions.values().map(Vec::len).max().unwrap_or(0);
        let mut out: Vec<Candidate> = Vec::new();
        for code in codes {
            let mut f: Vec<Feature> = Vec::new();
            let mut flag = |name: &'static str, holds: bool| {
                if holds {
                    f.push((name, 1.0))
                }
            };
            flag("beside the name", record.country.as_deref() == Some(code));
            flag("in the name", in_name.contains(&code));
            flag("in the affiliation", in_affiliation.contains(&code));
            flag("in the office", in_role.contains(&code));
            flag("home of the body", own == Some(Some(code)));
            flag("home of the affiliation", affiliated == Some(Some(code)));
            let at = self.mentions.get(code).map(Vec::as_slice).unwrap_or_default();
            flag("most mentioned", at.len() == top && top > 0);
            flag("the only one", self.mentions.len() == 1 && !at.is_empty());
            flag("first of the article", self.first == Some(code));
            flag(
                "most mentioned, for an office of state",
                at.len() == top && of_state,
            );
            flag(
                "first of the article, for an office of state",
                self.first == Some(code) && of_state,
            );
            flag(
                "in the sentence of the first mention",
                own_mentions.first().is_some_and(|s| at.contains(s)),
            );
            flag(
                "in the sentence before the first mention",
                own_mentions
                    .first()
                    .is_some_and(|s| at.iter().any(|a| a + 1 == *s)),
            );
            flag("close to the name", self.close(mentions, code));
            flag(
                "most mentioned, for a head of state or minister",
                at.len() == top && heads,
            );
            flag("most mentioned, for the military", at.len() == top && military);
            flag("a country, for an international body", international);
            let near = own_mentions.iter().filter(|s| at.contains(s)).count() as f64
                / own_mentions.len().max(1) as f64;
            let share = at.len() as f64 / self.total.max(1) as f64;
            f.push(("share of its sentences", near));
            f.push(("share of mentions", share));
            f.push((
                "share of mentions, for an office of state",
                if of_state { share } else { 0.0 },
            ));
            if let Some(before) = own_mentions
                .first()
                .and_then(|s| at.iter().filter(|a| *a <= s).max().map(|a| s - a))
            {
                f.push(("distance to the first mention", (before as f64).ln_1p()));
            } else {
                f.push(("not before the first mention", 1.0));
            }
            f.extend(acts.map(|p| ("tagged as acting for a country", log(p))));
            out.push(Candidate::new(Some(code.to_owned()), f));
        }
        let mut f: Vec<Feature> = vec![("none", 1.0)];
        let mut flag = |name: &'static str, holds: bool| {
            if holds {
                f.push((name, 1.0))
            }
        };
        flag("none, for an office of state", of_state);
        flag("none, for a head of state or minister", heads);
        flag("none, for the military", military);
        flag(
            "none, without an office",
            record.role.is_none() && record.affiliation.is_none(),
        );
        flag("none, for the press", press);
        flag("none, for another office", record.role.is_some() && !of_state);
        flag("none, with an affiliation", record.affiliation.is_some());
        flag("none, for an international body", international);
        flag(
            "none, for a known home",
            own.flatten().is_some() || affiliated.flatten().is_some(),
        );
        flag("none, where one is beside the name", record.country.is_some());
        flag("none, for many words", described.len() > 4);
        f.push(("none, of many countries", (self.mentions.len() as f64).ln_1p()));
        let share = top as f64 / self.total.max(1) as f64;
        f.push(("none, by the share of the most mentioned", share));
        f.extend(acts.map(|p| ("tagged as acting for none", log(1.0 - p))));
        out.push(Candidate::new(None, f));
        out
    }

    /// How probable it is, by the words of the first mentions, that somebody acts for a country; `None` if the model does
    /// not say.
    fn acts_for_a_country(&self, mentions: &[Span]) -> Option<f64> {
        let input = self.scene.input;
        let of_mention = |mention: &Span| {
            let tags = input.tags.homes.get(input.segments.words_in(*mention))?;
            let sum: f64 = tags.iter().map(|tag| f64::from(tag[1].exp())).sum();
            (!tags.is_empty()).then(|| sum / tags.len() as f64)
        };
        let found: Vec<f64> = mentions.iter().take(MENTIONS).filter_map(of_mention).collect();
        (!found.is_empty()).then(|| found.iter().sum::<f64>() / found.len() as f64)
    }

    /// Whether a country is named right beside one of the speaker's mentions.
    fn close(&self, mentions: &[Span], code: &str) -> bool {
        let is_person = |(_, actor): &(Span, usize)| self.scene.cast[*actor].kind == SpeakerKind::Person;
        self.spans.get(code).into_iter().flatten().any(|named| {
            mentions.iter().any(|m| {
                let gap = if named.end <= m.start {
                    Span::new(named.end, m.start)
                } else {
                    Span::new(m.end, named.start.max(m.end))
                };
                let between = gap.of(self.scene.input.text);
                gap.len() < 45
                    && !between.contains(['.', '\n', '"', '“', ';'])
                    && between.matches(',').count() < 2
                    && !self.scene.mentions_in(gap).iter().any(is_person)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation::Entity;
    use crate::extract::{ClaimInput, Gazetteer};
    use crate::labels::{COUNTRY, PERSON};
    use crate::model::SpeakerTags;
    use crate::text::segment;

    #[test]
    fn tags_speak_for_a_country_or_for_none() {
        let text = "Ana Reis came to Peru.";
        let segments = segment(text);
        let entity = |span: Span, label: &str, country: Option<&str>| Entity {
            span,
            label: label.to_owned(),
            country: country.map(str::to_owned),
            ..Entity::default()
        };
        let name = Span::new(0, 8);
        let entities = [
            entity(name, PERSON, None),
            entity(Span::new(17, 21), COUNTRY, Some("PE")),
        ];
        let mut tags = SpeakerTags {
            homes: vec![[0.5f32.ln(); 2]; segments.words.len()],
            ..SpeakerTags::default()
        };
        for (tag, p) in tags.homes.iter_mut().zip([0.8f32, 0.6]) {
            *tag = [(1.0 - p).ln(), p.ln()];
        }
        let record = Speaker {
            name: "Ana Reis".to_owned(),
            kind: SpeakerKind::Person,
            role: None,
            affiliation: None,
            country: None,
            mentions: vec![name],
        };
        let features = |tags: &SpeakerTags| {
            let input = ClaimInput {
                text,
                segments: &segments,
                entities: &entities,
                attributions: &[],
                sentences: &[],
                pointers: &[],
                tags,
                gazetteer: Gazetteer::builtin(),
            };
            let scene = Scene::new(&input);
            let (_, choice) = Homes::new(&scene).of(&record, scene.cast.first(), 0, &Rankings::default());
            let tagged = |c: &Candidate| {
                let feature = c.features.iter().find(|(f, _)| f.starts_with("tagged"))?;
                Some((c.name.clone(), feature.1.exp()))
            };
            choice.candidates.iter().filter_map(tagged).collect::<Vec<_>>()
        };
        // The mean over the words of the name.
        let found = features(&tags);
        let near = |(name, p): &(Option<String>, f64), expected: Option<&str>, probability: f64| {
            assert_eq!(name.as_deref(), expected);
            assert!((p - probability).abs() < 1e-6, "{p}");
        };
        near(&found[0], Some("PE"), 0.7);
        near(&found[1], None, 0.3);
        assert!(features(&SpeakerTags::default()).is_empty());
    }
}
