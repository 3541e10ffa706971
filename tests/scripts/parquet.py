"""Opens what `dixit batch` writes as Parquet with pandas, polars and DuckDB, and counts: all of them must find what the
JSON Lines hold, nested and in the flat tables.

    .ci/parquet target/release/dixit
"""

import json
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import duckdb
import pandas
import polars

import corpus


def expected(path):
    """Counts over JSON Lines."""
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {
        "articles": len(records),
        "labels": Counter(e["label"] for r in records for e in r["entities"]),
        "claims": Counter(c["claim_type"] for r in records for c in r["claims"]),
        "speakers": sum(len(r["speakers"]) for r in records),
        "sentences": sum(len(r["sentences"]) for r in records),
        "mentions": sum(len(s["mentions"]) for r in records for s in r["speakers"]),
        "targets": Counter(c["target"]["name"] for r in records for c in r["claims"] if c["target"]),
        "tokens": sum(r["coverage"]["tokens"] for r in records),
        "dates": Counter(r["meta"]["date"] for r in records),
    }


def with_pandas(path):
    frame = pandas.read_parquet(path)
    each = lambda column: (item for items in frame[column] for item in items)
    for text, entities in zip(frame["text"], frame["entities"]):
        for entity in entities:
            assert text[entity["start"] : entity["end"]] == entity["text"]
    return {
        "articles": len(frame),
        "labels": Counter(e["label"] for e in each("entities")),
        "claims": Counter(c["claim_type"] for c in each("claims")),
        "speakers": frame["speakers"].map(len).sum(),
        "sentences": frame["sentences"].map(len).sum(),
        "mentions": sum(len(s["mentions"]) for s in each("speakers")),
        "targets": Counter(c["target"]["name"] for c in each("claims") if c["target"]),
        "tokens": sum(c["tokens"] for c in frame["coverage"]),
        "dates": Counter(json.loads(m)["date"] for m in frame["meta"]),
    }


def with_polars(path):
    frame = polars.read_parquet(path)
    each = lambda column: frame.select(polars.col(column).explode()).drop_nulls().unnest(column)
    targets = each("claims")["target"].struct.field("name").drop_nulls()
    return {
        "articles": frame.height,
        "labels": Counter(each("entities")["label"].to_list()),
        "claims": Counter(each("claims")["claim_type"].to_list()),
        "speakers": frame["speakers"].list.len().sum(),
        "sentences": frame["sentences"].list.len().sum(),
        "mentions": each("speakers")["mentions"].list.len().sum(),
        "targets": Counter(targets.to_list()),
        "tokens": frame["coverage"].struct.field("tokens").sum(),
        "dates": Counter(frame["meta"].str.json_path_match("$.date").to_list()),
    }


def with_duckdb(path):
    ask = lambda query: duckdb.sql(query.format(path=f"'{path}'")).fetchall()
    tally = lambda query: Counter(dict(ask(query)))
    one = lambda query: ask(query)[0][0] or 0
    return {
        "articles": one("SELECT count(*) FROM {path}"),
        "labels": tally("SELECT e.label, count(*) FROM (SELECT unnest(entities) e FROM {path}) GROUP BY 1"),
        "claims": tally("SELECT c.claim_type, count(*) FROM (SELECT unnest(claims) c FROM {path}) GROUP BY 1"),
        "speakers": one("SELECT sum(len(speakers)) FROM {path}"),
        "sentences": one("SELECT sum(len(sentences)) FROM {path}"),
        "mentions": one("SELECT sum(len(s.mentions)) FROM (SELECT unnest(speakers) s FROM {path})"),
        "targets": tally(
            "SELECT c.target.name, count(*) FROM (SELECT unnest(claims) c FROM {path}) "
            "WHERE c.target.name IS NOT NULL GROUP BY 1"
        ),
        "tokens": one("SELECT sum(coverage.tokens) FROM {path}"),
        "dates": tally("SELECT json_extract_string(meta, '$.date'), count(*) FROM {path} GROUP BY 1"),
    }


def check_tables(folder, counts):
    """The flat tables, as CSV and as Parquet, hold the same rows."""
    table = lambda name, kind: folder / f"out.{'jsonl' if kind == 'csv' else 'parquet'}.{name}.{kind}"
    for name, rows in (
        ("documents", counts["articles"]),
        ("entities", sum(counts["labels"].values())),
        ("speakers", counts["speakers"]),
        ("claims", sum(counts["claims"].values())),
    ):
        csv = pandas.read_csv(table(name, "csv"), keep_default_na=False, na_values=[""])
        parquet = pandas.read_parquet(table(name, "parquet"))
        assert len(csv) == len(parquet) == rows, (name, len(csv), len(parquet), rows)
        assert list(csv.columns) == list(parquet.columns), name
        assert polars.read_parquet(table(name, "parquet")).height == rows
    joined = duckdb.sql(
        f"SELECT count(*) FROM '{table('claims', 'parquet')}' c JOIN '{table('documents', 'parquet')}' d "
        "ON c.document = d.id"
    )
    assert joined.fetchall() == [(sum(counts["claims"].values()),)]


def main():
    def add(parser):
        parser.add_argument("--articles", type=int, default=40)

    arguments = corpus.arguments(__doc__, add)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        corpus.write(folder / "in.jsonl", count=arguments.articles)
        for name in ("out.jsonl", "out.parquet"):
            command = [arguments.dixit, "batch", folder / "in.jsonl", "-o", folder / name, "--tables", "-q"]
            subprocess.run([*command, *arguments.options], check=True)
        counts = expected(folder / "out.jsonl")
        assert counts["labels"] and counts["claims"], "there is nothing to count"
        for read in (with_pandas, with_polars, with_duckdb):
            found = read(folder / "out.parquet")
            for name, value in counts.items():
                assert found[name] == value, (read.__name__, name, found[name], value)
        check_tables(folder, counts)
        print(f"pandas, polars and DuckDB find the same in {counts['articles']} articles")


if __name__ == "__main__":
    main()
