"""Annotations as spaCy documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import spacy
from spacy.tokens import Doc
from spacy.util import get_words_and_spaces

if TYPE_CHECKING:
    from dixit.annotation import Annotation, Span


def document(annotation: Annotation, vocab: spacy.vocab.Vocab) -> Doc:
    """The annotation on dixit's own words, so that every span falls on tokens."""
    text = annotation.text
    words, spaces = get_words_and_spaces(
        [text[start:end] for start, end in annotation._native.words()], text
    )
    sentences = annotation.sentences
    doc = Doc(vocab, words=words, spaces=spaces, user_data={"dixit": annotation})

    def span(start: int, end: int, label: str, *, kb_id: str = "", span_id: str = "") -> spacy.tokens.Span:
        # Gold may cut words of its own; the tokens that it touches stand for them.
        return doc.char_span(
            start, end, label=label, kb_id=kb_id, span_id=span_id, alignment_mode="expand"
        )

    if sentences is not None:
        starts = {span(s.start, s.end, "").start for s in sentences}
        for token in doc:
            token.is_sent_start = token.i in starts or token.i == 0
    doc.ents = [span(e.start, e.end, e.label, kb_id=e.country or "") for e in annotation.entities or ()]
    doc.spans["claims"] = [
        span(claim.start, claim.end, claim.claim_type, span_id=str(index))
        for index, claim in enumerate(annotation.claims)
    ]

    def group(name: str, fragments: list[tuple[int, tuple[Span, ...]]]) -> None:
        doc.spans[name + "s"] = [
            span(start, end, name.upper(), span_id=str(id)) for id, spans in fragments for start, end in spans
        ]

    attributions = annotation.attributions or ()
    group("source", [(a.id, a.source) for a in attributions])
    group("cue", [(a.id, a.cue) for a in attributions])
    group("content", [(a.id, a.content) for a in attributions])
    return doc
