"""The job on a cluster of a master and two workers, one of which is killed in mid-run."""

from __future__ import annotations

from pathlib import Path

import pyarrow
import spark_run

import dixit
import dixit.spark


def test_bytes_of_the_command_line_after_a_worker_was_killed(tmp_path: Path) -> None:
    done = spark_run.run(tmp_path, 320, workers=2, partitions=16, kill=True)
    log = (tmp_path / "submit.log").read_text()
    assert done.code == 0, log
    assert done.same
    # It did die in mid-run: after some of the work, and before the rest.
    assert done.done_when_killed >= 2 and done.left_when_killed >= 4, done
    assert "Lost executor" in log


def test_rows_that_are_no_articles_and_a_model_that_is_loaded_once(nlp: dixit.Pipeline) -> None:
    table = pyarrow.table(
        {
            "key": [1, 2, None, 4],
            "body": ["Ida Lund left Oslo.", " ", "x", "“No,” said Ida Lund."],
            "page": [None, 1, 2, 3],
        }
    )
    misses = dixit.spark._loaded.cache_info().misses
    for _ in range(2):
        batches = dixit.spark._annotate(table.to_batches(max_chunksize=3), id="key", text="body", model=None, threads=1)
        rows = {row["id"]: row for batch in batches for row in batch.to_pylist()}
        for article in (
            dixit.Article("Ida Lund left Oslo.", "1", {"page": None}),
            dixit.Article("“No,” said Ida Lund.", "4", {"page": 3}),
        ):
            assert rows[article.id]["annotation"] == nlp(article).to_json()
            assert rows[article.id]["reason"] is None
        assert rows["2"] == {"id": "2", "annotation": None, "reason": "the text is empty"}
        assert rows[None]["reason"] == '"key" is neither a string nor a number'
    assert dixit.spark._loaded.cache_info().misses == misses + 1
