//! An annotation as annotation tools see it: labelled spans with attributes, and links between them. All formats of such
//! tools are written from this view and read into it; what has no place in the text is kept apart ([`aside`]).
//!
//! | of an annotation | label | attributes | links |
//! | --- | --- | --- | --- |
//! | entity | its own | score, country | |
//! | fragment of an attribution | `SOURCE`, `CUE`, `CONTENT` | id and score on the first | first → each other, named after its role |
//! | labelled sentence | `SENTENCE` | all others | |
//! | claim | `CLAIM` | all others | `attribution`, `speaker` |
//! | mention of a speaker | `SPEAKER` | the record, on the first | first → each other: `same` |

use super::dixit::parse_record;
use super::{FormatError, Losses, OffsetUnit, Offsets, to_json};
use crate::annotation::Annotation;
use crate::labels::{CONTENT, COUNTRY, CUE, ORG, PERSON, ROLES, SOURCE};
use crate::span::Span;
use serde_json::{Map, Value, json};

const SENTENCE: &str = "SENTENCE";
const CLAIM: &str = "CLAIM";
const SPEAKER: &str = "SPEAKER";
/// Before an entity label that would be taken for another kind of mark.
const ENTITY: &str = "ENTITY_";
/// From a claim to the first fragment of its attribution.
const ATTRIBUTION: &str = "attribution";
/// From a claim to the first mention of its speaker; and the attribute that holds who has no mention.
const BY: &str = "speaker";
/// From the first mention of a speaker to the others.
const SAME: &str = "same";
/// Attribute of a sentence that holds the record of a speaker without mentions.
const RECORD: &str = "speaker_record";

/// What a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Entity,
    /// An index into [`ROLES`].
    Role(usize),
    Sentence,
    Claim,
    Speaker,
}

/// A labelled span.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mark {
    pub(super) kind: Kind,
    /// Its label, from which the kind follows.
    pub(super) label: String,
    pub(super) span: Span,
    pub(super) attributes: Map<String, Value>,
}

/// A link between two marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) name: String,
    /// Indices into [`Marks::marks`].
    pub(super) from: usize,
    pub(super) to: usize,
}

/// Where records of speakers go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speakers {
    /// Into marks of their own.
    InText,
    /// Into what is kept apart.
    Aside,
}

/// Labelled spans and links of one article.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Marks {
    pub(super) marks: Vec<Mark>,
    pub(super) links: Vec<Link>,
    /// Speakers that are neither mentioned nor named by a claim or sentence.
    unplaced: usize,
    /// Attributions without any fragment.
    empty: usize,
}

impl Mark {
    /// A mark of a label, which may say a claim type after a colon.
    pub(super) fn new(label: &str, span: Span, mut attributes: Map<String, Value>) -> Self {
        let (kind, label) = match label.split_once(':') {
            Some((label @ (CLAIM | SENTENCE), types)) => {
                let types: Vec<&str> = types.split('|').collect();
                let value = match types.as_slice() {
                    [one] => json!(one),
                    many => json!(many),
                };
                attributes.insert("claim_type".to_owned(), value);
                (kind(label), label)
            }
            _ => (kind(label), label),
        };
        Self {
            kind,
            label: label.to_owned(),
            span,
            attributes,
        }
    }

    /// The label with the claim type, for tools whose labels have no attributes; second, all other attributes.
    pub(super) fn with_type(&self) -> (String, Map<String, Value>) {
        let mut attributes = self.attributes.clone();
        let is_plain = |v: &Value| v.as_str().is_some_and(|t| !t.is_empty() && !t.contains('|'));
        let types: Vec<&str> = match attributes.get("claim_type") {
            Some(one) if is_plain(one) => one.as_str().into_iter().collect(),
            Some(Value::Array(many)) if many.len() > 1 && many.iter().all(is_plain) => {
                many.iter().filter_map(Value::as_str).collect()
            }
            _ => return (self.label.clone(), attributes),
        };
        let label = format!("{}:{}", self.label, types.join("|"));
        attributes.remove("claim_type");
        (label, attributes)
    }
}

