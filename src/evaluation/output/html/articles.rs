//! Articles with the mistakes of a layer in their place.

use super::super::super::{Errors, Layer, LayerErrors, Mistake};
use super::super::table::mentions;
use crate::span::Span;
use maud::{Markup, html};
use std::collections::BTreeSet;

/// The articles of the mistakes that are listed, in the order of the list.
pub(super) fn articles(layer: &LayerErrors, errors: &Errors) -> Markup {
    let mut documents: Vec<&str> = Vec::new();
    for mistake in &layer.worst {
        if !documents.contains(&mistake.document.as_str()) {
            documents.push(&mistake.document);
        }
    }
    html! {
        p { mark.gold { "gold" } ", " mark.found { "predicted" } ", " mark.both { "both" } }
        @for document in documents {
            details open {
                summary { h3 { (document) } }
                @if let Some(text) = errors.texts.get(document) {
                    p.article dir="auto" { (article(text, layer.layer, &of(layer, document))) }
                }
            }
        }
    }
}

/// The mistakes of a document, with their numbers in the list.
fn of<'a>(errors: &'a LayerErrors, document: &str) -> Vec<(usize, &'a Mistake)> {
    (errors.worst.iter().enumerate())
        .filter(|(_, mistake)| mistake.document == document)
        .map(|(index, mistake)| (index + 1, mistake))
        .collect()
}

/// The text, cut wherever a unit begins or ends.
fn article(text: &str, layer: Layer, mistakes: &[(usize, &Mistake)]) -> Markup {
    let spans = |mistake: &Mistake| -> Vec<Span> {
        let mentions = mistake.gold.iter().chain(&mistake.predicted);
        mentions.map(|mention| mention.span).collect()
    };
    let mut cuts = BTreeSet::from([0, text.len()]);
    for span in mistakes.iter().flat_map(|(_, mistake)| spans(mistake)) {
        cuts.extend([span.start, span.end]);
    }
    let cuts: Vec<usize> = cuts.into_iter().collect();
    let pieces = cuts.windows(2).map(|cut| Span::new(cut[0], cut[1]));
    let begins = |piece: Span| {
        (mistakes.iter()).filter(move |(_, m)| spans(m).iter().map(|s| s.start).min() == Some(piece.start))
    };
    let covered = |piece: Span, gold: bool| {
        let sides = (mistakes.iter()).flat_map(|(_, m)| if gold { &m.gold } else { &m.predicted });
        sides.into_iter().any(|mention| mention.span.contains(piece))
    };
    html! {
        @for piece in pieces {
            @for (number, mistake) in begins(piece) { (place(*number, layer, mistake)) }
            @match (covered(piece, true), covered(piece, false)) {
                (false, false) => (piece.of(text)),
                (true, false) => mark.gold { (piece.of(text)) },
                (false, true) => mark.found { (piece.of(text)) },
                (true, true) => mark.both { (piece.of(text)) },
            }
        }
    }
}

/// The number of a mistake where it begins, which leads back to the list.
fn place(number: usize, layer: Layer, mistake: &Mistake) -> Markup {
    let about = format!(
        "{number}: {}, gold {}, predicted {}",
        mistake.kind.name(),
        mentions(layer, &mistake.gold),
        mentions(layer, &mistake.predicted)
    );
    html! {
        a.place id={ "place-" (layer.name()) "-" (number) } href={ "#error-" (layer.name()) "-" (number) }
            title=(about) aria-label=(about) { (number) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::{ErrorKind, Mention};

    #[test]
    fn overlapping_entities_are_cut_and_text_is_escaped() {
        let text = "<b>Ida</b> & Lund left";
        let mention = |start: usize, end: usize| Mention {
            start,
            end,
            span: Span::new(start, end),
            label: "PER".to_owned(),
            text: text[start..end].to_owned(),
            score: None,
        };
        let mistake = Mistake {
            kind: ErrorKind::Boundary,
            cost: 2,
            document: "a".to_owned(),
            gold: vec![mention(3, 17)],
            predicted: vec![mention(13, 22)],
            before: String::new(),
            text: String::new(),
            after: String::new(),
        };
        let shown = article(text, Layer::Entities, &[(1, &mistake)]).into_string();
        let (before, after) = shown.split_once("<a ").unwrap();
        assert_eq!(before, "&lt;b&gt;");
        let (_, after) = after.split_once("</a>").unwrap();
        assert_eq!(
            after,
            "<mark class=\"gold\">Ida&lt;/b&gt; &amp; </mark><mark class=\"both\">Lund</mark>\
             <mark class=\"found\"> left</mark>"
        );
    }
}
