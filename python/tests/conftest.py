"""What the tests share. `DIXIT` names the command line whose bytes the package has to give."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

import dixit

ROOT = Path(__file__).parents[2]
FIXTURES = sorted((ROOT / "evaluation" / "fixtures").glob("*.txt"))
FILES = [*sorted((ROOT / "data" / "articles").glob("*.txt")), *FIXTURES]


def cli(*arguments: object) -> str:
    """What the command line prints."""
    program = os.environ.get("DIXIT", str(ROOT / "target" / "release" / "dixit"))
    command = [program, *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout.decode()


def text_of(path: Path) -> str:
    # Line ends are part of an article.
    return path.read_bytes().decode()


@pytest.fixture(scope="session")
def nlp() -> dixit.Pipeline:
    return dixit.load()


@pytest.fixture(scope="session")
def articles() -> list[dixit.Article]:
    return [dixit.Article(text_of(path), path.stem) for path in FILES]


@pytest.fixture(scope="session")
def lines() -> list[str]:
    """The command line's JSON Lines of the same articles."""
    return cli("annotate", "--format", "jsonl", *FILES).splitlines()
