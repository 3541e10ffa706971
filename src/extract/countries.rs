//! Country codes of names: the tables of `data/countries`, compiled into the program.

use crate::annotation::{Country, Entity};
use crate::labels::{COUNTRY, LOC, NORP};
use std::collections::HashMap;
use std::sync::OnceLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

const COUNTRIES: &str = include_str!("../../data/countries/countries.tsv");
const NAMES: &str = include_str!("../../data/countries/names.tsv");

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
}

impl Gazetteer {
    /// The built-in tables.
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Gazetteer> = OnceLock::new();
        BUILTIN.get_or_init(|| Self::parse(COUNTRIES, NAMES))
    }

    fn parse(countries: &'static str, names: &'static str) -> Self {
        let mut gazetteer = Self {
            countries: HashMap::new(),
            names: HashMap::new(),
            demonyms: HashMap::new(),
            places: HashMap::new(),
        };
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
                table.extend(keys.split('|').map(|key| (key, code)));
            }
        }
        gazetteer
    }

    /// Short English name of the country with an alpha-2 code.
    pub fn name(&self, code: &str) -> Option<&'static str> {
        self.countries.get(code).map(|(_, name)| *name)
    }

    /// Alpha-2 code of the country that a mention points to; `None` for labels that carry no code, and for names that
    /// the tables do not have or that several countries share.
    pub fn code(&self, mention: &str, label: &str) -> Option<&'static str> {
        let key = key(mention);
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

/// The countries that an article's mentions point to, most mentioned first, then by position.
pub fn ranked(entities: &[Entity], gazetteer: &Gazetteer) -> Vec<Country> {
    let mut out: Vec<Country> = Vec::new();
    for code in entities.iter().filter_map(|e| e.country.as_deref()) {
        match out.iter_mut().find(|c| c.code == code) {
            Some(country) => country.mentions += 1,
            None => {
                if let Some((alpha3, name)) = gazetteer.countries.get(code) {
                    out.push(Country {
                        code: code.to_owned(),
                        alpha3: (*alpha3).to_owned(),
                        name: (*name).to_owned(),
                        mentions: 1,
                    });
                }
            }
        }
    }
    out.sort_by_key(|c| std::cmp::Reverse(c.mentions));
    out
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
