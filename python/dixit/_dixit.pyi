"""Types of the extension module; its users are the other files of this package."""

import os
from collections.abc import Iterator
from typing import final

from typing_extensions import Self

_Given = tuple[str, str, str | None]

class DixitError(Exception):
    """Something that dixit cannot do, and why."""

    article: str | None
    """Id of the article whose fault alone it is; others can be annotated. Set by what annotates."""

@final
class Annotation:
    @staticmethod
    def from_json(json: str) -> Annotation: ...
    @property
    def id(self) -> str: ...
    @property
    def text(self) -> str: ...
    def to_json(self, *, pretty: bool, offset_unit: str) -> str: ...
    def words(self) -> list[tuple[int, int]]: ...

@final
class Reader:
    def __iter__(self) -> Self: ...
    def __next__(self) -> Annotation: ...

@final
class Pipeline:
    def __new__(cls, path: str | os.PathLike[str], *, precision: str, threads: int | None) -> Pipeline: ...
    @property
    def provenance(self) -> tuple[str, str, str, str]: ...
    def annotate(self, given: _Given) -> Annotation: ...
    def annotate_many(self, articles: Iterator[_Given]) -> Many: ...

@final
class Many:
    def __iter__(self) -> Self: ...
    def __next__(self) -> Annotation: ...

@final
class Report:
    def render(self, format: str) -> str: ...

def read(path: str | os.PathLike[str]) -> Reader: ...
def table(annotations: list[Annotation], name: str) -> bytes: ...
def articles(ipc: bytes, id: str, text: str) -> tuple[list[tuple[str, str, str]], list[tuple[str | None, str]]]: ...
def evaluate(
    gold: list[Annotation],
    predicted: list[Annotation],
    *,
    merge: dict[str, str],
    labels: set[str] | None,
    threshold: float,
    slices: list[str],
    errors: int,
    draws: int | None,
    seed: int | None,
    allow: list[str],
    ignore_missing: bool,
    ignore_differing: bool,
) -> Report: ...
