"""Holding annotations against gold."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from dixit import _dixit
from dixit.annotation import Annotation, read
from dixit.pipeline import Article, Pipeline

if TYPE_CHECKING:
    import pandas

Annotated = str | os.PathLike[str] | Iterable[Annotation]


@dataclass(frozen=True)
class Figure:
    """One number of a report."""

    name: str
    """Metric, class where it is of one, measure; parted by dots: `entities.PERSON.f1`."""
    value: float | None
    """None where there was nothing to measure it on."""
    low: float | None
    """Lower end of its interval; None with fewer than two documents."""
    high: float | None
    support: int
    """Units that it rests on: predicted ones for a precision, gold ones for all others."""


class Report:
    """The result of an evaluation."""

    def __init__(self, native: _dixit.Report) -> None:
        """Not for users: `evaluate` makes reports."""
        self._native = native

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """All figures by name."""
        figures = {}
        for section in self.to_dict()["sections"]:
            for figure in section["figures"]:
                interval = figure["interval"] or {"low": None, "high": None}
                figures[figure["name"]] = Figure(
                    figure["name"], figure["value"], interval["low"], interval["high"], figure["support"]
                )
        return figures

    def __getitem__(self, name: str) -> Figure:
        return self.figures[name]

    def to_json(self) -> str:
        """The JSON that `dixit evaluate --format json` prints, byte for byte."""
        return self.render("json")

    def to_dict(self) -> dict[str, Any]:
        """The same as a dictionary."""
        report: dict[str, Any] = json.loads(self.to_json())
        return report

    def to_dataframe(self) -> pandas.DataFrame:
        """A row per figure."""
        import pandas

        return pandas.DataFrame(list(self.figures.values()))

    def render(self, format: Literal["text", "json", "markdown", "html"] = "text") -> str:
        """The report as `dixit evaluate --format` shows it."""
        return self._native.render(format)

    def __str__(self) -> str:
        return self.render()

    def _repr_markdown_(self) -> str:
        return self.render("markdown")


def evaluate(
    gold: Annotated,
    predicted: Annotated | Pipeline,
    *,
    merge: Mapping[str, str] | None = None,
    labels: Collection[str] | None = None,
    threshold: float = 0.5,
    slices: Collection[str] = (),
    errors: int = 0,
    draws: int | None = None,
    seed: int | None = None,
    allow: Collection[Literal["overlaps", "duplicates", "labels"]] = (),
    ignore_missing: bool = False,
    ignore_differing: bool = False,
) -> Report:
    """Scores predictions against gold, with confidence intervals from a bootstrap over documents.

    Both are annotations or a file of them (or a folder of fixtures); a pipeline is scored on the gold's own texts.
    Documents are matched by id; a layer that a gold document lacks is not scored in it.

    The options are those of `dixit evaluate`: `merge` counts one entity label as another, `labels` are those that
    count, `threshold` is the probability from which a sentence is worth fact-checking, `slices` are metadata fields by
    whose values the gold is scored in parts, `errors` is how many wrong entities to list, `draws` and `seed` are of the
    bootstrap, `allow` and the last two let pass what is an error otherwise.
    """
    gold = _annotations(gold)
    if isinstance(predicted, Pipeline):
        predicted = predicted.pipe(Article(a.text, a.id, a.meta) for a in gold)
    native = _dixit.evaluate(
        [annotation._native for annotation in gold],
        [annotation._native for annotation in _annotations(predicted)],
        merge=dict(merge or {}),
        labels=None if labels is None else set(labels),
        threshold=threshold,
        slices=list(slices),
        errors=errors,
        draws=draws,
        seed=seed,
        allow=list(allow),
        ignore_missing=ignore_missing,
        ignore_differing=ignore_differing,
    )
    return Report(native)


def _annotations(given: Annotated) -> list[Annotation]:
    return list(read(given) if isinstance(given, (str, os.PathLike)) else given)
