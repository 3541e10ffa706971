"""Articles one by one: the bytes of the command line, and what the objects say."""

from __future__ import annotations

import multiprocessing
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import FILES, ROOT, cli, text_of

import dixit


def test_bytes_of_the_command_line(nlp: dixit.Pipeline, articles: list[dixit.Article], lines: list[str]) -> None:
    assert len(lines) == len(articles) > 30
    assert [nlp(article).to_json() for article in articles] == lines


@pytest.mark.parametrize("unit", ["codepoint", "utf16", "byte"])
def test_indented_bytes_in_every_unit(nlp: dixit.Pipeline, unit: str) -> None:
    article = nlp(text_of(FILES[0]), id=FILES[0].stem)
    expected = cli("annotate", FILES[0], "--format", "json", "--offset-unit", unit)
    assert article.to_json(pretty=True, offset_unit=unit) + "\n" == expected  # type: ignore[arg-type]


def test_precision(articles: list[dixit.Article]) -> None:
    nlp = dixit.load(ROOT / "models" / "news-en", precision="f32", threads=1)
    expected = cli("annotate", FILES[1], "--format", "jsonl", "--precision", "f32")
    assert nlp(articles[1]).to_json() + "\n" == expected
    assert nlp.provenance.engine == "native-f32"


def test_objects_say_what_the_json_says(nlp: dixit.Pipeline, articles: list[dixit.Article]) -> None:
    for article in articles:
        annotation = nlp(article)
        record = annotation.to_dict()
        text = article.text
        assert (annotation.id, annotation.text, annotation.meta) == (article.id, text, {})
        assert annotation.entities and annotation.sentences and annotation.attributions is not None
        unsaid = {"country_reason": None, "as_government": False}
        assert [vars(e) for e in annotation.entities] == [{**unsaid, **e} for e in record["entities"]]
        assert all(text[e.start : e.end] == e.text for e in annotation.entities)
        assert [c.text for c in annotation.claims] == [text[c.start : c.end] for c in annotation.claims]
        for claim, written in zip(annotation.claims, record["claims"], strict=True):
            assert (claim.speaker is None) == (claim.speaker_reason is not None)
            assert (claim.speaker.id if claim.speaker else None) == written["speaker"]
            assert (claim.attribution.id if claim.attribution else None) == written["attribution"]
        assert [s.name for s in annotation.speakers] == [s["name"] for s in record["speakers"]]
        assert [s.claim_type[0] for s in annotation.sentences] == [s["claim_type"] for s in record["sentences"]]
        assert [vars(c) for c in annotation.countries] == record["countries"]
        assert annotation.coverage is not None and annotation.coverage.read == annotation.coverage.tokens > 0
        assert annotation.provenance == nlp.provenance


def test_metadata_and_id_come_out_again(nlp: dixit.Pipeline) -> None:
    meta = {"page": 3, "tags": ["ä", None], "z": {"b": 0.1, "a": True}}
    annotation = nlp("Ida Lund left Oslo.", id="x", meta=meta)
    assert (annotation.id, annotation.meta, list(annotation.meta)) == ("x", meta, list(meta))


@pytest.mark.parametrize("text", ["", " \n", "\0", "👩‍👧" * 300, "word " * 3000, "a" * 20000, "مرحبا “no"])
def test_any_text(nlp: dixit.Pipeline, text: str) -> None:
    annotation = nlp(text)
    assert annotation.text == text
    assert annotation.coverage is not None and annotation.coverage.read == annotation.coverage.tokens


def test_there_and_back(nlp: dixit.Pipeline, articles: list[dixit.Article]) -> None:
    annotation = nlp(articles[0])
    for again in (
        dixit.Annotation.from_json(annotation.to_json()),
        dixit.Annotation.from_dict(annotation.to_dict()),
        pickle.loads(pickle.dumps(annotation)),
    ):
        assert again == annotation and hash(again) == hash(annotation)
    assert repr(annotation).startswith(f"<Annotation {articles[0].id!r}: ")


def test_files(nlp: dixit.Pipeline, articles: list[dixit.Article], lines: list[str], tmp_path: Path) -> None:
    written = tmp_path / "a.jsonl"
    dixit.write(map(nlp, articles[:4]), written)
    assert written.read_text("utf-8").splitlines() == lines[:4]
    cli("batch", *FILES[:4], "-o", tmp_path / "a.parquet")
    for path in (written, tmp_path / "a.parquet"):
        assert {a.text for a in dixit.read(path)} == {a.text for a in articles[:4]}
    fixtures = list(dixit.read(ROOT / "evaluation" / "fixtures"))
    assert len(fixtures) >= 30 and all(f.provenance is None and f.entities for f in fixtures)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: dixit.load("no/such/folder"), "a model folder holds config.json"),
        (lambda: dixit.load(threads=0), "0 threads"),
        (lambda: dixit.load(precision="int4"), "int8, f32"),  # type: ignore[arg-type]
        (lambda: dixit.Annotation.from_json("{"), "not a dixit record"),
        (
            lambda: dixit.Annotation.from_json(
                '{"id": "a", "text": "Oslo", "entities": [{"start": 0, "end": 9, "label": "LOC"}]}'
            ),
            'article "a": span 0..9 does not fit a text of 4 code points',
        ),
        (lambda: list(dixit.read("no.jsonl")), "cannot read no.jsonl"),
    ],
)
def test_errors_say_what_is_wrong(wrong: object, message: str) -> None:
    with pytest.raises(dixit.DixitError) as error:
        wrong()  # type: ignore[operator]
    assert message in str(error.value)


def test_other_threads_run_while_it_computes(nlp: dixit.Pipeline, articles: list[dixit.Article]) -> None:
    text = "\n\n".join(article.text for article in articles)
    done = threading.Event()

    def annotate() -> None:
        nlp(text)
        done.set()

    thread = threading.Thread(target=annotate)
    thread.start()
    turns = 0
    while not done.wait(0.001):
        turns += 1
    thread.join()
    # With the interpreter's lock held, this thread would have had its turn before and after only.
    assert turns > 20


def test_threads_share_a_pipeline(nlp: dixit.Pipeline, articles: list[dixit.Article], lines: list[str]) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert [a.to_json() for a in pool.map(nlp, articles[:12])] == lines[:12]


def _annotate(nlp: dixit.Pipeline, article: dixit.Article, answer: object) -> None:
    answer.put(nlp(article).to_json())  # type: ignore[attr-defined]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_other_processes(nlp: dixit.Pipeline, articles: list[dixit.Article], lines: list[str], method: str) -> None:
    context = multiprocessing.get_context(method)
    answer = context.Queue()
    process = context.Process(target=_annotate, args=(nlp, articles[0], answer))  # type: ignore[attr-defined]
    process.start()
    assert answer.get(timeout=60) == lines[0]
    process.join()


