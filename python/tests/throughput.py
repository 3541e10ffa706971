"""Articles a second of `nlp.pipe` and of `dixit batch` on the same texts, in turn.

python tests/throughput.py [ARTICLES] [ROUNDS]
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from conftest import FILES, cli, text_of

import dixit


def main(number: int = 360, rounds: int = 5) -> None:
    texts = [f"{text_of(FILES[row % len(FILES)])}\n\nDispatch {row}\n" for row in range(number)]
    shares = []
    with tempfile.TemporaryDirectory() as folder:
        source, output = Path(folder) / "in.jsonl", Path(folder) / "out.jsonl"
        lines = (json.dumps({"id": str(row), "text": text}) + "\n" for row, text in enumerate(texts))
        source.write_text("".join(lines), "utf-8")
        articles = [dixit.Article(text, str(row)) for row, text in enumerate(texts)]
        for _ in range(rounds):
            begun = time.perf_counter()
            cli("batch", source, "-o", output, "--force", "--quiet")
            batch = time.perf_counter() - begun
            begun = time.perf_counter()
            # Loading and writing are in the command line's time as well.
            dixit.write(dixit.load().pipe(articles), Path(folder) / "pipe.jsonl")
            pipe = time.perf_counter() - begun
            assert (Path(folder) / "pipe.jsonl").read_bytes() == output.read_bytes()
            print(f"batch {number / batch:.1f}, pipe {number / pipe:.1f} articles a second: {batch / pipe:.3f}")
            shares.append(batch / pipe)
    print(f"median share {statistics.median(shares):.3f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
