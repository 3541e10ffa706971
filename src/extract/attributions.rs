//! From source, cue and content spans to attributions. The cue is the anchor: contents go to the nearest cue, sources
//! to the cues that they stand beside.

use crate::annotation::Attribution;
use crate::labels::{CONTENT, CUE, SOURCE};
use crate::model::TaggedSpan;
use crate::span::Span;
use crate::text::Segments;

/// Farthest that a content may lie from its cue, in sentences.
const REACH: usize = 1;

/// A span found by the model, with what the linking needs of it.
struct Found {
    span: Span,
    words: std::ops::Range<usize>,
    sentences: (usize, usize),
    paragraph: usize,
    score: f32,
}

impl Found {
    /// Words between two spans; 0 where they touch or overlap.
    fn distance(&self, other: &Found) -> usize {
        self.words
            .start
            .saturating_sub(other.words.end)
            .max(other.words.start.saturating_sub(self.words.end))
    }

    /// Sentences between two spans; 0 where they share one.
    fn sentence_distance(&self, other: &Found) -> usize {
        self.sentences
            .0
            .saturating_sub(other.sentences.1)
            .max(other.sentences.0.saturating_sub(self.sentences.1))
    }
}

/// One attribution in the making, by indices into the found spans of each role.
#[derive(Default)]
struct Link {
    cue: Option<usize>,
    sources: Vec<usize>,
    contents: Vec<usize>,
}

/// Links spans labelled by role ([`crate::labels::ROLES`]) to attributions, by position.
///
/// Every cue makes one. A content that no cue reaches makes one of its own, with the source that stands in its
/// sentence, if any ("Minister: …").
pub fn attributions(text: &str, segments: &Segments, spans: &[TaggedSpan]) -> Vec<Attribution> {
    let of_role = |role: usize| -> Vec<Found> {
        spans
            .iter()
            .filter(|s| s.label == role)
            .filter_map(|s| found(segments, s))
            .collect()
    };
    let (sources, cues, contents) = (of_role(SOURCE), of_role(CUE), of_role(CONTENT));
    let mut links: Vec<Link> = (0..cues.len())
        .map(|cue| Link {
            cue: Some(cue),
            ..Link::default()
        })
        .collect();
    for (index, content) in contents.iter().enumerate() {
        match nearest(content, &cues) {
            Some(cue) => links[cue].contents.push(index),
            None => links.push(Link {
                contents: vec![index],
                ..Link::default()
            }),
        }
    }
    link_sources(&mut links, &sources, &cues, &contents);
    let mut out: Vec<Attribution> = links
        .iter()
        .map(|l| build(text, l, &sources, &cues, &contents))
        .collect();
    out.sort_by_key(|a| first(a).map(|s| (s.start, s.end)));
    out
}

fn found(segments: &Segments, span: &TaggedSpan) -> Option<Found> {
    let first = segments.words.get(span.words.start)?;
    let last = segments.words.get(span.words.end.checked_sub(1)?)?;
    let sentences = (
        segments.sentence_at(first.start)?,
        segments.sentence_at(last.start)?,
    );
    Some(Found {
        span: first.cover(*last),
        words: span.words.clone(),
        paragraph: segments.sentences[sentences.0].paragraph,
        sentences,
        score: span.score,
    })
}

/// The cue that a content belongs to: the nearest in words of those in reach, the one before on a tie.
fn nearest(content: &Found, cues: &[Found]) -> Option<usize> {
    cues.iter()
        .enumerate()
        .filter(|(_, cue)| cue.paragraph == content.paragraph && cue.sentence_distance(content) <= REACH)
        .min_by_key(|(_, cue)| (cue.sentence_distance(content), cue.distance(content)))
        .map(|(index, _)| index)
}

/// Gives each source to the nearest link of its sentence that has none; then lets links without a source share one
/// that stands in the cue's sentence ("X denied …, adding …").
fn link_sources(links: &mut [Link], sources: &[Found], cues: &[Found], contents: &[Found]) {
    let distance = |link: &Link, source: &Found| {
        let anchor = match link.cue {
            Some(cue) => &cues[cue],
            None => &contents[*link.contents.first()?],
        };
        (anchor.sentence_distance(source) == 0).then(|| anchor.distance(source))
    };
    let mut pairs: Vec<(usize, usize, usize)> = Vec::new();
    for (s, source) in sources.iter().enumerate() {
        for (l, link) in links.iter().enumerate() {
            if let Some(words) = distance(link, source) {
                pairs.push((words, s, l));
            }
        }
    }
    pairs.sort_unstable();
    let mut used = vec![false; sources.len()];
    for &(_, source, link) in &pairs {
        if !used[source] && links[link].sources.is_empty() {
            used[source] = true;
            links[link].sources.push(source);
        }
    }
    for &(_, source, link) in &pairs {
        if links[link].sources.is_empty() {
            links[link].sources.push(source);
        }
    }
}

