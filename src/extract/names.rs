//! When two names in one article mean the same person or organisation.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words that belong to the last name that they stand before.
const PARTICLES: &[&str] = &[
    "abu", "al", "bin", "da", "de", "del", "della", "den", "der", "di", "dos", "du", "el", "ibn", "la", "le",
    "mac", "ten", "ter", "van", "von", "y", "zu",
];

/// Additions to a last name.
const SUFFIXES: &[&str] = &["ii", "iii", "iv", "jr", "sr"];

/// Forms of companies, which may stand behind their names or not.
const FORMS: &[&str] = &[
    "ag",
    "co",
    "company",
    "corp",
    "corporation",
    "gmbh",
    "group",
    "holdings",
    "inc",
    "incorporated",
    "limited",
    "llc",
    "llp",
    "ltd",
    "nv",
    "oyj",
    "plc",
    "sa",
    "se",
    "spa",
];
/// Trades that are left out of a company's name where it is known.
const TRADES: &[&str] = &[
    "airlines",
    "airways",
    "bank",
    "energy",
    "motor",
    "motors",
    "news",
    "oil",
    "radio",
    "television",
    "tv",
];

/// Whether two names in one article mean the same person: equal, or one is the other's last name (or its first, which
/// is the family's in East Asia, or one in the middle: `Reis` of `Ana Reis Pinto`), or the other begins with it
/// (`Ana Reis`), or both share the last name and their first names agree as far as they are given (`J. Reis`, `Julia
/// Reis`). Names agree where only their transliteration differs (`Mohamed`, `Mohammed`).
pub(super) fn same_person(a: &str, b: &str) -> bool {
    let (a, b) = (parts(a), parts(b));
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    match (short.as_slice(), long.as_slice()) {
        ([], _) => false,
        ([only], long) => {
            ends_with(long, only) || (long.len() > 1 && long.iter().any(|part| alike(part, only)))
        }
        ([first, .., last], [long_first, .., long_last]) => {
            let family = alike(last, long_last);
            let given = starts(first, long_first) || starts(long_first, first) || alike(first, long_first);
            let closes = short
                .iter()
                .rev()
                .zip(long.iter().rev())
                .all(|(s, l)| alike(s, l));
            let opens = short.iter().zip(long.iter()).all(|(s, l)| alike(s, l));
            // "Min-jun Park" and "Park Min-jun".
            let turned = short.len() == 2 && long.len() == 2 && first == long_last && last == long_first;
            family && given || closes || opens || turned
        }
        _ => false,
    }
}

/// Whether a name ends with a last name, which may come with its particle (`al-Sayed`, `van der Berg`).
fn ends_with(long: &[String], last: &str) -> bool {
    long.last()
        .is_some_and(|l| alike(l, last) || l.rsplit('-').next().is_some_and(|bare| alike(bare, last)))
}

fn starts(short: &str, long: &str) -> bool {
    short.chars().count() == 1 && long.starts_with(short)
}

/// The parts of a name, folded; particles join the part that they stand before.
fn parts(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut particle = String::new();
    let words = name
        .split(|c: char| c.is_whitespace() || c == '.')
        .filter(|p| !p.is_empty());
    for word in words.filter(|w| !w.starts_with(['"', '“', '(', '‘'])) {
        let folded = fold(word.trim_matches([',', '"', '”', ')']));
        if PARTICLES.contains(&folded.as_str()) {
            particle = folded + "-";
        } else if !SUFFIXES.contains(&folded.as_str()) {
            parts.push(std::mem::take(&mut particle) + &folded);
        }
    }
    parts
}

/// Lower case, without diacritics.
fn fold(word: &str) -> String {
    word.to_lowercase()
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .collect()
}

/// Whether two folded parts of a name are the same but for how they are transliterated: doubled letters, and vowels
/// and `h` that are written or not, after the same first letter.
fn alike(a: &str, b: &str) -> bool {
    a == b || (a.len().min(b.len()) >= 5 && a.len().abs_diff(b.len()) <= 2 && skeleton(a) == skeleton(b))
}

fn skeleton(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    for (index, c) in part.chars().enumerate() {
        let c = match c {
            'q' => 'k',
            'v' => 'w',
            'j' => 'y',
            other => other,
        };
        let silent = index > 0 && ("aeiouyh-'’".contains(c));
        if !silent && !out.ends_with(c) {
            out.push(c);
        }
    }
    out
}

