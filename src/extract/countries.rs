//! Country codes of names: the tables of `data/countries`, compiled into the program.

use crate::annotation::{Country, Entity, Speaker};
use crate::labels::{COUNTRY, LOC, NORP};
use crate::text::Segments;
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

const COUNTRIES: &str = include_str!("../../data/countries/countries.tsv");
const NAMES: &str = include_str!("../../data/countries/names.tsv");
const CODELESS: &str = include_str!("../../data/countries/codeless.tsv");
const ORGANISATIONS: &str = include_str!("../../data/countries/organisations.tsv");

/// Paragraphs that say what an article is about.
const OPENING: usize = 2;

/// Words that say what kind of place a name is, and may be left out of it.
const KINDS: &[&str] = &[
    "airport",
    "area",
    "base",
    "city",
    "county",
    "district",
    "governorate",
    "island",
    "islands",
    "municipality",
    "peninsula",
    "port",
    "prefecture",
    "province",
    "region",
    "republic",
    "state",
    "town",
    "valley",
    "village",
];

/// Characters without a canonical decomposition; `data/countries/build.py` holds the same list.
const LETTERS: &[(char, &str)] = &[
    ('ø', "o"),
    ('ł', "l"),
    ('đ', "d"),
    ('ð', "d"),
    ('þ', "th"),
    ('ı', "i"),
    ('ß', "ss"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('’', "'"),
    ('‘', "'"),
    ('ʻ', "'"),
    ('ʼ', "'"),
    ('‐', "-"),
    ('‑', "-"),
    ('–', "-"),
];

/// Countries and the names that point to them.
pub struct Gazetteer {
    /// Alpha-3 code and short name by alpha-2 code.
    countries: HashMap<&'static str, (&'static str, &'static str)>,
    names: HashMap<&'static str, &'static str>,
    demonyms: HashMap<&'static str, &'static str>,
    places: HashMap<&'static str, &'static str>,
    /// Code of well-known organisations; `None` for those of many countries.
    organisations: HashMap<String, Option<&'static str>>,
    capitals: HashSet<&'static str>,
    /// Why a name has no code.
    codeless: HashMap<String, &'static str>,
}

impl Gazetteer {
    /// The built-in tables.
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Gazetteer> = OnceLock::new();
        BUILTIN.get_or_init(|| Self::parse(COUNTRIES, NAMES, ORGANISATIONS))
    }

    fn parse(countries: &'static str, names: &'static str, organisations: &'static str) -> Self {
        let mut gazetteer = Self {
            countries: HashMap::new(),
            names: HashMap::new(),
            demonyms: HashMap::new(),
            places: HashMap::new(),
            organisations: HashMap::new(),
            capitals: HashSet::new(),
            codeless: HashMap::new(),
        };
        for line in CODELESS.lines().filter(|l| !l.starts_with('#')) {
            if let Some((reason, names)) = line.split_once('\t') {
                gazetteer
                    .codeless
                    .extend(names.split('|').map(|name| (key(name), reason)));
            }
        }
        for line in organisations.lines().filter(|l| !l.starts_with('#')) {
            if let Some((code, names)) = line.split_once('\t') {
                let code = Some(code).filter(|c| *c != "-");
                gazetteer
                    .organisations
                    .extend(names.split('|').map(|name| (key(name), code)));
            }
        }
        for line in countries.lines() {
            if let [code, alpha3, name, ..] = line.split('\t').collect::<Vec<_>>()[..] {
                gazetteer.countries.insert(code, (alpha3, name));
            }
        }
        for line in names.lines() {
            if let [kind, code, keys] = line.split('\t').collect::<Vec<_>>()[..] {
                let table = match kind {
                    "name" => &mut gazetteer.names,
                    "demonym" => &mut gazetteer.demonyms,
                    _ => &mut gazetteer.places,
                };
                if kind == "capital" {
                    gazetteer.capitals.extend(keys.split('|'));
                }
                table.extend(keys.split('|').map(|key| (key, code)));
            }
        }
        gazetteer
    }

    /// Whether a name is a capital's.
    pub fn is_capital(&self, name: &str) -> bool {
        self.capitals.contains(key(name).as_str())
    }

    /// Short English name of the country with an alpha-2 code.
    pub fn name(&self, code: &str) -> Option<&'static str> {
        self.countries.get(code).map(|(_, name)| *name)
    }

    /// Alpha-2 code of the country that a mention points to; `None` for labels that carry no code, and for names that
    /// the tables do not have or that several countries share.
    pub fn code(&self, mention: &str, label: &str) -> Option<&'static str> {
        let key = key(mention);
        if self.codeless.contains_key(&key) {
            return None;
        }
        let find = |tables: &[&HashMap<&str, &'static str>]| {
            tables.iter().find_map(|t| t.get(key.as_str()).copied())
        };
        match label {
            COUNTRY => find(&[&self.names, &self.places, &self.demonyms]),
            NORP => find(&[&self.demonyms, &self.names]),
            LOC => find(&[&self.places, &self.names]).or_else(|| self.without_kind(&key)),
            _ => None,
        }
    }

    /// Whether a name is in the table of a label: country names for `COUNTRY`, names of peoples for `NORP`.
    pub fn knows(&self, name: &str, label: &str) -> bool {
        match label {
            COUNTRY => self.names.contains_key(key(name).as_str()),
            NORP => self.demonyms.contains_key(key(name).as_str()),
            _ => false,
        }
    }

    /// Why a name points to no one country: `historical`, `unrecognised`, `several countries` or `no country`.
    pub fn codeless(&self, name: &str) -> Option<&'static str> {
        self.codeless.get(&key(name)).copied()
    }

    /// The country that a well-known organisation belongs to, `Some(None)` if to many.
    pub fn organisation(&self, name: &str) -> Option<Option<&'static str>> {
        self.organisations.get(&key(name)).copied()
    }

    /// The codes of the countries, nations and places that a phrase names in capitals ("Queensland Police").
    pub fn codes_in(&self, phrase: &str) -> Vec<&'static str> {
        let words: Vec<&str> = phrase
            .split(|c: char| c.is_whitespace() || ",/()".contains(c))
            .collect();
        let mut codes = Vec::new();
        let mut from = 0;
        while from < words.len() {
            let found = (1..=3.min(words.len() - from)).rev().find_map(|n| {
                let name = words[from..from + n].join(" ");
                let name = name.trim_end_matches("'s").trim_end_matches("’s");
                let label = [NORP, COUNTRY, LOC]
                    .into_iter()
                    .find_map(|label| self.code(name, label));
                label
                    .filter(|_| name.starts_with(char::is_uppercase))
                    .map(|code| (n, code))
            });
            match found {
                Some((n, code)) => {
                    codes.push(code);
                    from += n;
                }
                None => from += 1,
            }
        }
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// The code of a place named with its kind (`Helmand province`).
    fn without_kind(&self, key: &str) -> Option<&'static str> {
        let (first, rest) = key.split_once(' ')?;
        let (start, last) = key.rsplit_once(' ')?;
        let bare = if KINDS.contains(&last) {
            start
        } else if KINDS.contains(&first) {
            rest.strip_prefix("of ").unwrap_or(rest)
        } else {
            return None;
        };
        self.places.get(bare).or_else(|| self.names.get(bare)).copied()
    }
}

