//! Why a claim has this speaker and target, and a speaker this role and country: the candidates with their scores, as text.

use dixit::annotation::Annotation;
use dixit::extract::{Candidate, Choice, Rankings, Subject};
use dixit::span::Span;
use std::fmt::Write;

/// Candidates shown of each choice.
const SHOWN: usize = 4;
/// Reasons shown of each candidate.
const REASONS: usize = 4;
/// Characters of a claim that are shown.
const EXCERPT: usize = 90;

/// The choices of an article, claim by claim, then speaker by speaker.
pub(super) fn text(annotation: &Annotation, choices: &[Choice], rankings: &Rankings) -> String {
    let mut out = String::new();
    for claim in &annotation.claims {
        let _ = writeln!(out, "\n{}", excerpt(annotation, claim.span));
        for choice in choices {
            match choice.subject {
                Subject::Speaker(span) if span == claim.span => list(&mut out, "speaker", choice, rankings),
                Subject::Target(span) if span == claim.span => list(&mut out, "target", choice, rankings),
                _ => {}
            }
        }
        if let Some(reason) = &claim.speaker_reason {
            let _ = writeln!(out, "  no speaker: {reason}");
        }
    }
    for choice in choices {
        let (id, what) = match choice.subject {
            Subject::Role(id) => (id, "role"),
            Subject::Country(id) => (id, "country"),
            _ => continue,
        };
        if let Some(speaker) = annotation.speakers.get(id) {
            let _ = writeln!(out, "\n{}", speaker.name);
            list(&mut out, what, choice, rankings);
        }
    }
    out
}

fn excerpt(annotation: &Annotation, span: Span) -> String {
    let words = span
        .of(&annotation.text)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    match words.char_indices().nth(EXCERPT) {
        Some((cut, _)) => format!("“{}…”", &words[..cut]),
        None => format!("“{words}”"),
    }
}

fn list(out: &mut String, what: &str, choice: &Choice, rankings: &Rankings) {
    let mut ranked: Vec<&Candidate> = choice.candidates.iter().collect();
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score));
    let _ = writeln!(out, "  {what} ({})", choice.kind);
    for candidate in ranked.into_iter().take(SHOWN) {
        let reasons: Vec<String> = (rankings.reasons(choice.kind, candidate).iter().take(REASONS))
            .filter(|(_, add)| add.abs() >= 0.05)
            .map(|(name, add)| format!("{name} {add:+.1}"))
            .collect();
        let name = candidate.name.as_deref().unwrap_or("none");
        let _ = writeln!(
            out,
            "    {:5.1} %  {name}: {}",
            100.0 * candidate.score,
            reasons.join(", ")
        );
    }
}
