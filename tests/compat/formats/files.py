"""conllu (CoNLL-U and CoNLL-U Plus), the WebAnno TSV reader of web-anno-tsv, datasets (Hugging Face), pandas (DNA, flat
tables, Prodigy's lines)."""

import io

import conllu
import datasets
import pandas
import web_anno_tsv

from common import entities, same

MISSING = {"keep_default_na": False}


def columns(case):
    for name in ["conllu", "conllup"]:
        text = case.to(name).read_text(encoding="utf-8")
        plus = name == "conllup"
        tags, forms = [], []
        for sentence in conllu.parse_incr(io.StringIO(text)):
            for token in sentence:
                tag = token["dixit:ner"] if plus else (token["misc"] or {}).get("NER", "O")
                tags.append(tag)
                forms.append(token["form"])
        found = [tag[2:] for tag in tags if tag.startswith("B-")]
        same(found, [e["label"] for r in case.records for e in r["entities"]], name)
        words = "".join("".join(r["text"].split()) for r in case.records)
        same("".join(forms), words, name)
    return len(forms)


def webanno(case):
    """Sentences, each token checked against the text by UTF-16 offsets. That reader leaves escapes in the text, so what
    has any is left out."""
    found = 0
    folder = case.to("webanno")
    for record in case.records:
        if set(record["text"]) & set("\\\r\t"):
            continue
        path = folder / (record["id"].replace("/", "%2F") + ".tsv")
        with web_anno_tsv.open_web_anno_tsv(str(path)) as file:
            found += sum(1 for _ in file)
    return found


def tables(case):
    folder = case.to("csv")
    read = {name: pandas.read_csv(folder / f"{name}.csv", **MISSING) for name in ["documents", "entities", "speakers", "claims"]}
    rows = read["entities"]
    for record in case.records:
        mine = rows[rows.document == record["id"]]
        same(list(zip(mine.start, mine.end, mine.label)), entities(record), record["id"])
    same(len(read["claims"]), sum(len(r["claims"]) for r in case.records), "claims")
    dna = pandas.read_csv(case.to("dna"), **MISSING)
    same({"person", "organization", "concept", "agreement"} - set(dna.columns), set(), "dna")
    texts = {record["id"]: record["text"] for record in case.records}
    for row in dna.itertuples():
        same(row.text, texts[row.document][row.start : row.stop], row.document)
    return len(dna)


def hugging_face(case):
    path = case.to("hugging-face")
    data = datasets.Dataset.from_json(str(path), cache_dir=str(path.with_suffix(".cache")))
    for row, record in zip(data, case.records, strict=True):
        same([(e["start"], e["end"], e["entity_group"]) for e in row["entities"]], entities(record), record["id"])
        same(len(row["tokens"]), len(row["ner_tags"]), record["id"])
    return sum(len(row["tokens"]) for row in data)


def prodigy(case):
    """Prodigy is not free; its documented rules: spans on token boundaries, relations by tokens."""
    tasks = pandas.read_json(case.to("prodigy"), lines=True)
    for task, record in zip(tasks.itertuples(), case.records, strict=True):
        starts, ends = {t["start"] for t in task.tokens}, {t["end"] for t in task.tokens}
        for token in task.tokens:
            same(task.text[token["start"] : token["end"]], token["text"], record["id"])
        for span in task.spans:
            first, last = task.tokens[span["token_start"]], task.tokens[span["token_end"]]
            same((first["start"], last["end"]), (span["start"], span["end"]), record["id"])
        for relation in task.relations:
            same(relation["head"], relation["head_span"]["token_end"], record["id"])
    return sum(len(spans) for spans in tasks.spans)


def check(case):
    return (
        f"{columns(case)} words in CoNLL-U, {webanno(case)} sentences in WebAnno TSV, {hugging_face(case)} words in "
        f"datasets, {tables(case)} DNA statements, {prodigy(case)} Prodigy spans"
    )
