"""What the checks of all tools share: articles, and what `dixit convert` makes of them."""

import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]

# Emoji, combining marks, CRLF, right-to-left text, and what has a meaning to some format.
HARD = "👩‍👧 Ida Lund’s café\u0301\r\nمرحبا، قال أحمد. “No|_*[1] -> \\n,” said O’Brien;\n\n😊 Oslo–Bergen  ok."


def hard():
    """An article of everything that makes offsets hard."""
    entity = lambda words, label: {"start": HARD.index(words), "end": HARD.index(words) + len(words), "label": label}
    content, source = entity("“No|_*[1] -> \\n,”", ""), entity("O’Brien", "")
    cue = entity("said", "")
    span = lambda item: [item["start"], item["end"]]
    return {
        "id": "set/hard 1",
        "text": HARD,
        "meta": {"date": "2026-01-02"},
        "entities": sorted(
            [
                entity("Ida Lund", "PERSON"),
                entity("أحمد", "PERSON"),
                entity("O’Brien", "PERSON"),
                entity("Oslo", "LOC"),
                entity("Bergen", "LOC"),
            ],
            key=lambda e: e["start"],
        ),
        "attributions": [{"source": [span(source)], "cue": [span(cue)], "content": [span(content)]}],
        "speakers": [{"name": "O’Brien", "kind": "person", "mentions": [span(source)]}],
        "claims": [
            {
                "start": content["start"],
                "end": source["end"],
                "claim_type": "denial",
                "speaker": 0,
                "quotation": "mixed",
                "attribution": 0,
            }
        ],
    }


class Case:
    """Articles of one kind, as dixit has them."""

    def __init__(self, dixit, name, path):
        self.dixit, self.name, self.path = dixit, name, path
        self.records = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]

    def to(self, name, *more):
        """The articles in another format: the path of the file or folder."""
        path = self.path.with_name(f"{self.name}-{name}{'-'.join(more)}")
        run(self.dixit, "convert", self.path, path, "--to", name, "--force", *more)
        return path

    def records_as_written(self):
        """The articles as dixit itself writes them."""
        return self.back(self.path, "jsonl")

    def back(self, path, name):
        """What dixit reads in a file that a tool has written."""
        out = self.path.with_name(f"{self.name}-{name}-back.jsonl")
        run(self.dixit, "convert", path, out, "--from", name, "--force")
        return [json.loads(line) for line in out.read_text(encoding="utf-8").split("\n") if line]


def run(*command):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{command}: {done.stderr}")


def cases(dixit, folder):
    """The fixtures as labelled by hand, as annotated by the model, and the hard article."""
    folder = pathlib.Path(folder)
    run(dixit, "fixtures", "export", "evaluation/fixtures", "-o", folder / "gold.jsonl")
    articles = sorted((ROOT / "evaluation/fixtures").glob("*.txt"))
    run(dixit, "annotate", *articles, "--format", "jsonl", "-o", folder / "predicted.jsonl")
    (folder / "hard.jsonl").write_text(json.dumps(hard()) + "\n", encoding="utf-8")
    return [Case(dixit, name, folder / f"{name}.jsonl") for name in ["gold", "predicted", "hard"]]


def entities(record):
    """Start, end, label of each entity."""
    return [(e["start"], e["end"], e["label"]) for e in record["entities"]]


def same(found, expected, what):
    """Ends the check where two things differ."""
    if found != expected:
        sys.exit(f"{what}: {found!r} where {expected!r} is expected")
