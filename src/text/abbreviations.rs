//! Words before a full stop that does not end a sentence.

/// Titles and the like: a name or a number follows, so no sentence ends here.
const BEFORE_NAME: &[&str] = &[
    "adm", "adv", "amb", "art", "brig", "capt", "cf", "cmdr", "col", "comdr", "cpl", "dr", "e.g", "eng",
    "fr", "gen", "gov", "hon", "i.e", "lt", "ma", "maj", "messrs", "mmes", "mr", "mrs", "ms", "mt", "pres",
    "prof", "pvt", "rep", "reps", "rev", "sen", "sens", "sgt", "sr", "st", "ste", "supt", "v", "viz", "vs",
];

/// Abbreviations that may also be the last word of a sentence.
const ANYWHERE: &[&str] = &[
    "a.m", "ave", "bros", "co", "corp", "dept", "div", "est", "etc", "inc", "jr", "ltd", "p.m", "plc",
    "ph.d", "llc",
];

/// Abbreviations of which a number is the rest.
const BEFORE_NUMBER: &[&str] = &[
    "apr", "aug", "dec", "feb", "fig", "jan", "jul", "jun", "mar", "no", "nos", "nov", "oct", "p", "para",
    "pp", "res", "sec", "sep", "sept",
];

/// Words that begin sentences far more often than they follow an abbreviation or an initial.
const STARTERS: &[&str] = &[
    "a",
    "according",
    "after",
    "all",
    "also",
    "although",
    "an",
    "and",
    "another",
    "as",
    "asked",
    "at",
    "because",
    "before",
    "both",
    "but",
    "by",
    "despite",
    "during",
    "earlier",
    "even",
    "for",
    "from",
    "he",
    "her",
    "his",
    "how",
    "however",
    "i",
    "if",
    "in",
    "instead",
    "it",
    "its",
    "last",
    "later",
    "many",
    "meanwhile",
    "more",
    "most",
    "no",
    "none",
    "not",
    "nobody",
    "on",
    "one",
    "only",
    "other",
    "others",
    "our",
    "she",
    "since",
    "so",
    "some",
    "such",
    "that",
    "the",
    "their",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "though",
    "to",
    "two",
    "under",
    "until",
    "we",
    "what",
    "when",
    "where",
    "whether",
    "which",
    "while",
    "who",
    "why",
    "with",
    "you",
    "yesterday",
];

/// Whether the full stop after `word` (without it) belongs to the word, given what follows.
pub(super) fn goes_on(word: &str, next: &str) -> bool {
    let lower = word.to_lowercase();
    let has = |list: &[&str], word: &str| list.binary_search(&word).is_ok() || list.contains(&word);
    let next_word: String = next.chars().take_while(|c| c.is_alphabetic()).collect();
    let number_follows = next.starts_with(|c: char| c.is_numeric());
    let starter_follows = has(STARTERS, &next_word.to_lowercase());
    if has(BEFORE_NAME, &lower) {
        return true;
    }
    let initials = is_initials(word);
    if has(BEFORE_NUMBER, &lower) && !initials && (number_follows || lower != "no") {
        return number_follows;
    }
    (has(ANYWHERE, &lower) || initials) && !starter_follows && next.starts_with(char::is_alphanumeric)
}

/// Whether what stands in brackets before a name is a title or says that one is held no more (`Col. (rtd.) Lund`).
pub(super) fn is_title(word: &str) -> bool {
    let lower = word.to_lowercase();
    BEFORE_NAME.contains(&lower.as_str()) || ["rtd", "retd", "ret"].contains(&lower.as_str())
}

/// Whether a word is one capital letter, or several with full stops between (`U.S`).
fn is_initials(word: &str) -> bool {
    let letters: Vec<&str> = word.split(['.', '-']).collect();
    !word.is_empty()
        && letters.iter().all(|part| {
            let mut chars = part.chars();
            matches!((chars.next(), chars.next()), (Some(c), None) if c.is_uppercase())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_stops_of_abbreviations_and_of_sentences() {
        for (word, next, expected) in [
            ("Gen", "Okoro", true),
            ("U.S", "Senate", true),
            ("U.S", "The", false),
            ("J", "K", true),
            ("P", "Kiggundu", true),
            ("K", "Adeyemi", true),
            ("B", "He", false),
            ("Inc", "Shares", true),
            ("p.m", "They", false),
            ("No", "5", true),
            ("no", "Nobody", false),
            ("Sept", "5", true),
            ("talks", "Reuters", false),
            ("", "The", false),
        ] {
            assert_eq!(goes_on(word, next), expected, "{word}. {next}");
        }
    }
}
