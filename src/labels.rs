//! The labels that have behaviour of their own; all others are data of the model.

/// A named state or territory with an ISO 3166-1 code.
pub const COUNTRY: &str = "COUNTRY";
/// Every other named place.
pub const LOC: &str = "LOC";
/// Nationality, ethnic, religious or political group.
pub const NORP: &str = "NORP";
/// A named individual.
pub const PERSON: &str = "PERSON";
/// A named organisation.
pub const ORG: &str = "ORG";
/// Any other name: events, laws, works, products.
pub const MISC: &str = "MISC";

/// The claim type of a sentence in which nobody claims anything.
pub const NONE: &str = "none";

/// Attribution roles, in the order of the attribution head's tags.
pub const ROLES: [&str; 3] = ["SOURCE", "CUE", "CONTENT"];
/// Index of the words that name the speaker in [`ROLES`].
pub const SOURCE: usize = 0;
/// Index of the words that mark the attribution in [`ROLES`].
pub const CUE: usize = 1;
/// Index of what is attributed in [`ROLES`].
pub const CONTENT: usize = 2;

/// The claim type of a sentence that blames somebody.
pub const ACCUSATION: &str = "accusation";

/// What a claim type does to the one it is about: how views colour it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tone {
    /// Speaks against somebody.
    Conflict,
    /// Wants something, or says what will come.
    Pressure,
    /// Speaks for somebody, or promises.
    Cooperation,
    /// Says what is; also every type that is not known here.
    Plain,
}

impl Tone {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Conflict, Self::Pressure, Self::Cooperation, Self::Plain];

    /// The tone of a claim type.
    pub fn of(claim_type: &str) -> Self {
        match claim_type {
            ACCUSATION | "threat" | "denial" => Self::Conflict,
            "demand" | "prediction" => Self::Pressure,
            "support" | "commitment" => Self::Cooperation,
            _ => Self::Plain,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::Pressure => "pressure",
            Self::Cooperation => "cooperation",
            Self::Plain => "plain",
        }
    }
}
