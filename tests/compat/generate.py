"""Makes the golden files of this folder by running the tools themselves.

    pip install seqeval==1.2.2 nervaluate==1.2.1 spacy==3.8.18 scipy
    pip download --no-deps --no-binary :all: seqeval==1.2.2      # its tests hold conlleval.pl, version 2004-01-26
    tar xzf seqeval-1.2.2.tar.gz
    python generate.py conlleval seqeval-1.2.2/tests/conlleval.pl
    python generate.py seqeval | seqeval-strict | semeval2013 | spacy
    pip install nervaluate==1.1.0
    python generate.py semeval2013-1.1.0                  # its defects, for the record

Every line of a golden file is one case with its input and what the tool made of it.
"""

import json
import math
import random
import subprocess
import sys
import warnings
from pathlib import Path

from cases import LABELS, cases, joined

HERE = Path(__file__).parent
# Of so many cases, one keeps what the tool printed beside the figures.
TEXT = 5


def write(tool, lines):
    with open(HERE / f"{tool}.jsonl", "w", encoding="utf-8") as out:
        for line in lines:
            out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def number(value):
    value = float(value)
    return None if math.isnan(value) else value


def conlleval(script):
    lines = []
    for name, _, gold, predicted in cases():
        rows = []
        for right, wrong in zip(gold, predicted):
            rows += [f"w {r} {w}" for r, w in zip(right, wrong)] + [""]
        done = subprocess.run(
            ["perl", script], input="\n".join(rows) + "\n", capture_output=True, text=True, check=True
        )
        lines.append({"name": name, "gold": joined(gold), "predicted": joined(predicted), "text": done.stdout})
    write("conlleval", lines)


def seqeval_lines(mode):
    from seqeval import scheme as schemes
    from seqeval.metrics import accuracy_score, classification_report

    strict = mode == "strict"
    every = ("iob1", "iob2", "iobes", "bilou", "ioe1", "ioe2") if strict else ("iob1", "iob2", "iobes", "bilou")
    for count, (name, scheme, gold, predicted) in enumerate(cases(every, 36 if strict else 60)):
        for given in ([scheme, None] if strict and scheme else [None]):
            line = {"name": name, "gold": joined(gold), "predicted": joined(predicted)}
            arguments = {}
            if strict:
                line["scheme"] = given
                arguments = {"mode": "strict", "scheme": getattr(schemes, given.upper()) if given else None}
            try:
                text = classification_report(gold, predicted, **arguments)
                if count % TEXT == 0:
                    line["text"] = text
                figures = classification_report(gold, predicted, output_dict=True, **arguments)
                # Precision, recall, F1 and support.
                line["figures"] = {row: [number(v) for v in values.values()] for row, values in figures.items()}
            except (ValueError, KeyError) as error:
                # Without any span the report fails on the width of its names, which are none.
                line["error"] = str(error).startswith("max()") and "no spans" or "scheme"
            if not strict:
                line["accuracy"] = accuracy_score(gold, predicted)
            yield line


SCENARIOS = ["ent_type", "exact", "partial", "strict"]


def overlap(gold, predicted):
    """Share of the gold span in per cent; spans are [label, start, end) here."""
    shared = min(gold[2], predicted[2]) - max(gold[1], predicted[1])
    return max(shared, 0) / (gold[2] - gold[1]) * 100


def best(gold, predicted, scenario):
    """Outcomes of an optimal matching, by a solver that has nothing to do with either implementation."""
    import numpy
    from scipy.optimize import linear_sum_assignment

    gold, predicted = sorted(set(map(tuple, gold))), sorted(set(map(tuple, predicted)))

    def worth(g, p):
        if overlap(g, p) < 1:
            return 0
        span, label = g[1:] == p[1:], g[0] == p[0]
        right = {"ent_type": label, "exact": span, "partial": span, "strict": span and label}[scenario]
        return 1000 if right else 1

    weights = numpy.array([[worth(g, p) for p in predicted] for g in gold]).reshape(len(gold), len(predicted))
    rows, columns = linear_sum_assignment(weights, maximize=True)
    found = [weights[r, c] for r, c in zip(rows, columns)]
    right, other = found.count(1000), found.count(1)
    half = scenario == "partial"
    missed, spurious = len(gold) - right - other, len(predicted) - right - other
    return [right, 0 if half else other, other if half else 0, missed, spurious]


