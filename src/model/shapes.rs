//! Word shapes, fed to the encoder as token types, so that an uncased vocabulary still sees case.

/// What a word piece looks like in the original text, and whether it begins its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape(u8);

impl Shape {
    /// Number of shapes: seven looks, each for the first and for later pieces of a word.
    pub const COUNT: usize = 14;
    const LOWER: u8 = 0;
    const TITLE: u8 = 1;
    const UPPER: u8 = 2;
    const MIXED: u8 = 3;
    const DIGITS: u8 = 4;
    const ALPHANUMERIC: u8 = 5;
    const PUNCTUATION: u8 = 6;
    const LOOKS: u8 = 7;

    /// The shape of a piece of `word`. All pieces of a word share the look of the whole word.
    pub fn of(word: &str, first: bool) -> Self {
        let look = look(word);
        Self(if first { look } else { look + Self::LOOKS })
    }

    /// The shape of `[CLS]` and `[SEP]`.
    pub fn special() -> Self {
        Self(Self::PUNCTUATION)
    }

    /// The same piece, were its article written in lower case.
    pub fn lowered(self) -> Self {
        self.recased(Self::LOWER)
    }

    /// The same piece, were its article written in capitals.
    pub fn raised(self) -> Self {
        self.recased(Self::UPPER)
    }

    fn recased(self, look: u8) -> Self {
        let (own, later) = (self.0 % Self::LOOKS, self.0 / Self::LOOKS);
        match own {
            Self::LOWER | Self::TITLE | Self::UPPER | Self::MIXED => Self(look + later * Self::LOOKS),
            _ => self,
        }
    }

    /// Row of the type-embedding table.
    pub fn id(self) -> u8 {
        self.0
    }
}

fn look(word: &str) -> u8 {
    let (mut upper, mut lower, mut digits) = (0, 0, 0);
    let mut first_is_upper = false;
    for (i, c) in word.chars().filter(|c| c.is_alphanumeric()).enumerate() {
        if c.is_numeric() {
            digits += 1;
        } else if c.is_uppercase() {
            upper += 1;
            first_is_upper |= i == 0;
        } else {
            lower += 1;
        }
    }
    match (upper, lower, digits) {
        (0, 0, 0) => Shape::PUNCTUATION,
        (0, 0, _) => Shape::DIGITS,
        (_, _, d) if d > 0 => Shape::ALPHANUMERIC,
        (0, _, _) => Shape::LOWER,
        (_, 0, _) => Shape::UPPER,
        (1, _, _) if first_is_upper => Shape::TITLE,
        _ => Shape::MIXED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_of_words() {
        for (word, id) in [
            ("talks", 0),
            ("Élysée", 1),
            ("NATO", 2),
            ("U", 2),
            ("McGuire", 3),
            ("2026", 4),
            ("G7", 5),
            ("…", 6),
            ("محمد", 0),
        ] {
            assert_eq!(Shape::of(word, true).id(), id, "{word}");
            assert_eq!(Shape::of(word, false).id(), id + 7, "{word}");
        }
        assert!(usize::from(Shape::of("G7", false).id()) < Shape::COUNT);
    }
}
