"""Time and peak resident memory of `dixit evaluate` over 100,000 documents of 20 entities each, and the time over 1,000.

    python3 tests/scripts/scoring.py target/release/dixit
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LABELS = ["PERSON", "ORG", "COUNTRY", "LOC", "NORP", "MISC"]
ENTITIES = 20


def documents(count):
    """Gold and prediction; of the entities, some are missed, some have another label or end, some are made up."""
    draw = random.Random(1)
    for number in range(count):
        words = [draw.choice(("Ida", "Nordsund", "Ålby", "said", "the", "harbour", "of")) for _ in range(8 * ENTITIES)]
        ease = draw.betavariate(8, 2)
        starts, length = [], 0
        for word in words:
            starts.append(length)
            length += len(word) + 1
        gold, predicted = [], []
        for place in range(0, len(words), 8):
            start, label = starts[place], draw.choice(LABELS)
            entity = {"start": start, "end": start + len(words[place]), "label": label}
            gold.append(entity)
            if draw.random() < ease:
                predicted.append(entity | {"score": 0.9})
            elif draw.random() < 0.5:
                changed = {"label": draw.choice(LABELS)} if draw.random() < 0.5 else {"end": start + 1}
                predicted.append(entity | changed | {"score": 0.6})
            if draw.random() > ease:
                made_up = starts[place + 4]
                predicted.append({"start": made_up, "end": made_up + 2, "label": draw.choice(LABELS), "score": 0.5})
        record = {"id": f"d{number}", "text": " ".join(words)}
        yield record | {"entities": gold}, record | {"entities": predicted}


def write(folder, count):
    files = folder / "gold.jsonl", folder / "predicted.jsonl"
    with open(files[0], "w", encoding="utf-8") as gold, open(files[1], "w", encoding="utf-8") as predicted:
        for pair in documents(count):
            for out, record in zip((gold, predicted), pair):
                out.write(json.dumps(record, ensure_ascii=False) + "\n")
    return files


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dixit", type=Path)
    parser.add_argument("--megabytes", type=int, default=1000, help="limit of memory")
    arguments = parser.parse_args()
    failed = False
    for count, limit in ((1_000, 2), (100_000, 60)):
        with tempfile.TemporaryDirectory() as folder:
            gold, predicted = write(Path(folder), count)
            command = [arguments.dixit.resolve(), "evaluate", gold, "--predictions", predicted, "--format", "json"]
            begun = time.monotonic()
            child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(child.pid, 0)
            seconds, peak = time.monotonic() - begun, usage.ru_maxrss * 1024 / 1_000_000
            if status != 0:
                sys.exit(f"dixit ended with status {status}")
            print(f"{count} documents: {seconds:.2f} s, peak of {peak:.0f} MB", flush=True)
            failed |= seconds > limit or peak > arguments.megabytes
    if failed:
        sys.exit("over the limits of 2 s for 1,000 documents, 60 s for 100,000, or memory")


if __name__ == "__main__":
    main()
