"""pandas and spaCy."""

from __future__ import annotations

from pathlib import Path

import pandas
import pytest
import spacy
from conftest import FILES, cli

import dixit


def test_tables_are_those_of_the_command_line(tmp_path: Path) -> None:
    cli("batch", *FILES, "-o", tmp_path / "a.parquet", "--tables", "--quiet")
    annotations = list(dixit.read(tmp_path / "a.parquet"))
    assert len(annotations) == len(FILES)
    for table in ("documents", "entities", "speakers", "claims"):
        expected = pandas.read_parquet(tmp_path / f"a.parquet.{table}.parquet", dtype_backend="numpy_nullable")
        pandas.testing.assert_frame_equal(dixit.to_dataframe(annotations, table), expected)
        assert len(expected) > 0
    one = annotations[0].to_dataframe()
    assert list(one["claim_type"]) == [c.claim_type for c in annotations[0].claims]
    assert list(one["speaker_name"].dropna()) == [c.speaker.name for c in annotations[0].claims if c.speaker]
    with pytest.raises(dixit.DixitError, match="documents, entities, speakers, claims"):
        dixit.to_dataframe(annotations, "quotes")  # type: ignore[arg-type]


def test_spacy(nlp: dixit.Pipeline, articles: list[dixit.Article]) -> None:
    vocab = spacy.blank("en").vocab
    for annotation in nlp.pipe([*articles, dixit.Article("\n 👩‍👧 Ida  Lund\u00a0left.\r\n\nOslo, Norway. ")]):
        doc = annotation.to_spacy(vocab)
        assert doc.text == annotation.text
        assert doc.user_data["dixit"] is annotation
        assert annotation.entities is not None and annotation.sentences is not None
        assert [(e.start_char, e.end_char, e.label_, e.kb_id_) for e in doc.ents] == [
            (e.start, e.end, e.label, e.country or "") for e in annotation.entities
        ]
        assert [(c.start_char, c.end_char, c.label_) for c in doc.spans["claims"]] == [
            (c.start, c.end, c.claim_type) for c in annotation.claims
        ]
        starts = {sentence.start_char for sentence in doc.sents}
        assert {s.start for s in annotation.sentences} <= starts | {annotation.sentences[0].start}
        assert annotation.attributions is not None
        cues = [(int(cue.id_), cue.start_char, cue.end_char) for cue in doc.spans["cues"]]
        assert cues == [(a.id, start, end) for a in annotation.attributions for start, end in a.cue]


def test_spacy_without_predictions() -> None:
    gold = dixit.Annotation.from_dict(
        {"id": "a", "text": "Oslo-based", "entities": [{"start": 0, "end": 4, "label": "LOC"}]}
    )
    doc = gold.to_spacy(spacy.blank("en").vocab)
    assert [e.text for e in doc.ents] == ["Oslo"] and not doc.has_annotation("SENT_START")
