"""Runs every snippet of the guide, in order, in one interpreter and folder, and compares what they print. With
`REWRITE=1` in the environment what they print goes into the guide instead, after a change of the model."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

GUIDE = Path(__file__).parents[1] / "README.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("data", "evaluation", "models"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    program = Path(os.environ.get("DIXIT", ROOT / "target" / "release" / "dixit"))
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    names: dict[str, object] = {}
    printed, run = "", 0
    guide = GUIDE.read_text("utf-8")
    for language, body in BLOCK.findall(guide):
        if language == "python":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(body, f"{GUIDE.name}: {body[:40]!r}", "exec"), names)
            printed, run = out.getvalue(), run + 1
        elif language == "bash":
            done = subprocess.run(["bash", "-euc", body], capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{body}\n{done.stderr}"
            printed, run = done.stdout, run + 1
        elif language == "text":
            if os.environ.get("REWRITE"):
                guide = guide.replace(f"```text\n{body}```", f"```text\n{printed}```", 1)
            else:
                assert printed == body
            printed = ""
        else:
            assert language == "console" and "pip install" in body, language
    assert run >= 8
    if os.environ.get("REWRITE"):
        GUIDE.write_text(guide, "utf-8")
