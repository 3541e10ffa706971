"""Annotates a table on a Spark cluster, partition by partition.

The package has to be installed where the executors run. A Python process of an executor loads the model once, and
reads on one thread, since Spark starts a process for each core. Records are by the rules of `dixit batch` on the same
table: its columns other than id and text become metadata, a row that is no article has a reason instead of an
annotation. Only that an id occurs twice, which `dixit batch` rejects, no partition can see.
"""

from __future__ import annotations

import argparse
import functools
import io
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pyarrow

import dixit
from dixit import _dixit
from dixit.pipeline import MODEL, Pipeline

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SCHEMA = "id string, annotation string, reason string"
"""Columns of an annotated table."""

_ARROW = pyarrow.schema([(name, pyarrow.string()) for name in ("id", "annotation", "reason")])
# Rows that are handed back to Spark together.
_ROWS = 64

_Row = tuple[str | None, str | None, str | None]


def annotate(
    frame: DataFrame, *, id: str = "id", text: str = "text", model: str | None = None, threads: int = 1
) -> DataFrame:
    """The table with, for each row of `frame`, its id and either its annotation, as the line that `dixit batch` writes
    for it, or the reason why there is none. `id` and `text` are names of columns; `model` is a folder on the executors,
    by default the model of the package."""
    for name in (id, text):
        if name not in frame.columns:
            raise dixit.DixitError(f"no column {name!r}; there are {', '.join(frame.columns)}")
    rows = functools.partial(_annotate, id=id, text=text, model=model, threads=threads)
    return frame.mapInArrow(rows, SCHEMA)


def _annotate(
    batches: Iterable[pyarrow.RecordBatch], *, id: str, text: str, model: str | None, threads: int
) -> Iterator[pyarrow.RecordBatch]:
    rows: list[_Row] = []
    for row in _rows(batches, id, text, _loaded(model, threads)):
        rows.append(row)
        if len(rows) == _ROWS:
            yield _batch(rows)
            rows.clear()
    yield _batch(rows)


@functools.cache
def _loaded(model: str | None, threads: int) -> Pipeline:
    return dixit.load(MODEL if model is None else model, threads=threads)


def _rows(
    batches: Iterable[pyarrow.RecordBatch], id: str, text: str, pipeline: Pipeline
) -> Iterator[_Row]:
    faults: list[_Row] = []

    def articles() -> Iterator[tuple[str, str, str | None]]:
        for batch in batches:
            good, bad = _dixit.articles(_ipc(batch), id, text)
            faults.extend((id_, None, reason) for id_, reason in bad)
            yield from good

    annotations = pipeline._native().annotate_many(articles())
    while True:
        try:
            annotation = next(annotations)
            yield annotation.id, annotation.to_json(pretty=False, offset_unit="codepoint"), None
        except StopIteration:
            break
        except dixit.DixitError as error:
            if getattr(error, "article", None) is None:
                raise
            yield error.article, None, str(error)
    yield from faults


def _ipc(batch: pyarrow.RecordBatch) -> bytes:
    sink = io.BytesIO()
    with pyarrow.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    return sink.getvalue()


def _batch(rows: list[_Row]) -> pyarrow.RecordBatch:
    columns = zip(*rows) if rows else ([], [], [])
    return pyarrow.record_batch([pyarrow.array(column, pyarrow.string()) for column in columns], schema=_ARROW)


def main() -> int:
    """The job: see --help."""
    parser = argparse.ArgumentParser(
        prog="spark-submit spark.py",
        description="Annotates a Parquet table into a Parquet table with the columns " + SCHEMA + ".",
        epilog="Exit codes: 0 all annotated, 1 failed, 2 usage, 3 some rows were rejected (see their reasons).",
    )
    parser.add_argument("input", help="Parquet file or folder, where the executors see it")
    parser.add_argument("output", help="folder to write; an error if it is there")
    parser.add_argument("--id-field", default="id", metavar="NAME", help="column that holds the id")
    parser.add_argument("--text-field", default="text", metavar="NAME", help="column that holds the text")
    parser.add_argument("--model", metavar="DIR", help="model folder on the executors [default: the package's]")
    parser.add_argument(
        "--partitions",
        type=int,
        metavar="N",
        help="parts that are computed, and lost with an executor, on their own [default: 8 for each core]",
    )
    arguments = parser.parse_args()

    from pyspark.sql import SparkSession

    # Under spark-submit this file is __main__; a function of the module is sent by its name, and keeps its cache.
    from dixit.spark import annotate

    with SparkSession.builder.appName("dixit").getOrCreate() as spark:
        # Few rows at a time: what bounds the memory.
        spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "256")
        frame = spark.read.parquet(arguments.input)
        parts = arguments.partitions or 8 * spark.sparkContext.defaultParallelism
        annotated = annotate(
            frame.repartition(parts), id=arguments.id_field, text=arguments.text_field, model=arguments.model
        )
        annotated.write.parquet(arguments.output)
        written = spark.read.parquet(arguments.output)
        rejected = written.where("reason is not null").count()
        print(f"{written.count() - rejected} articles annotated, {rejected} rejected")
    return 3 if rejected else 0


if __name__ == "__main__":
    sys.exit(main())