fn kind(label: &str) -> Kind {
    match ROLES.iter().position(|role| *role == label) {
        Some(role) => Kind::Role(role),
        None => match label {
            SENTENCE => Kind::Sentence,
            CLAIM => Kind::Claim,
            SPEAKER => Kind::Speaker,
            _ => Kind::Entity,
        },
    }
}

/// The place of a speaker's record, which is added unless it is there already.
fn place_of(speakers: &mut Vec<Map<String, Value>>, record: &Map<String, Value>) -> usize {
    let known = speakers.iter().position(|s| s.get("id") == record.get("id"));
    known.unwrap_or_else(|| {
        speakers.push(record.clone());
        speakers.len() - 1
    })
}

/// The label of a mark for an entity.
fn entity_label(label: &str) -> String {
    let first = label.split(':').next().unwrap_or_default();
    match kind(first) != Kind::Entity || label.starts_with(ENTITY) {
        true => format!("{ENTITY}{label}"),
        false => label.to_owned(),
    }
}

impl Marks {
    /// The marks and links of an annotation.
    ///
    /// # Errors
    /// A span that does not fit its text.
    pub(super) fn of(annotation: &Annotation, speakers: Speakers) -> Result<Self, FormatError> {
        let record: Value = serde_json::from_str(&to_json(annotation, OffsetUnit::Codepoint, false)?)
            .map_err(|e| FormatError::Write(e.into()))?;
        let item = |list: &str, index: usize, without: &[&str]| -> Map<String, Value> {
            let object = record[list][index].as_object().cloned().unwrap_or_default();
            let useless = |key: &str| ["start", "end", "text"].contains(&key) || without.contains(&key);
            object
                .into_iter()
                .filter(|(key, value)| !value.is_null() && !useless(key))
                .collect()
        };
        let mut marks = Self::default();
        for (i, entity) in annotation.entities.iter().flatten().enumerate() {
            marks.push(
                &entity_label(&entity.label),
                entity.span,
                item("entities", i, &["label"]),
            );
        }
        let mut anchors = Vec::new();
        for (i, attribution) in annotation.attributions.iter().flatten().enumerate() {
            let mut anchor = None;
            let roles = [
                (CONTENT, &attribution.content),
                (CUE, &attribution.cue),
                (SOURCE, &attribution.source),
            ];
            for (role, span) in roles
                .iter()
                .flat_map(|(role, spans)| spans.iter().map(move |s| (role, s)))
            {
                let attributes = match anchor {
                    None => item("attributions", i, &["source", "cue", "content"]),
                    Some(_) => Map::new(),
                };
                let to = marks.push(ROLES[*role], *span, attributes);
                let from = *anchor.get_or_insert(to);
                marks.link(&ROLES[*role].to_lowercase(), from, to);
            }
            marks.empty += usize::from(anchor.is_none());
            anchors.push(anchor);
        }
        let mut mentions = vec![None; annotation.speakers.len()];
        let mut placed = vec![speakers == Speakers::Aside; annotation.speakers.len()];
        if speakers == Speakers::InText {
            for (i, speaker) in annotation.speakers.iter().enumerate() {
                for span in &speaker.mentions {
                    let attributes = match mentions[i] {
                        None => item("speakers", i, &["mentions"]),
                        Some(_) => Map::new(),
                    };
                    let to = marks.push(SPEAKER, *span, attributes);
                    let from = *mentions[i].get_or_insert(to);
                    marks.link(SAME, from, to);
                    placed[i] = true;
                }
            }
        }
        for (i, sentence) in annotation.sentences.iter().flatten().enumerate() {
            let mut attributes = item("sentences", i, &[]);
            let named = |name: &String| annotation.speakers.iter().position(|s| s.name == *name);
            if let Some(id) = sentence
                .speaker
                .as_ref()
                .and_then(named)
                .filter(|id| !placed[*id])
            {
                attributes.insert(RECORD.to_owned(), item("speakers", id, &["mentions"]).into());
                placed[id] = true;
            }
            marks.push(SENTENCE, sentence.span, attributes);
        }
        for (i, claim) in annotation.claims.iter().enumerate() {
            let mut attributes = item("claims", i, &["attribution"]);
            let speaker = claim.speaker.filter(|id| *id < mentions.len());
            if let (Speakers::InText, Some(id)) = (speakers, speaker) {
                attributes.remove(BY);
                if mentions[id].is_none() {
                    attributes.insert(BY.to_owned(), item("speakers", id, &["mentions"]).into());
                    placed[id] = true;
                }
            }
            let from = marks.push(CLAIM, claim.span, attributes);
            if let Some(to) = claim.attribution.and_then(|a| anchors.get(a).copied().flatten()) {
                marks.link(ATTRIBUTION, from, to);
            }
            if let Some(to) = speaker.and_then(|id| mentions[id]) {
                marks.link(BY, from, to);
            }
        }
        marks.unplaced = placed.iter().filter(|p| !**p).count();
        Ok(marks)
    }

