//! BIO tags over a list of labels (Ramshaw and Marcus 1995; the IOB2 variant).

/// Tags `O`, then `B-` and `I-` of each label: index 0 is `O`, `2i + 1` begins label `i`, `2i + 2` continues it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagSet {
    labels: Vec<String>,
}

impl TagSet {
    /// Index of `O`.
    pub const OUTSIDE: usize = 0;

    /// The tags over `labels`.
    pub fn new(labels: impl IntoIterator<Item = String>) -> Self {
        Self {
            labels: labels.into_iter().collect(),
        }
    }

    /// The labels, in order.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Number of tags.
    pub fn len(&self) -> usize {
        2 * self.labels.len() + 1
    }

    /// Whether there is no label.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Index of a label.
    pub fn label(&self, name: &str) -> Option<usize> {
        self.labels.iter().position(|l| l == name)
    }

    /// The tag that begins a span of label `label`.
    pub fn begin(label: usize) -> usize {
        2 * label + 1
    }

    /// The tag that continues a span of label `label`.
    pub fn inside(label: usize) -> usize {
        2 * label + 2
    }

    /// The label of a tag, `None` for `O`.
    pub fn label_of(tag: usize) -> Option<usize> {
        tag.checked_sub(1).map(|t| t / 2)
    }

    /// Whether `next` may follow `previous` (`None` at the start): `I-X` only after `B-X` or `I-X`.
    pub fn may_follow(previous: Option<usize>, next: usize) -> bool {
        let continues = next != Self::OUTSIDE && next.is_multiple_of(2);
        !continues
            || previous.is_some_and(|p| p != Self::OUTSIDE && Self::label_of(p) == Self::label_of(next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_follows_its_own_label_only() {
        let (b0, i0, b1, i1) = (1, 2, 3, 4);
        for (previous, next, allowed) in [
            (None, i0, false),
            (None, b0, true),
            (Some(0), i0, false),
            (Some(b0), i0, true),
            (Some(i0), i0, true),
            (Some(b0), i1, false),
            (Some(i0), b1, true),
            (Some(b1), 0, true),
        ] {
            assert_eq!(TagSet::may_follow(previous, next), allowed, "{previous:?} {next}");
        }
    }
}
