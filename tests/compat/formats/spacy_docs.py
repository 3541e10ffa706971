"""spaCy: Doc.from_json with its validation, a DocBin there and back, and the CoNLL converter of its command line."""

import json

import spacy
from spacy.tokens import Doc, DocBin
from spacy.training.converters import conll_ner_to_docs

from common import entities, same

Doc.set_extension("dixit", default=None)


def check(case):
    nlp = spacy.blank("en")
    docs = []
    lines = case.to("spacy").read_text(encoding="utf-8").split("\n")
    for line in filter(None, lines):
        doc = Doc(nlp.vocab).from_json(json.loads(line), validate=True)
        doc._.dixit = json.loads(line)["dixit"]
        docs.append(doc)
    stored = DocBin(store_user_data=True, docs=docs).to_bytes()
    for doc, record in zip(DocBin().from_bytes(stored).get_docs(nlp.vocab), case.records, strict=True):
        same(doc.text, record["text"], record["id"])
        same([(e.start_char, e.end_char, e.label_) for e in doc.ents], entities(record), record["id"])
        claims = sorted((s.start_char, s.end_char, s.label_) for s in doc.spans["claims"])
        expected = sorted((c["start"], c["end"], "CLAIM:" + c["claim_type"]) for c in record["claims"])
        same(claims, expected, record["id"])
        same(len(doc.spans["sentences"]), len(record.get("sentences", [])), record["id"])
    path = case.path.with_name("spacy-again.jsonl")
    again = [doc.to_json(underscore=["dixit"]) for doc in docs]
    path.write_text("".join(json.dumps(doc) + "\n" for doc in again), encoding="utf-8")
    same(case.back(path, "spacy"), case.records_as_written(), "what spaCy writes, read again")

    text = case.to("conll").read_text(encoding="utf-8")
    found = [e.label_ for doc in conll_ner_to_docs(text, no_print=True) for e in doc.ents]
    same(found, [e["label"] for r in case.records for e in r["entities"]], "conll")
    return f"{len(docs)} Docs, {sum(len(d.ents) for d in docs)} entities, a DocBin of {len(stored)} bytes"
