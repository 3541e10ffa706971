//! Dates of articles, and the steps of a time line.

/// A date as far as it is known; the parts of ISO 8601.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Year, 0 to 9999.
    year: u16,
    /// Month, from 1.
    month: Option<u8>,
    /// Day, from 1.
    day: Option<u8>,
}

/// The length of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Day,
    Month,
    Year,
}

/// Steps that a time line has room for.
pub(super) const STEPS: usize = 62;

impl Date {
    /// Reads `2026`, `2026-03`, `2026-03-09`, and the last one with a time after it (RFC 3339).
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let date = match text.as_bytes().get(10) {
            None => text,
            Some(b'T' | b't' | b' ') => text.get(..10)?,
            Some(_) => return None,
        };
        let mut parts = date.split('-');
        let year = digits(parts.next()?, 4)?;
        let month = parts
            .next()
            .map(|part| digits(part, 2))
            .map_or(Some(None), |m| m.map(Some))?;
        let day = parts
            .next()
            .map(|part| digits(part, 2))
            .map_or(Some(None), |d| d.map(Some))?;
        let date = Self {
            year,
            month: month.map(|month| month as u8),
            day: day.map(|day| day as u8),
        };
        let valid = date.month.is_none_or(|month| (1..=12).contains(&month))
            && date.day.is_none_or(|day| (1..=date.days()).contains(&day));
        (parts.next().is_none() && valid).then_some(date)
    }

    /// Days of its month.
    fn days(self) -> u8 {
        let leap =
            self.year.is_multiple_of(4) && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        match self.month {
            Some(2) if leap => 29,
            Some(2) => 28,
            Some(4 | 6 | 9 | 11) => 30,
            _ => 31,
        }
    }

    /// The step that it lies in; `None` where the date is not that exact.
    pub(super) fn step(self, step: Step) -> Option<Self> {
        match step {
            Step::Day => self.day.map(|_| self),
            Step::Month => self.month.map(|_| Self { day: None, ..self }),
            Step::Year => Some(Self {
                month: None,
                day: None,
                ..self
            }),
        }
    }

    /// The step after it.
    fn next(self) -> Self {
        match (self.month, self.day) {
            (_, Some(day)) if day < self.days() => Self {
                day: Some(day + 1),
                ..self
            },
            (Some(month), day) if month < 12 => Self {
                month: Some(month + 1),
                day: day.map(|_| 1),
                ..self
            },
            (month, day) => Self {
                year: self.year.saturating_add(1),
                month: month.map(|_| 1),
                day: day.map(|_| 1),
            },
        }
    }
}

/// A number of so many digits.
fn digits(text: &str, length: usize) -> Option<u16> {
    let all = text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
    if all { text.parse().ok() } else { None }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}", self.year)?;
        for part in self.month.into_iter().chain(self.day) {
            write!(f, "-{part:02}")?;
        }
        Ok(())
    }
}

/// The finest steps that a line has room for and that at least half of the articles can be placed in. `dated` has dates
/// with their articles.
pub(super) fn step(dated: &[(Date, u64)]) -> Step {
    let all: u64 = dated.iter().map(|(_, articles)| articles).sum();
    let fits = |step: &Step| {
        let placed = dated
            .iter()
            .filter_map(|(date, articles)| Some((date.step(*step)?, articles)));
        let articles: u64 = placed.clone().map(|(_, articles)| articles).sum();
        2 * articles >= all && line(placed.map(|(date, _)| date)).nth(STEPS).is_none()
    };
    [Step::Day, Step::Month]
        .into_iter()
        .find(fits)
        .unwrap_or(Step::Year)
}

/// All steps from the first to the last, those without an article too.
pub(super) fn line(steps: impl Iterator<Item = Date> + Clone) -> impl Iterator<Item = Date> {
    let last = steps.clone().max();
    std::iter::successors(steps.min(), move |date| {
        Some(date.next()).filter(|next| Some(*next) <= last)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_or_refused() {
        for (text, expected) in [
            ("2026", Some("2026")),
            ("2026-03", Some("2026-03")),
            (" 2026-03-09", Some("2026-03-09")),
            ("2026-03-09T10:00:00Z", Some("2026-03-09")),
            ("2024-02-29 10:00", Some("2024-02-29")),
            ("2026-02-29", None),
            ("2026-13", None),
            ("2026-00-01", None),
            ("2026-03-09x", None),
            ("2026-03-09-1", None),
            ("26-03-09", None),
            ("9 March 2026", None),
            ("", None),
            ("２０２６", None),
        ] {
            assert_eq!(
                Date::parse(text).map(|date| date.to_string()).as_deref(),
                expected,
                "{text}"
            );
        }
    }

    fn dated(texts: &[&str]) -> Vec<(Date, u64)> {
        texts.iter().map(|text| (Date::parse(text).unwrap(), 1)).collect()
    }

    #[test]
    fn steps_follow_range_and_precision() {
        for (texts, expected) in [
            (&["2026-03-09", "2026-04-01"][..], Step::Day),
            (&["2026-03-09", "2027-04-01"], Step::Month),
            (&["1990-03-09", "2027-04-01"], Step::Year),
            (&["2026-03-09", "2026", "2026"], Step::Year),
            (&["2026-03-09", "2026"], Step::Day),
        ] {
            assert_eq!(step(&dated(texts)), expected, "{texts:?}");
        }
    }

    #[test]
    fn lines_have_no_gaps() {
        let named = |texts: &[&str]| -> Vec<String> {
            let steps = dated(texts);
            line(steps.iter().map(|(date, _)| *date))
                .map(|date| date.to_string())
                .collect()
        };
        assert_eq!(
            named(&["2024-03-01", "2024-02-28"]),
            ["2024-02-28", "2024-02-29", "2024-03-01"]
        );
        assert_eq!(
            named(&["2025-11", "2026-02"]),
            ["2025-11", "2025-12", "2026-01", "2026-02"]
        );
        assert_eq!(named(&["2025-12-31", "2026-01-01"]).len(), 2);
        assert_eq!(named(&["2025", "2026"]), ["2025", "2026"]);
        assert!(named(&[]).is_empty());
    }
}