def instances():
    """Documents of spans [label, start, end), from tags and from characters."""
    for name, scheme, gold, predicted in cases(("iob1", "iob2"), 60):
        if any(tag[0] not in "BIO" for sentence in gold + predicted for tag in sentence):
            continue
        yield {"name": name, "gold": joined(gold), "predicted": joined(predicted)}
    fixtures = {
        "README of 1.1.0, two documents": [
            ([["PER", 2, 5]], [["PER", 2, 5]]),
            ([["LOC", 1, 3], ["PER", 5, 7]], [["LOC", 1, 4], ["PER", 5, 8]]),
            ([["LOC", 0, 2], ["PER", 6, 8]], [["LOC", 0, 2], ["PER", 7, 8]]),
        ],
        "one document, one right and two partly": [
            ([["PER", 2, 5], ["LOC", 6, 8], ["PER", 10, 12]], [["PER", 2, 5], ["LOC", 6, 9], ["PER", 10, 13]])
        ],
        "order: part first": [([["PER", 0, 9]], [["PER", 0, 4], ["PER", 0, 9]])],
        "order: whole first": [([["PER", 0, 9]], [["PER", 0, 9], ["PER", 0, 4]])],
        "touching": [([["PER", 0, 5]], [["PER", 5, 9]])],
        "duplicate": [([["PER", 0, 5]], [["PER", 0, 5], ["PER", 0, 5]])],
        "nested": [([["ORG", 0, 20], ["LOC", 14, 20]], [["LOC", 14, 20]])],
        "two predictions in one gold span": [([["PER", 0, 10]], [["PER", 0, 4], ["PER", 5, 10]])],
        "one character of a long span": [([["PER", 0, 200]], [["PER", 0, 1]])],
        "two characters of a long span": [([["PER", 0, 200]], [["PER", 0, 2]])],
        "type takes the closest": [
            ([["PER", 0, 2], ["PER", 2, 10]], [["PER", 1, 7], ["PER", 7, 10]])
        ],
        "empty": [([], [])],
    }
    for name, documents in fixtures.items():
        yield {"name": name, "documents": documents}
    rng = random.Random(9)
    for count in range(120):
        documents = []
        for _ in range(rng.randint(1, 3)):
            def spans():
                found = []
                for _ in range(rng.randint(0, 5)):
                    start = rng.randint(0, 30)
                    found.append([rng.choice(LABELS[:3]), start, start + rng.randint(1, 12)])
                return found

            gold = spans()
            predicted = [s if rng.random() < 0.5 else [s[0], s[1], s[2] + 1] for s in gold] + spans()[:2]
            rng.shuffle(predicted)
            documents.append((gold, predicted))
        yield {"name": f"characters {count}", "documents": documents}


def semeval2013(file):
    from nervaluate import Evaluator

    def half_open(entities):
        return [[e.label, e.start, e.end + 1] for e in entities]

    def outcomes(result):
        r = result
        return [r.correct, r.incorrect, r.partial, r.missed, r.spurious, r.precision, r.recall, r.f1]

    lines = []
    for line in instances():
        if file != "semeval2013" and line["name"].split()[0] in ("iob1", "iob2", "characters"):
            continue
        if "documents" in line:
            dicts = lambda spans: [{"label": s[0], "start": s[1], "end": s[2] - 1} for s in spans]
            gold, predicted = ([dicts(d[side]) for d in line["documents"]] for side in (0, 1))
            loader = "dict"
        else:
            gold, predicted = ([s.split() for s in line[side].split("|")] for side in ("gold", "predicted"))
            loader = "list"
        tags = LABELS + ["NP", "GPE"]
        evaluator = Evaluator(gold, predicted, tags=tags, loader=loader)
        results = evaluator.evaluate()
        labels = sorted(results["entities"])
        if len(lines) % TEXT == 0:
            line["text"] = evaluator.summary_report()
        line["nervaluate"] = {s: outcomes(results["overall"][s]) for s in SCENARIOS}
        line["by_label"] = {
            f"{label}.{s}": outcomes(results["entities"][label][s])[:5] for label in labels for s in SCENARIOS
        }
        pairs = [(half_open(g), half_open(p)) for g, p in zip(evaluator.true, evaluator.pred)]

        def sums(scenario, label=None):
            only = lambda spans: [s for s in spans if label in (None, s[0])]
            return [sum(c) for c in zip(*(best(only(g), only(p), scenario) for g, p in pairs))]

        line["best"] = {s: sums(s) for s in SCENARIOS}
        line["best"] |= {f"{label}.{s}": sums(s, label) for label in labels for s in SCENARIOS}
        lines.append(line)
    # What people do: half-open character offsets, as they are, where both ends are taken to be inside.
    touching = [{"label": "PER", "start": 0, "end": 5}], [{"label": "PER", "start": 5, "end": 9}]
    results = Evaluator([touching[0]], [touching[1]], tags=["PER"], loader="dict").evaluate()["overall"]
    lines.append({
        "name": "touching, half-open",
        "documents": [([["PER", 0, 5]], [["PER", 5, 9]])],
        "nervaluate": {s: outcomes(results[s]) for s in SCENARIOS},
        "best": {s: [0, 0, 0, 1, 1] for s in SCENARIOS},
    })
    write(file, lines)


