"""Measures the shipped model anew and writes the figures into `evaluation/RESULTS.md` and the model card, in the rows that
stand there: after a change of what follows the model, when nothing is trained.

    python3 tests/scripts/figures.py target/release/dixit

The development files must be where `models/training/gold.toml` says. Prints what differs.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "models/news-en"
CONFIG = ROOT / "models/training/gold.toml"


def measure(program, gold, options=()):
    """The figures of the model on a gold file, by name."""
    command = [program, "evaluate", gold, "--model", MODEL, "--format", "json", *options]
    report = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return {figure["name"]: figure for section in report["sections"] for figure in section["figures"]}


def replaced(path, row, new):
    """Gives each line of a file that is a row of figures its new cells."""
    lines = path.read_text(encoding="utf-8").split("\n")
    for index, line in enumerate(lines):
        if found := row.match(line):
            lines[index] = new(found)
            if lines[index] != line:
                print(f"- {line}\n+ {lines[index]}")
    path.write_text("\n".join(lines), encoding="utf-8")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    program = sys.argv[1]
    measured = {}
    for dev in tomllib.loads(CONFIG.read_text())["dev"]:
        merges = [option for pair in dev.get("merge", {}).items() for option in ("--merge", "=".join(pair))]
        labels = ["--labels", ",".join(dev["labels"])] if "labels" in dev else []
        file = CONFIG.parent / dev["file"]
        threshold = json.loads((MODEL / "config.json").read_text())["dixit"]["check_worthy_threshold"]
        measured[file.name] = measure(program, file, [*merges, *labels, "--threshold", str(threshold)])

    def card(found):
        figure = measured[found["file"]][found["name"]]
        low, high = (figure["interval"][end] for end in ("low", "high"))
        interval = f"{low:.3f} – {high:.3f}"
        return f"| `{found['file']}` | {found['name']} | {figure['value']:.3f} | {interval} | {figure['support']} |"

    replaced(MODEL / "MODEL_CARD.md", re.compile(r"\| `(?P<file>[^`]+\.dev(test)?\.jsonl)` \| (?P<name>\S+) \|"), card)

    columns = [measure(program, ROOT / "evaluation/fixtures"), measured["wikinews.dev.jsonl"]]

    def results(found):
        cells = [found["about"], f" `{found['name']}` "]
        for column, old in zip(columns, (found["fixtures"], found["dev"])):
            figure = column.get(found["name"])
            if old.strip() == "–" or figure is None:
                cells.append(old)
            else:
                interval = figure["interval"]
                cells.append(f" {figure['value']:.3f} [{interval['low']:.3f}, {interval['high']:.3f}] ")
        return f"|{'|'.join(cells)}|"

    pattern = r"\|(?P<about>[^|]+)\| `(?P<name>[^`]+)` \|(?P<fixtures>[^|]+)\|(?P<dev>[^|]+)\|$"
    replaced(ROOT / "evaluation/RESULTS.md", re.compile(pattern), results)


if __name__ == "__main__":
    main()
