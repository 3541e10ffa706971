"""Annotates articles on a Spark cluster and with `dixit batch`, and compares the bytes.

python tests/spark_run.py --articles 5000 --workers 2 --kill
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pyarrow
import pyarrow.parquet
from cluster import Cluster, Worker
from conftest import FILES, cli, text_of

import dixit.spark


@dataclass(frozen=True)
class Run:
    """What a run came to."""

    code: int
    """Exit code of the job."""
    seconds: float
    same: bool
    """Whether the job's lines, sorted by id, are those of `dixit batch`."""
    done_when_killed: int
    """Partitions that the killed worker had computed by then."""
    left_when_killed: int
    """Partitions that were not there yet then."""


def corpus(path: Path, number: int) -> None:
    """Short articles: each has a paragraph of each of two of ours, and some have metadata. No two are the same."""
    paragraphs = [[p for p in text_of(file).split("\n\n") if p.strip()] for file in FILES]
    rows = []
    for row in range(number):
        first, second = paragraphs[row % len(FILES)], paragraphs[(row // len(FILES)) % len(FILES)]
        turn = row // len(FILES)
        text = f"Dispatch {row}\n\n{first[turn % len(first)]}\n\n{second[(turn * 7 + row) % len(second)]}\n"
        page = None if row % 5 == 0 else row % 17
        rows.append({"id": f"article-{row:06}", "text": text, "page": page, "tags": ["a", "é"][: row % 3]})
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)


def run(folder: Path, articles: int, *, workers: int, partitions: int, kill: bool) -> Run:
    """Both on the same articles; with `kill`, the first worker is ended when it has finished two partitions."""
    source, output = folder / "articles.parquet", folder / "annotated.parquet"
    corpus(source, articles)
    cli("batch", source, "-o", folder / "expected.jsonl", "--quiet")
    with Cluster(folder, workers) as cluster:
        begun = time.monotonic()
        job = cluster.submit(dixit.spark.__file__, source, output, "--partitions", partitions)
        done, left = _kill(cluster.workers[0], job, output, partitions) if kill else (0, 0)
        job.communicate()
        seconds = time.monotonic() - begun
    same = False
    if job.returncode == 0:
        table = pyarrow.parquet.read_table(output).sort_by("id")
        expected = (folder / "expected.jsonl").read_text("utf-8").splitlines()
        same = table["annotation"].to_pylist() == expected and len(expected) == articles
    return Run(job.returncode, seconds, same, done, left)


def _kill(worker: Worker, job: subprocess.Popen[str], output: Path, partitions: int) -> tuple[int, int]:
    while worker.partitions() < 2:
        if job.poll() is not None:
            return worker.partitions(), 0
        time.sleep(0.05)
    worker.kill()
    there = len(list(output.glob("_temporary/0/task_*/*.parquet")))
    return worker.partitions(), partitions - there


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=5000)
    parser.add_argument("--workers", type=int, default=2, help="workers of one core each")
    parser.add_argument("--partitions", type=int, default=50)
    parser.add_argument("--kill", action="store_true", help="end the first worker in mid-run")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    done = run(
        folder,
        arguments.articles,
        workers=arguments.workers,
        partitions=arguments.partitions,
        kill=arguments.kill,
    )
    print(done)
    if done.code == 0 and done.same:
        shutil.rmtree(folder)
        return 0
    print(f"see {folder}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
