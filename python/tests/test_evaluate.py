"""Evaluation: the report of the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import ROOT, cli

import dixit

FIXTURES = ROOT / "evaluation" / "fixtures"


@pytest.fixture(scope="module")
def files(nlp: dixit.Pipeline, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("evaluate")
    gold = list(dixit.read(FIXTURES))
    dixit.write(gold, folder / "gold.jsonl")
    dixit.write(nlp.pipe(dixit.Article(g.text, g.id, g.meta) for g in gold), folder / "predicted.jsonl")
    return folder / "gold.jsonl", folder / "predicted.jsonl"


def test_report_of_the_command_line(nlp: dixit.Pipeline, files: tuple[Path, Path]) -> None:
    gold, predicted = files
    options = ["--draws", "200", "--seed", "7", "--merge", "COUNTRY=LOC", "--errors", "3", "--format"]
    reports = [
        dixit.evaluate(FIXTURES, given, draws=200, seed=7, merge={"COUNTRY": "LOC"}, errors=3)
        for given in (predicted, dixit.read(predicted), nlp)
    ]
    for format in ("json", "text", "markdown", "html"):
        expected = cli("evaluate", gold, "--predictions", predicted, *options, format)
        for report in reports:
            assert report.render(format) == expected


def test_figures(files: tuple[Path, Path]) -> None:
    gold, predicted = files
    report = dixit.evaluate(gold, predicted, draws=100)
    figure = report["entities.f1"]
    assert figure.value is not None and figure.low is not None and figure.high is not None
    assert figure.low <= figure.value <= figure.high and figure.support > 0
    table = report.to_dataframe().set_index("name")
    assert table.loc["entities.f1", "value"] == figure.value
    assert set(table.index) == set(report.figures)
    assert json.loads(report.to_json()) == report.to_dict()
    perfect = dixit.evaluate(gold, gold, draws=0)
    assert perfect["entities.f1"].value == 1.0 and perfect["entities.f1"].low is None


@pytest.mark.parametrize(
    ("options", "message"),
    [({"allow": ["everything"]}, "overlaps, duplicates, labels"), ({"slices": ["colour"]}, "colour")],
)
def test_errors(files: tuple[Path, Path], options: dict[str, list[str]], message: str) -> None:
    with pytest.raises(dixit.DixitError, match=message):
        dixit.evaluate(*files, **options)  # type: ignore[arg-type]


def test_what_does_not_match(nlp: dixit.Pipeline, files: tuple[Path, Path]) -> None:
    gold = list(dixit.read(files[0]))
    with pytest.raises(dixit.DixitError):
        dixit.evaluate(gold, list(dixit.read(files[1]))[1:], draws=0)
    some = dixit.evaluate(gold, list(dixit.read(files[1]))[1:], draws=0, ignore_missing=True)
    assert some.to_dict()["documents"] == len(gold) - 1
    label = dixit.Annotation.from_dict(
        {"id": gold[0].id, "text": gold[0].text, "entities": [{"start": 0, "end": 4, "label": "THING"}]}
    )
    with pytest.raises(dixit.DixitError, match="THING"):
        dixit.evaluate(gold[:1], [label], draws=0)
    assert dixit.evaluate(gold[:1], [label], draws=0, allow=["labels"])["entities.f1"].value == 0.0