    /// Adds a mark.
    pub(super) fn push(&mut self, label: &str, span: Span, attributes: Map<String, Value>) -> usize {
        self.marks.push(Mark::new(label, span, attributes));
        self.marks.len() - 1
    }

    /// Adds a link between two different marks.
    pub(super) fn link(&mut self, name: &str, from: usize, to: usize) {
        if from != to {
            self.links.push(Link {
                name: name.to_owned(),
                from,
                to,
            });
        }
    }

    /// The marks without white space at their edges, for formats that are made of words; those of white space alone are
    /// left out.
    pub(super) fn trimmed(mut self, text: &str) -> Self {
        let mut places = Vec::new();
        let mut count = 0;
        for mark in &mut self.marks {
            mark.span = mark.span.trimmed(text);
            places.push((!mark.span.is_empty()).then_some(count));
            count += usize::from(!mark.span.is_empty());
        }
        self.marks.retain(|m| !m.span.is_empty());
        let links = std::mem::take(&mut self.links);
        for link in links {
            if let (Some(from), Some(to)) = (places[link.from], places[link.to]) {
                self.link(&link.name, from, to);
            }
        }
        self
    }

    /// What marks have no place for where they are made of words.
    pub(super) fn losses_of_words(annotation: &Annotation, speakers: Speakers, losses: &mut Losses) {
        Self::losses(annotation, speakers, losses);
        if let Ok(marks) = Self::of(annotation, speakers) {
            let spans = || {
                marks
                    .marks
                    .iter()
                    .map(|m| (m.span, m.span.trimmed(&annotation.text)))
            };
            let blank = spans().filter(|(_, trimmed)| trimmed.is_empty()).count();
            let cut = spans().filter(|(span, trimmed)| span != trimmed).count() - blank;
            losses.add(&annotation.id, "white space at the edges of spans", cut);
            losses.add(&annotation.id, "spans of white space alone, left out", blank);
        }
    }

    /// What marks have no place for.
    pub(super) fn losses(annotation: &Annotation, speakers: Speakers, losses: &mut Losses) {
        if let Ok(marks) = Self::of(annotation, speakers) {
            let id = &annotation.id;
            losses.add(id, "speakers without a place in the text", marks.unplaced);
            losses.add(id, "attributions without a span", marks.empty);
        }
    }

