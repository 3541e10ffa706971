"""Loading a model and annotating with it."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar, overload

from dixit import _dixit
from dixit.annotation import Annotation, Provenance

MODEL = Path(__file__).parent / "models" / "news-en"
"""Folder of the model that comes with the package."""

Context = TypeVar("Context")


@dataclass(frozen=True)
class Article:
    """A text with an id and free metadata, both of which come out again."""

    text: str
    id: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)


def load(
    model: str | os.PathLike[str] = MODEL,
    *,
    threads: int | None = None,
    precision: Literal["int8", "f32"] = "int8",
) -> Pipeline:
    """Loads a model folder: by default the one of the package, on a thread per processor."""
    return Pipeline(model, threads=threads, precision=precision)


class Pipeline:
    """Reads articles with one model.

    Threads of Python may share it; others run while it computes. It can be pickled and lives on in a forked process:
    both load the model again from its folder.
    """

    def __init__(
        self,
        model: str | os.PathLike[str] = MODEL,
        *,
        threads: int | None = None,
        precision: Literal["int8", "f32"] = "int8",
    ) -> None:
        self._model = Path(model).absolute()
        self._threads = threads
        self._precision = precision
        self._load()

    def __call__(self, text: str | Article, *, id: str = "", meta: Mapping[str, Any] | None = None) -> Annotation:
        """Annotates one article."""
        article = text if isinstance(text, Article) else Article(text, id, meta or {})
        return Annotation(self._native().annotate(_given(article)))

    @overload
    def pipe(self, texts: Iterable[str | Article], *, as_tuples: Literal[False] = False) -> Iterator[Annotation]: ...

    @overload
    def pipe(
        self, texts: Iterable[tuple[str | Article, Context]], *, as_tuples: Literal[True]
    ) -> Iterator[tuple[Annotation, Context]]: ...

    def pipe(self, texts: Iterable[Any], *, as_tuples: bool = False) -> Iterator[Any]:
        """Annotates articles on all threads, in order, a few ahead of what is asked for.

        With `as_tuples`, takes pairs of a text and anything, and yields pairs of its annotation and that.
        """
        if not as_tuples:
            return map(Annotation, self._native().annotate_many(map(_given, texts)))
        contexts: deque[Any] = deque()

        def left() -> Iterator[str | Article]:
            for text, context in texts:
                contexts.append(context)
                yield text

        return ((annotation, contexts.popleft()) for annotation in self.pipe(left()))

    @property
    def provenance(self) -> Provenance:
        """What this pipeline stamps on its annotations."""
        return Provenance(*self._native().provenance)

    def _load(self) -> None:
        self._loaded = _dixit.Pipeline(self._model, precision=self._precision, threads=self._threads)
        self._process = os.getpid()

    def _native(self) -> _dixit.Pipeline:
        if self._process != os.getpid():
            # The threads stayed in the process that was forked. What is left is not to be taken down either.
            _left_behind.append(self._loaded)
            self._load()
        return self._loaded

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self._model, self._threads, self._precision)

    def __repr__(self) -> str:
        made = self.provenance
        return f"<Pipeline {made.model} on {made.engine}>"


_left_behind: list[_dixit.Pipeline] = []


def _again(model: Path, threads: int | None, precision: Literal["int8", "f32"]) -> Pipeline:
    return Pipeline(model, threads=threads, precision=precision)


def _given(text: str | Article) -> tuple[str, str, str | None]:
    if isinstance(text, Article):
        return text.id, text.text, json.dumps(dict(text.meta), ensure_ascii=False)
    if isinstance(text, str):
        return "", text, None
    raise TypeError(f"a str or a dixit.Article is expected, not {type(text).__name__}")