/// A name as the tables hold it: folded, without full stops and leading article; acronyms keep their capitals.
fn key(name: &str) -> String {
    let plain = name.replace('.', "").replace('_', " ");
    let mut plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if plain
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("the "))
    {
        plain.drain(..4);
    }
    if (2..=4).contains(&plain.len()) && plain.bytes().all(|b| b.is_ascii_uppercase()) {
        return plain;
    }
    let mut key = String::with_capacity(plain.len());
    for c in plain.to_lowercase().nfd().filter(|c| !is_combining_mark(*c)) {
        match LETTERS.iter().find(|(from, _)| *from == c) {
            Some((_, to)) => key.push_str(to),
            None => key.push(c),
        }
    }
    key
}

/// The countries of an article, ranked by how much it is about them, then by position: what its mentions point to counts
/// once each, twice in the first paragraphs, and so does each speaker who acts for one.
pub fn ranked(
    entities: &[Entity],
    segments: &Segments,
    speakers: &[Speaker],
    gazetteer: &Gazetteer,
) -> Vec<Country> {
    let opening = segments
        .paragraphs
        .get(OPENING)
        .map_or(usize::MAX, |p| p.span.start);
    let mut out: Vec<(Country, usize)> = Vec::new();
    let mut count =
        |code: &str, mentions: usize, weight: usize| match out.iter_mut().find(|(c, _)| c.code == code) {
            Some((country, sum)) => {
                country.mentions += mentions;
                *sum += weight;
            }
            None => {
                if let Some((alpha3, name)) = gazetteer.countries.get(code) {
                    let country = Country {
                        code: code.to_owned(),
                        alpha3: (*alpha3).to_owned(),
                        name: (*name).to_owned(),
                        mentions,
                    };
                    out.push((country, weight));
                }
            }
        };
    for entity in entities {
        if let Some(code) = &entity.country {
            count(code, 1, if entity.span.start < opening { 2 } else { 1 });
        }
    }
    for code in speakers.iter().filter_map(|s| s.country.as_deref()) {
        count(code, 0, 1);
    }
    out.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    out.into_iter().map(|(country, _)| country).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_mentions() {
        let gazetteer = Gazetteer::builtin();
        for (mention, label, code) in [
            ("the Netherlands", COUNTRY, Some("NL")),
            ("U.S.", COUNTRY, Some("US")),
            ("US", COUNTRY, Some("US")),
            ("UK", COUNTRY, Some("GB")),
            ("Côte d’Ivoire", COUNTRY, Some("CI")),
            ("DPRK", COUNTRY, Some("KP")),
            ("Türkiye", COUNTRY, Some("TR")),
            ("Kenyans", NORP, Some("KE")),
            ("Egyptian", NORP, Some("EG")),
            ("Sunni", NORP, None),
            ("European", NORP, None),
            ("Nairobi", LOC, Some("KE")),
            ("Helmand Province", LOC, Some("AF")),
            ("Balkans", LOC, None),
            ("NATO", "ORG", None),
        ] {
            assert_eq!(gazetteer.code(mention, label), code, "{mention}");
        }
    }

    #[test]
    fn every_code_of_a_name_is_a_country() {
        let gazetteer = Gazetteer::builtin();
        for table in [&gazetteer.names, &gazetteer.demonyms, &gazetteer.places] {
            for (name, code) in table {
                assert!(gazetteer.countries.contains_key(code), "{name} {code}");
                assert_eq!(&key(name), name);
            }
        }
    }
}