    /// The annotation that the marks stand for. Links of names that are not in the table above are counted as losses.
    ///
    /// # Errors
    /// Says what is missing in which mark.
    pub(super) fn into_annotation(
        self,
        id: &str,
        text: &str,
        rest: Rest,
        losses: &mut Losses,
    ) -> Result<Annotation, String> {
        let offsets = Offsets::new(text, OffsetUnit::Codepoint);
        let pair = |span: Span| offsets.write(span).map_err(|e| e.to_string());
        let with_span = |mark: &Mark, attributes: Map<String, Value>| -> Result<Value, String> {
            let (start, end) = pair(mark.span)?;
            let mut object = attributes;
            object.insert("start".to_owned(), start.into());
            object.insert("end".to_owned(), end.into());
            Ok(object.into())
        };
        let mut order: Vec<usize> = (0..self.marks.len()).collect();
        order.sort_by_key(|&i| self.marks[i].span.start);
        let is_role = |i: usize| matches!(self.marks[i].kind, Kind::Role(_));
        let is_speaker = |i: usize| self.marks[i].kind == Kind::Speaker;

        let (groups, group_of) = self.groups(&order, is_role, |_| true);
        let mut attributions = Vec::new();
        for group in &groups {
            let mut object: Map<String, Value> = group
                .iter()
                .flat_map(|&i| self.marks[i].attributes.clone())
                .collect();
            for (role, name) in ["source", "cue", "content"].into_iter().enumerate() {
                let spans = group.iter().filter(|&&i| self.marks[i].kind == Kind::Role(role));
                let spans: Result<Vec<_>, String> = spans.map(|&i| pair(self.marks[i].span)).collect();
                object.insert(name.to_owned(), json!(spans?));
            }
            attributions.push(object);
        }
        let places = in_order(&mut attributions);

        let mut speakers: Vec<Map<String, Value>> = rest.speakers;
        let (people, person_of) = self.groups(&order, is_speaker, |name| name == SAME);
        let first = speakers.len();
        for group in &people {
            let mut record: Map<String, Value> = group
                .iter()
                .flat_map(|&i| self.marks[i].attributes.clone())
                .collect();
            let spans: Result<Vec<_>, String> = group.iter().map(|&i| pair(self.marks[i].span)).collect();
            record.insert("mentions".to_owned(), json!(spans?));
            if let Some(&i) = group.first() {
                let span = self.marks[i].span;
                record.entry("name").or_insert_with(|| span.of(text).into());
                record
                    .entry("kind")
                    .or_insert_with(|| self.kind_of_speaker(span).into());
            }
            speakers.push(record);
        }

        let (mut entities, mut sentences, mut claims) = (Vec::new(), Vec::new(), Vec::new());
        // Speakers of claims, as indices into `speakers` before these are put in order.
        let mut by: Vec<Option<usize>> = Vec::new();
        let mut known_links = 0;
        for &i in &order {
            let mark = &self.marks[i];
            let mut attributes = mark.attributes.clone();
            match mark.kind {
                Kind::Role(_) | Kind::Speaker => {}
                Kind::Entity => {
                    let label = mark.label.strip_prefix(ENTITY).unwrap_or(&mark.label);
                    attributes.insert("label".to_owned(), label.into());
                    entities.push(with_span(mark, attributes)?);
                }
                Kind::Sentence => {
                    if let Some(Value::Object(record)) = attributes.remove(RECORD) {
                        place_of(&mut speakers, &record);
                    }
                    sentences.push(with_span(mark, attributes)?);
                }
                Kind::Claim => {
                    let to = |name: &str| {
                        let links = self.links.iter().filter(|l| l.from == i && l.name == name);
                        links.map(|l| l.to).collect::<Vec<_>>()
                    };
                    for (name, has) in [(ATTRIBUTION, &group_of), (BY, &person_of)] {
                        known_links += to(name).iter().filter(|t| has[**t].is_some()).count();
                    }
                    let group = to(ATTRIBUTION).into_iter().find_map(|t| group_of[t]);
                    if let Some(group) = group {
                        attributes.insert("attribution".to_owned(), places[group].into());
                    }
                    let mut speaker = to(BY).into_iter().find_map(|t| person_of[t]).map(|p| first + p);
                    if let Some(Value::Object(record)) = attributes.get(BY) {
                        speaker = Some(place_of(&mut speakers, record));
                        attributes.remove(BY);
                    }
                    if attributes.get("claim_type").is_none_or(|t| !t.is_string()) {
                        return Err(format!(
                            "the claim at “{}” has no claim type; give it one",
                            mark.span.of(text)
                        ));
                    }
                    attributes.entry("quotation").or_insert("none".into());
                    by.push(speaker);
                    claims.push(with_span(mark, attributes)?);
                }
            }
        }
        let within = self.links.iter().filter(|l| {
            (group_of[l.from].is_some() && group_of[l.to].is_some())
                || (l.name == SAME && person_of[l.from].is_some() && person_of[l.to].is_some())
        });
        let unknown = self.links.len() - known_links - within.count();
        losses.add(id, "links that have no meaning here", unknown);

        let places = in_order(&mut speakers);
        for (claim, speaker) in claims.iter_mut().zip(by) {
            if let Some(speaker) = speaker {
                claim["speaker"] = places[speaker].into();
            }
        }
        let annotated = |layer: &str, items: &[Value]| match &rest.layers {
            Some(layers) => !items.is_empty() || layers.iter().any(|l| l == layer),
            // Other tools do not say which layers they have annotated; entities they all have.
            None => !items.is_empty() || layer == "entities",
        };
        let attributions: Vec<Value> = attributions.into_iter().map(Value::Object).collect();
        let mut record = rest.fields;
        for (layer, items) in [
            ("entities", entities),
            ("attributions", attributions),
            ("sentences", sentences),
        ] {
            if annotated(layer, &items) {
                record.insert(layer.to_owned(), items.into());
            }
        }
        record.insert("id".to_owned(), id.into());
        record.insert("text".to_owned(), text.into());
        record.insert("meta".to_owned(), rest.meta.into());
        record.insert("claims".to_owned(), claims.into());
        record.insert(
            "speakers".to_owned(),
            speakers.into_iter().map(Value::Object).collect::<Vec<_>>().into(),
        );
        parse_record(&Value::Object(record).to_string())
    }