def spacy_lines():
    import contextlib
    import io

    import spacy
    from spacy.cli.evaluate import print_prf_per_type
    from spacy.scorer import get_ner_prf
    from spacy.tokens import Doc
    from spacy.training import Example
    from wasabi import Printer

    vocab = spacy.blank("xx").vocab
    rng = random.Random(5)

    def doc(words, tags):
        # A first tag I-, which Doc refuses, is what `spacy convert` makes it.
        ents = [None if t == "-" else t for t in tags]
        if ents[0] and ents[0][0] == "I":
            ents[0] = "B" + ents[0][1:]
        return Doc(vocab, words=words, ents=ents)

    for name, scheme, gold, predicted in cases(("iob1", "iob2"), 110):
        if any(tag[0] not in "BIO" for sentence in gold + predicted for tag in sentence):
            continue
        sentences, examples = [], []
        for right, wrong in zip(gold, predicted):
            words = [rng.choice(["Ida", "U.S.-led", "Ålby", "👩‍👩‍👧", "said", "İzmir"]) for _ in right]
            right = [t if rng.random() < 0.9 or scheme is None else "-" for t in right]
            sentence = {"gold": [words, right], "predicted": [words, wrong]}
            if scheme and rng.random() < 0.4:
                # The predictions cut words otherwise.
                cut, tags = [], []
                for word, tag in zip(words, wrong):
                    pieces = [word] if len(word) < 4 or rng.random() < 0.5 else [word[:2], word[2:]]
                    cut += pieces
                    tags += [tag] + (["I" + tag[1:] if tag != "O" else "O"] * (len(pieces) - 1))
                sentence["predicted"] = [cut, tags]
            sentences.append(sentence)
            docs = [doc(*sentence[side]) for side in ("predicted", "gold")]
            examples.append(Example(*docs))
        scores = get_ner_prf(examples)
        per_type = dict(sorted((scores["ents_per_type"] or {}).items()))
        figures = {key: scores[key] for key in ("ents_p", "ents_r", "ents_f")}
        figures |= {f"{label}.{k}": v for label, values in per_type.items() for k, v in values.items()}
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            msg = Printer(pretty=False)
            shown = {
                f"NER {k[-1].upper()}": "-" if scores[k] is None else f"{scores[k] * 100:.2f}"
                for k in ("ents_p", "ents_r", "ents_f")
            }
            msg.table(shown, title="Results")
            if per_type:
                print_prf_per_type(msg, per_type, "NER", "type")
        text = "\n".join(line.rstrip() for line in out.getvalue().strip().splitlines())
        yield {"name": name, "sentences": sentences, "figures": figures, "text": text}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    tool = sys.argv[1]
    if tool == "conlleval":
        conlleval(sys.argv[2])
    elif tool == "seqeval":
        write(tool, seqeval_lines(None))
    elif tool == "seqeval-strict":
        write(tool, seqeval_lines("strict"))
    elif tool.startswith("semeval2013"):
        semeval2013(tool)
    elif tool == "spacy":
        write(tool, spacy_lines())
    else:
        sys.exit(__doc__)
