"""Many articles: in order, few ahead, with what came along."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

import dixit


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_bytes_and_order(articles: list[dixit.Article], lines: list[str], threads: int) -> None:
    nlp = dixit.load(threads=threads)
    assert [a.to_json() for a in nlp.pipe(articles)] == lines
    assert [a.to_json() for a in nlp.pipe(iter(articles[:1]))] == lines[:1]
    assert list(nlp.pipe([])) == []


def test_tuples(nlp: dixit.Pipeline, articles: list[dixit.Article]) -> None:
    pairs = [(article, {"row": row}) for row, article in enumerate(articles)]
    for row, (annotation, context) in enumerate(nlp.pipe(pairs, as_tuples=True)):
        assert context == {"row": row} and annotation.id == articles[row].id


def test_few_articles_are_taken_ahead() -> None:
    nlp = dixit.load(threads=2)
    taken = itertools.count()
    annotations = nlp.pipe(f"{next(taken)} people left Oslo." for _ in itertools.count())
    assert next(annotations).text.startswith("0 people")
    assert next(taken) < 2000


def test_an_exception_comes_after_what_was_before_it(nlp: dixit.Pipeline) -> None:
    def texts() -> Iterator[str]:
        yield "Ida Lund left."
        yield "Oslo slept."
        raise KeyError("no third")

    annotations = nlp.pipe(texts())
    assert [next(annotations).text, next(annotations).text] == ["Ida Lund left.", "Oslo slept."]
    with pytest.raises(KeyError, match="no third"):
        next(annotations)
    assert list(annotations) == []


def test_what_is_no_text_is_an_error(nlp: dixit.Pipeline) -> None:
    with pytest.raises(TypeError, match=r"a str or a dixit\.Article is expected, not int"):
        list(nlp.pipe(["Oslo.", 7]))  # type: ignore[list-item]


def test_a_generator_that_asks_itself(nlp: dixit.Pipeline) -> None:
    asked: list[Iterator[dixit.Annotation]] = []

    def texts() -> Iterator[str]:
        yield next(asked[0]).text

    asked.append(nlp.pipe(texts()))
    with pytest.raises(ValueError, match="already"):
        next(asked[0])


def test_one_that_is_left_early(nlp: dixit.Pipeline, articles: list[dixit.Article], lines: list[str]) -> None:
    for _ in range(3):
        assert next(nlp.pipe(articles)).to_json() == lines[0]