    /// Marks that links hold together, by position of the first; second, the group of each mark.
    fn groups(
        &self,
        order: &[usize],
        member: impl Fn(usize) -> bool,
        binds: impl Fn(&str) -> bool,
    ) -> (Vec<Vec<usize>>, Vec<Option<usize>>) {
        let mut root: Vec<usize> = (0..self.marks.len()).collect();
        fn find(root: &mut [usize], mut i: usize) -> usize {
            while root[i] != i {
                root[i] = root[root[i]];
                i = root[i];
            }
            i
        }
        for link in self.links.iter().filter(|l| binds(&l.name)) {
            if member(link.from) && member(link.to) {
                let (a, b) = (find(&mut root, link.from), find(&mut root, link.to));
                root[b] = a;
            }
        }
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let mut group_of = vec![None; self.marks.len()];
        let mut group_of_root = vec![None; self.marks.len()];
        for &i in order.iter().filter(|i| member(**i)) {
            let of_root = &mut group_of_root[find(&mut root, i)];
            let group = *of_root.get_or_insert_with(|| {
                groups.push(Vec::new());
                groups.len() - 1
            });
            groups[group].push(i);
            group_of[i] = Some(group);
        }
        (groups, group_of)
    }

    /// The kind of a speaker that somebody has marked without saying it: that of the entity there.
    fn kind_of_speaker(&self, span: Span) -> &'static str {
        let entities = || self.marks.iter().filter(|m| m.kind == Kind::Entity);
        match entities().find(|m| m.span == span).map(|m| m.label.as_str()) {
            Some(PERSON) => "person",
            Some(ORG) => "organisation",
            Some(COUNTRY) => "country",
            _ => "unnamed",
        }
    }
}

/// Puts records in the order of their ids, those without one last, and numbers them anew; gives each one's new place.
fn in_order(records: &mut Vec<Map<String, Value>>) -> Vec<usize> {
    let id = |r: &Map<String, Value>| r.get("id").and_then(Value::as_u64).unwrap_or(u64::MAX);
    let mut order: Vec<usize> = (0..records.len()).collect();
    order.sort_by_key(|&i| id(&records[i]));
    let mut places = vec![0; order.len()];
    let mut sorted = Vec::with_capacity(order.len());
    for (place, &i) in order.iter().enumerate() {
        places[i] = place;
        let mut record = std::mem::take(&mut records[i]);
        record.insert("id".to_owned(), place.into());
        sorted.push(record);
    }
    *records = sorted;
    places
}

/// What has no place in the text.
#[derive(Clone, Debug, Default)]
pub(super) struct Rest {
    /// The article's metadata.
    pub(super) meta: Map<String, Value>,
    /// Layers that are annotated; `None` where nothing says so.
    layers: Option<Vec<String>>,
    speakers: Vec<Map<String, Value>>,
    /// All other fields of a dixit record.
    fields: Map<String, Value>,
}