fn build(text: &str, link: &Link, sources: &[Found], cues: &[Found], contents: &[Found]) -> Attribution {
    let parts = || {
        let sources = link.sources.iter().map(|&i| &sources[i]);
        sources
            .chain(link.cue.iter().map(|&i| &cues[i]))
            .chain(link.contents.iter().map(|&i| &contents[i]))
    };
    let (count, logs) = parts().fold((0, 0.0), |(n, sum), f| (n + 1, sum + f.score.ln()));
    let sources = link.sources.iter().map(|&i| sources[i].span.trimmed(text));
    let contents: Vec<&Found> = link.contents.iter().map(|&i| &contents[i]).collect();
    Attribution {
        source: sources.collect(),
        cue: link.cue.iter().map(|&i| cues[i].span).collect(),
        content: stretches(&contents).map(|span| span.trimmed(text)).collect(),
        score: (count > 0).then(|| (logs / count as f32).exp()),
    }
}

/// The contents of one attribution, by position: sentence after sentence of a paragraph is one stretch.
fn stretches(contents: &[&Found]) -> impl Iterator<Item = Span> {
    contents
        .chunk_by(|a, b| a.words.end == b.words.start && a.paragraph == b.paragraph)
        .filter_map(|run| Some(run.first()?.span.cover(run.last()?.span)))
}

fn first(attribution: &Attribution) -> Option<Span> {
    attribution
        .source
        .iter()
        .chain(&attribution.cue)
        .chain(&attribution.content)
        .min()
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::segment;

    /// Spans are written as `<S …>`, `<U …>` (cue) and `<C …>`; the result as `source|cue|content+content` per line.
    fn linked(marked: &str) -> Vec<String> {
        let mut text = String::new();
        let mut open = Vec::new();
        let mut marks = Vec::new();
        let mut rest = marked;
        while let Some(c) = rest.chars().next() {
            if let Some(role) = ["<S ", "<U ", "<C "].iter().position(|m| rest.starts_with(m)) {
                open.push((role, text.len()));
                rest = &rest[3..];
                continue;
            }
            if c == '>' {
                let (role, start) = open.pop().unwrap();
                marks.push((role, Span::new(start, text.len())));
            } else {
                text.push(c);
            }
            rest = &rest[c.len_utf8()..];
        }
        let segments = segment(&text);
        let mut spans: Vec<TaggedSpan> = marks
            .into_iter()
            .map(|(label, span)| TaggedSpan {
                words: segments.words_in(span),
                label,
                score: 0.9,
                labels: Vec::new(),
            })
            .collect();
        spans.sort_by_key(|s| s.words.start);
        let join = |spans: &[Span]| spans.iter().map(|s| s.of(&text)).collect::<Vec<_>>().join("+");
        attributions(&text, &segments, &spans)
            .iter()
            .map(|a| format!("{}|{}|{}", join(&a.source), join(&a.cue), join(&a.content)))
            .collect()
    }

    #[test]
    fn plain_inverted_and_split() {
        assert_eq!(
            linked("<S Ana Reis> <U said> <C the port would open>."),
            ["Ana Reis|said|the port would open"]
        );
        assert_eq!(
            linked("<C “It is open,”> <U said> <S Reis>."),
            ["Reis|said|“It is open,”"]
        );
        assert_eq!(
            linked("<C “It is,”> <U said> <S Reis>, <C “open.”>"),
            ["Reis|said|“It is,”+“open.”"]
        );
        assert_eq!(
            linked("<U According to> <S Reis>, <C it is open>."),
            ["Reis|According to|it is open"]
        );
    }

    #[test]
    fn two_cues_share_a_source_where_there_is_one() {
        assert_eq!(
            linked("<S Reis> <U denied> <C the claim>, <U adding> that <C it was old>."),
            ["Reis|denied|the claim", "Reis|adding|it was old"]
        );
        assert_eq!(
            linked("<S Reis> <U said> <C yes>, but <S Lund> <U said> <C no>."),
            ["Reis|said|yes", "Lund|said|no"]
        );
    }

    #[test]
    fn a_content_goes_on_over_sentences_but_not_paragraphs() {
        assert_eq!(
            linked("<S Reis> <U said>: <C “It is open.> <C It will stay so.”>"),
            ["Reis|said|“It is open. It will stay so.”"]
        );
        assert_eq!(
            linked("<S Reis> <U said> <C it is open>, <C and will stay so>."),
            ["Reis|said|it is open+and will stay so"]
        );
    }

    #[test]
    fn contents_without_a_cue_stay() {
        assert_eq!(
            linked("<S Minister Reis>: <C “Never again”>"),
            ["Minister Reis||“Never again”"]
        );
        assert_eq!(
            linked("<S Reis> <U said> <C it is open>.\n\n<C “It will stay so.”>"),
            ["Reis|said|it is open", "||“It will stay so.”"]
        );
    }
}
