//! Tag schemes as tables: which tag may start, continue and end a span after which (as seqeval 1.2.2 has them).

use super::seqeval::NO_LABEL;
use std::collections::BTreeSet;

/// A way to write spans as tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// I-, with B- only between touching spans of one label.
    Iob1,
    /// B- at every start.
    Iob2,
    /// I-, with E- only between touching spans of one label.
    Ioe1,
    /// E- at every end.
    Ioe2,
    /// B-, I-, E-, and S- for a single word.
    Iobes,
    /// B-, I-, L-, and U- for a single word.
    Bilou,
}

/// All schemes, with the names by which they are asked for.
pub const SCHEMES: &[(&str, Scheme)] = &[
    ("iob1", Scheme::Iob1),
    ("iob2", Scheme::Iob2),
    ("ioe1", Scheme::Ioe1),
    ("ioe2", Scheme::Ioe2),
    ("iobes", Scheme::Iobes),
    ("bilou", Scheme::Bilou),
];

/// A tag in its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    prefix: char,
    pub(super) label: &'a str,
}

impl<'a> Part<'a> {
    pub(super) const OUTSIDE: Part<'static> = Part {
        prefix: 'O',
        label: NO_LABEL,
    };

    pub(super) fn of(tag: &'a str) -> Self {
        let mut rest = tag.chars();
        let prefix = rest.next().unwrap_or('O');
        let label = rest.as_str().trim_matches('-');
        Part {
            prefix,
            label: if label.is_empty() { NO_LABEL } else { label },
        }
    }
}

/// Whether the labels of two neighbours matter.
#[derive(Clone, Copy)]
enum Label {
    Any,
    Same,
    Other,
}

/// Prefixes that the last tag may have, prefixes that the next may have, and how their labels stand.
type Row = (&'static str, &'static str, Label);

const ANY: &str = "IOBESUL";

impl Scheme {
    /// The name by which it is asked for.
    pub fn name(self) -> &'static str {
        SCHEMES
            .iter()
            .find(|(_, scheme)| *scheme == self)
            .map_or("", |(name, _)| name)
    }

    /// The scheme of gold tags, by the prefixes that they have; `None` where these fit none. IOB1 and IOE1 have no
    /// prefixes of their own and are never found.
    pub(super) fn of<'a>(tags: impl Iterator<Item = &'a str>) -> Option<Self> {
        let prefixes: BTreeSet<char> = tags.map(|tag| Part::of(tag).prefix).collect();
        let has = |prefix| prefixes.contains(&prefix);
        let only = |allowed: &str| prefixes.iter().all(|p| allowed.contains(*p));
        if has('B') && only("IOB") {
            Some(Self::Iob2)
        } else if has('E') && only("IOE") {
            Some(Self::Ioe2)
        } else if (has('B') && has('E') && only("IOBES")) || (has('S') && only("S")) {
            Some(Self::Iobes)
        } else if (has('B') && has('L') && only("IOBLU")) || (has('U') && only("U")) {
            Some(Self::Bilou)
        } else {
            None
        }
    }

    /// Whether the scheme has such tags.
    pub(super) fn allows(self, part: Part<'_>) -> bool {
        let prefixes = match self {
            Self::Iob1 | Self::Iob2 => "IOB",
            Self::Ioe1 | Self::Ioe2 => "IOE",
            Self::Iobes => "IOBES",
            Self::Bilou => "IOBLU",
        };
        prefixes.contains(part.prefix)
    }

    pub(super) fn starts(self, last: Part<'_>, next: Part<'_>) -> bool {
        use Label::{Any, Other, Same};
        let rows: &[Row] = match self {
            Self::Iob1 => &[("OB", "I", Any), ("I", "I", Other), ("IB", "B", Same)],
            Self::Iob2 => &[(ANY, "B", Any)],
            Self::Ioe1 => &[("OE", "I", Any), ("I", "I", Other), ("E", "E", Same)],
            Self::Ioe2 => &[("OE", "IE", Any), ("I", "IE", Other)],
            Self::Iobes => &[(ANY, "BS", Any)],
            Self::Bilou => &[(ANY, "BU", Any)],
        };
        fits(rows, last, next)
    }

    pub(super) fn goes_on(self, last: Part<'_>, next: Part<'_>) -> bool {
        let rows: &[Row] = match self {
            Self::Iob1 | Self::Iob2 => &[("BI", "I", Label::Same)],
            Self::Ioe1 | Self::Ioe2 => &[("I", "IE", Label::Same)],
            Self::Iobes => &[("BI", "IE", Label::Same)],
            Self::Bilou => &[("BI", "IL", Label::Same)],
        };
        fits(rows, last, next)
    }

    pub(super) fn ends(self, last: Part<'_>, next: Part<'_>) -> bool {
        use Label::{Any, Other, Same};
        let rows: &[Row] = match self {
            Self::Iob1 => &[
                ("I", "OB", Any),
                ("B", "O", Any),
                ("IB", "I", Other),
                ("B", "B", Same),
            ],
            Self::Iob2 => &[("IB", "OB", Any), ("IB", "I", Other)],
            Self::Ioe1 => &[("I", "O", Any), ("I", "IE", Other), ("E", "IE", Same)],
            Self::Ioe2 => &[("E", ANY, Any)],
            Self::Iobes => &[("SE", ANY, Any)],
            Self::Bilou => &[("UL", ANY, Any)],
        };
        fits(rows, last, next)
    }
}

fn fits(rows: &[Row], last: Part<'_>, next: Part<'_>) -> bool {
    rows.iter().any(|(before, after, label)| {
        before.contains(last.prefix)
            && after.contains(next.prefix)
            && match label {
                Label::Any => true,
                Label::Same => last.label == next.label,
                Label::Other => last.label != next.label,
            }
    })
}