/// Where formats whose metadata are free keep what has no place in the text.
pub(super) const ASIDE: &str = "dixit";

/// What has no place in the text, as an object for a format's metadata: the layers that are annotated, speakers,
/// countries, coverage, provenance.
///
/// # Errors
/// A span that does not fit its text.
pub(super) fn aside(annotation: &Annotation) -> Result<Map<String, Value>, FormatError> {
    let json = to_json(annotation, OffsetUnit::Codepoint, false)?;
    let record: Map<String, Value> = serde_json::from_str(&json).map_err(|e| FormatError::Write(e.into()))?;
    let layers = ["entities", "attributions", "sentences"].into_iter();
    let layers: Vec<&str> = layers.filter(|layer| record.contains_key(*layer)).collect();
    let mut aside = Map::from_iter([("layers".to_owned(), json!(layers))]);
    for field in ["speakers", "countries", "coverage", "provenance"] {
        if let Some(value) = record.get(field) {
            aside.insert(field.to_owned(), value.clone());
        }
    }
    Ok(aside)
}

impl Rest {
    /// Reads what [`aside`] has made; without it, there is nothing but metadata.
    ///
    /// # Errors
    /// It is something else.
    pub(super) fn read(aside: Option<Value>, meta: Map<String, Value>) -> Result<Self, String> {
        let Some(aside) = aside else {
            return Ok(Self {
                meta,
                ..Self::default()
            });
        };
        let bad = || format!("{ASIDE:?} among the metadata is not what dixit writes; remove it");
        let Value::Object(mut fields) = aside else {
            return Err(bad());
        };
        let layers = fields.remove("layers").map(serde_json::from_value).transpose();
        let speakers = fields.remove("speakers").map(serde_json::from_value).transpose();
        fields.retain(|key, _| ["countries", "coverage", "provenance"].contains(&key.as_str()));
        Ok(Self {
            meta,
            layers: layers.map_err(|_| bad())?,
            speakers: speakers.map_err(|_| bad())?.unwrap_or_default(),
            fields,
        })
    }
}

/// Attributes and links for formats whose spans have none: to be kept apart, and found again by label and place.
pub(super) fn details(marks: &Marks, offsets: &Offsets<'_>, with_links: bool) -> Result<Value, FormatError> {
    let mut places = vec![None; marks.marks.len()];
    let mut list: Vec<Value> = Vec::new();
    for (i, mark) in marks.marks.iter().enumerate() {
        let (label, attributes) = mark.with_type();
        let linked = with_links && marks.links.iter().any(|l| l.from == i || l.to == i);
        // Two marks of one label in one place are told apart by their order alone.
        let twin = |other: &&Mark| other.span == mark.span && other.label == mark.label;
        if !attributes.is_empty() || linked || marks.marks.iter().filter(twin).count() > 1 {
            places[i] = Some(list.len());
            let (start, end) = offsets.write(mark.span)?;
            list.push(json!({"start": start, "end": end, "label": label, "attributes": attributes}));
        }
    }
    let links = marks.links.iter().filter(|_| with_links);
    let links: Vec<_> = links
        .filter_map(|l| Some(json!([l.name, places[l.from]?, places[l.to]?])))
        .collect();
    Ok(json!({"marks": list, "links": links}))
}