/// A name without leading article and without an acronym in brackets after it.
pub(super) fn bare(name: &str) -> &str {
    let name = name.split(" (").next().unwrap_or(name);
    ["The ", "the "]
        .iter()
        .find_map(|a| name.strip_prefix(a))
        .unwrap_or(name)
}

/// Whether two names in one article mean the same organisation: equal, one an acronym of the other, or the end of it
/// ("the Brotherhood", "the Foreign Ministry"), or the other without the form or trade of its company ("Toyota Motor Corp.").
pub(super) fn same_organisation(a: &str, b: &str) -> bool {
    let (a, b) = (bare(a), bare(b));
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let (small, large) = (short.to_lowercase(), long.to_lowercase());
    small == large
        || is_acronym(short, long)
        || large
            .strip_suffix(small.as_str())
            .is_some_and(|rest| rest.ends_with(' ') && !rest.ends_with(" of ") && !rest.ends_with(" for "))
        || same_company(&small, &large)
}

/// Whether two names in lower case are one company's, but for its form, and for its trade where one leaves that out.
fn same_company(a: &str, b: &str) -> bool {
    let (a, b) = (without(a, FORMS), without(b, FORMS));
    a == b || a == without(b, TRADES) || without(a, TRADES) == b
}

/// A name in lower case without those of `words` that close it.
fn without<'n>(name: &'n str, words: &[&str]) -> &'n str {
    let mut rest = name;
    while let Some((before, word)) = rest.rsplit_once(' ') {
        let word: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
        if !words.contains(&word.as_str()) {
            break;
        }
        rest = before.trim_end_matches([',', '&', ' ']);
    }
    rest
}

/// Whether `short` is an acronym of `long` (`UNHCR` of `United Nations High Commissioner for Refugees`).
fn is_acronym(short: &str, long: &str) -> bool {
    let letters: String = short.chars().filter(|c| c.is_alphabetic()).collect();
    let initials = |all: bool| -> String {
        long.split(|c: char| c.is_whitespace() || c == '-')
            .filter_map(|word| word.chars().next())
            .filter(|c| all || c.is_uppercase())
            .flat_map(char::to_uppercase)
            .collect()
    };
    letters.len() > 1
        && long.contains(' ')
        && (letters == initials(false) || letters.to_uppercase() == initials(true))
        && letters.chars().all(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_person() {
        for (a, b, same) in [
            ("Julia Reis", "Reis", true),
            ("Julia Reis", "J. Reis", true),
            ("Julia Reis", "Marco Reis", false),
            ("Park Min-jun", "Park", true),
            ("Park Min-jun", "Min-jun Park", true),
            ("Abdul Rahman al-Sayed", "al-Sayed", true),
            ("Abdul Rahman al-Sayed", "Sayed", true),
            ("Pieter van der Berg", "van der Berg", true),
            ("Mohamed Haddad", "Mohammed Haddad", true),
            ("Julia Reis", "Reisman", false),
            ("Omar Said Jr.", "Said", true),
            ("José Almeida", "Jose Almeida", true),
            ("Ana Reis Pinto", "Reis", true),
            ("Ana Reis Pinto", "Ana Reis", true),
            ("Ana Reis Pinto", "Ana Lund", false),
            ("Regina Wong Suk-yee", "Wong", true),
        ] {
            assert_eq!(same_person(a, b), same, "{a} / {b}");
            assert_eq!(same_person(b, a), same, "{b} / {a}");
        }
    }

    #[test]
    fn names_of_one_organisation() {
        for (a, b, same) in [
            ("Northern Fishing Council", "NFC", true),
            ("Organisation for the Study of Seas", "OSS", true),
            ("Lima Evening Post", "Evening Post", true),
            ("The Lima Post", "Lima Post", true),
            ("Bank of Lima", "Lima", false),
            ("Port Union", "Sailors' Club", false),
            ("Nordsund", "Nordsund Oil Corp.", true),
            ("Nordsund Lines Ltd.", "Nordsund Lines, Ltd", true),
            ("Nordsund Oil", "Nordsund Corporation", true),
            ("Lund & Co.", "Lund", true),
            ("Nordsund Oil", "Nordsund Bank", false),
            ("United Nations", "United Nations Development Fund", false),
        ] {
            assert_eq!(same_organisation(a, b), same, "{a} / {b}");
            assert_eq!(same_organisation(b, a), same, "{b} / {a}");
        }
    }
}