/// Gives marks the attributes and links that [`details`] has kept apart. What belongs to a span that is no longer there
/// went with it.
///
/// # Errors
/// They are something else.
pub(super) fn restore(details: &Value, marks: &mut Marks, offsets: &Offsets<'_>) -> Result<(), String> {
    let bad = || format!("\"details\" in {ASIDE:?} are not what dixit writes; remove them");
    let mut places = Vec::new();
    let mut taken = vec![false; marks.marks.len()];
    for item in details["marks"].as_array().ok_or_else(bad)? {
        let number = |key: &str| {
            item[key]
                .as_u64()
                .and_then(|n| usize::try_from(n).ok())
                .ok_or_else(bad)
        };
        let span = offsets
            .read(number("start")?, number("end")?)
            .map_err(|e| e.to_string())?;
        let attributes = item["attributes"].as_object().ok_or_else(bad)?.clone();
        let wanted = Mark::new(item["label"].as_str().ok_or_else(bad)?, span, Map::new());
        let same = |(i, mark): &(usize, &Mark)| !taken[*i] && mark.span == span && mark.label == wanted.label;
        let exact = |(_, mark): &(usize, &Mark)| mark.attributes == wanted.attributes;
        let found = || marks.marks.iter().enumerate().filter(same);
        let place = found().find(exact).or_else(|| found().next()).map(|(i, _)| i);
        if let Some(i) = place {
            taken[i] = true;
            for (key, value) in attributes {
                marks.marks[i].attributes.entry(key).or_insert(value);
            }
        }
        places.push(place);
    }
    for link in details["links"].as_array().ok_or_else(bad)? {
        let end = |at: usize| {
            let index = link[at].as_u64().and_then(|n| usize::try_from(n).ok());
            index.and_then(|n| places.get(n)).ok_or_else(bad)
        };
        if let (Some(from), Some(to)) = (*end(1)?, *end(2)?) {
            marks.link(link[0].as_str().ok_or_else(bad)?, from, to);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_mean_something_else_are_told_apart() {
        for label in ["PERSON", "CLAIM", "CLAIM:denial", "SOURCE", "ENTITY_X", "a:b"] {
            let mark = Mark::new(&entity_label(label), Span::new(0, 1), Map::new());
            assert_eq!(mark.kind, Kind::Entity, "{label}");
            assert_eq!(mark.label.strip_prefix(ENTITY).unwrap_or(&mark.label), label);
        }
    }

    #[test]
    fn claim_types_go_into_labels_and_come_back() {
        for (attributes, label) in [
            (json!({"claim_type": "denial", "score": 0.5}), "CLAIM:denial"),
            (json!({"claim_type": ["denial", "demand"]}), "CLAIM:denial|demand"),
            (json!({"claim_type": "a|b"}), "CLAIM"),
            (json!({}), "CLAIM"),
        ] {
            let mark = Mark::new("CLAIM", Span::new(0, 1), attributes.as_object().unwrap().clone());
            let (with_type, rest) = mark.with_type();
            assert_eq!(with_type, label);
            let mut back = Mark::new(&with_type, mark.span, rest);
            back.attributes.sort_keys();
            let mut expected = mark.clone();
            expected.attributes.sort_keys();
            assert_eq!(back, expected);
        }
    }

    #[test]
    fn what_people_mark_without_attributes_is_understood() {
        let text = "Ida Lund said no.";
        let mut marks = Marks::default();
        marks.push("PERSON", Span::new(0, 8), Map::new());
        let speaker = marks.push("SPEAKER", Span::new(0, 8), Map::new());
        let claim = marks.push("CLAIM:denial", Span::new(0, 17), Map::new());
        let content = marks.push("CONTENT", Span::new(14, 16), Map::new());
        let cue = marks.push("CUE", Span::new(9, 13), Map::new());
        marks.link("cue", content, cue);
        marks.link("speaker", claim, speaker);
        marks.link("causes", claim, cue);
        let mut losses = Losses::default();
        let annotation = marks
            .into_annotation("a", text, Rest::default(), &mut losses)
            .unwrap();
        assert_eq!(annotation.speakers[0].name, "Ida Lund");
        assert_eq!(annotation.claims[0].speaker, Some(0));
        let attribution = &annotation.attributions.unwrap()[0];
        assert_eq!((attribution.cue.len(), attribution.content.len()), (1, 1));
        assert_eq!(
            losses.iter().next().unwrap().what,
            "links that have no meaning here"
        );

        let mut marks = Marks::default();
        marks.push("CLAIM", Span::new(0, 17), Map::new());
        let error = marks
            .into_annotation("a", text, Rest::default(), &mut losses)
            .unwrap_err();
        assert!(error.contains("no claim type"), "{error}");
    }
}
