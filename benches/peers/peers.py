#!/usr/bin/env python3
"""The engine beside its peers on the same texts, in turn; prints ratios. See README.md."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
VENV = ROOT / "target" / "peers"


def in_own_environment():
    """Makes the virtual environment where there is none, and goes on in it."""
    python = VENV / "bin" / "python"
    if Path(sys.prefix) == VENV:
        return
    ready = VENV / "ready"
    if not ready.exists():
        venv.create(VENV, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", HERE / "requirements.txt"], check=True)
        ready.touch()
    os.execv(python, [str(python), *sys.argv])


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--texts", type=int, default=18, help="how many articles (of 36)")
    parser.add_argument("--large-texts", type=int, default=1, help="how many of them at BERT-large size")
    parser.add_argument("--libtorch", type=Path, help="a dixit built with --features libtorch")
    return parser.parse_args()


def built():
    """Paths of the benchmark program and of dixit, built."""
    command = ["cargo", "build", "--release", "--bin", "dixit", "--bench", "engine", "--message-format", "json"]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    programs = {}
    for line in output.splitlines():
        message = json.loads(line)
        if message.get("executable"):
            programs[message["target"]["name"]] = message["executable"]
    return programs["engine"], programs["dixit"]


class Ours:
    """The benchmark program, which waits for commands and answers with seconds."""

    def __init__(self, program, threads, texts):
        command = [program, "serve", str(threads), texts]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.about = json.loads(self.process.stdout.readline())

    def seconds(self, command):
        print(command, file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline())


def timed(work):
    def seconds():
        begun = time.perf_counter()
        work()
        return time.perf_counter() - begun

    return seconds


def encoder(attention="sdpa"):
    """Our encoder as a `BertModel`."""
    import torch
    from safetensors.torch import load_file
    from transformers import BertConfig, BertModel

    folder = ROOT / "models" / "news-en"
    known = json.loads((folder / "config.json").read_text())
    known.pop("dixit")
    config = BertConfig(**known, attn_implementation=attention)
    model = BertModel(config, add_pooling_layer=False).eval()
    weights = load_file(folder / "model.safetensors")
    weights = {name: value.float() for name, value in weights.items() if not name.startswith("heads.")}
    missing, unexpected = model.load_state_dict(weights, strict=False)
    assert not unexpected and all("position_ids" in name for name in missing), (missing, unexpected)
    torch.set_grad_enabled(False)
    return model


def batches(windows, size=4):
    """Windows of like length, `size` at a time, padded: ids, types and mask."""
    import numpy

    windows = sorted(windows, key=lambda window: -len(window["ids"]))
    for first in range(0, len(windows), size):
        part = windows[first : first + size]
        ids, types, mask = (numpy.zeros((len(part), len(part[0]["ids"])), numpy.int64) for _ in range(3))
        for row, window in enumerate(part):
            length = len(window["ids"])
            ids[row, :length], types[row, :length], mask[row, :length] = window["ids"], window["types"], 1
        yield {"input_ids": ids, "token_type_ids": types, "attention_mask": mask}


def engines(windows, threads, folder):
    """Name and work of each peer that takes windows."""
    import onnxruntime
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    torch.set_num_threads(threads)
    model = encoder()
    inputs = list(batches(windows))
    tensors = [{name: torch.from_numpy(value) for name, value in batch.items()} for batch in inputs]
    yield "PyTorch f32", lambda: [model(**batch).last_hidden_state for batch in tensors]

    # The fused attention loses its mask when it is traced.
    traced = encoder("eager")

    class States(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = traced

        def forward(self, input_ids, token_type_ids, attention_mask):
            return self.model(
                input_ids=input_ids, token_type_ids=token_type_ids, attention_mask=attention_mask
            ).last_hidden_state

    names = list(inputs[0])
    full, small = folder / "f32.onnx", folder / "int8.onnx"
    torch.onnx.export(
        States(),
        tuple(tensors[0][name] for name in names),
        str(full),
        input_names=names,
        output_names=["states"],
        dynamic_axes={name: {0: "windows", 1: "pieces"} for name in [*names, "states"]},
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(full, small, per_channel=True, weight_type=QuantType.QInt8)
    for name, file in (("ONNX Runtime f32", full), ("ONNX Runtime int8", small)):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        states = session.run(None, inputs[0])[0]
        expected = model(**tensors[0]).last_hidden_state.numpy()
        seen = inputs[0]["attention_mask"] == 1
        error = abs(states - expected)[seen].mean() / abs(expected)[seen].mean()
        assert error < 0.15, f"{name} gives other states: {error}"
        yield name, lambda session=session: [session.run(None, batch) for batch in inputs]


def from_texts(texts, large_texts):
    """Name, work and number of texts of each peer that takes texts."""
    import logging

    import spacy
    from spacy.training import Example
    from transformers import BertConfig, BertForTokenClassification, BertTokenizerFast, pipeline

    logging.getLogger("transformers").setLevel(logging.ERROR)
    tokenizer = BertTokenizerFast(tokenizer_file=str(ROOT / "models" / "news-en" / "tokenizer.json"))
    # The pipeline cuts what is longer than the model: it gets overlapping parts.
    tokenizer.model_max_length = 512
    ours = BertForTokenClassification(BertConfig(**encoder().config.to_diff_dict(), num_labels=9)).eval()
    ours.bert.load_state_dict(encoder().state_dict(), strict=False)
    large = BertConfig(hidden_size=1024, num_hidden_layers=24, num_attention_heads=16, intermediate_size=4096, num_labels=9)
    for name, model, count in (
        ("Hugging Face pipeline, our encoder, entities", ours, len(texts)),
        ("Hugging Face pipeline, BERT-large, entities", BertForTokenClassification(large).eval(), large_texts),
    ):
        recognise = pipeline(
            "token-classification", model=model, tokenizer=tokenizer, stride=64, aggregation_strategy="first", device=-1
        )
        yield name, lambda recognise=recognise, count=count: recognise(texts[:count], batch_size=4), count

    nlp = spacy.blank("en")
    small = {
        "model": {
            "@architectures": "spacy.TransitionBasedParser.v2",
            "state_type": "ner",
            "extra_state_tokens": False,
            "hidden_width": 64,
            "maxout_pieces": 2,
            "use_upper": True,
            "tok2vec": {
                "@architectures": "spacy.Tok2Vec.v2",
                "embed": {
                    "@architectures": "spacy.MultiHashEmbed.v2",
                    "width": 96,
                    "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
                    "rows": [5000, 1000, 2500, 2500],
                    "include_static_vectors": False,
                },
                "encode": {
                    "@architectures": "spacy.MaxoutWindowEncoder.v2",
                    "width": 96,
                    "depth": 4,
                    "window_size": 1,
                    "maxout_pieces": 3,
                },
            },
        }
    }
    nlp.add_pipe("ner", config=small)
    text = "Ida Lund of Norway spoke."
    labels = ["PERSON", "NORP", "FAC", "ORG", "GPE", "LOC", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW", "LANGUAGE"]
    labels += ["DATE", "TIME", "PERCENT", "MONEY", "QUANTITY", "ORDINAL", "CARDINAL"]
    examples = [Example.from_dict(nlp.make_doc(text), {"entities": [(0, 8, label)]}) for label in labels]
    nlp.initialize(lambda: examples)
    yield "spaCy, layers of the small model, entities", lambda: list(nlp.pipe(texts)), len(texts)


# A process of its own: the peak of a child begins with that of its parent, which holds PyTorch.
MEASURE = """
import os, subprocess, sys, time
begun = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(time.perf_counter() - begun, usage.ru_maxrss / 1024)
sys.exit(status != 0)
"""


def program(command):
    """Seconds and peak memory in MB of a program run from its start to its end."""
    command = [sys.executable, "-c", MEASURE, *map(str, command)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, megabytes = map(float, done.stdout.split())
    return seconds, megabytes


def medians(measures, rounds):
    """Median seconds of each measure, all of them in turn; one round more to warm up."""
    seconds = {name: [] for name in measures}
    for round_ in range(rounds + 1):
        for name, measure in measures.items():
            taken = measure()
            if round_ > 0:
                seconds[name].append(taken)
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def table(title, unit, rates, own):
    print(f"{title}\n\n| what | {unit} | dixit is |\n| --- | --- | --- |")
    for name, rate in rates.items():
        ratio = "" if name == own else f"{rates[own] / rate:.2f} × as fast"
        print(f"| {name} | {rate:,.0f} | {ratio} |")
    print(flush=True)


def main():
    options = arguments()
    in_own_environment()
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    os.environ["HF_HUB_OFFLINE"] = "1"
    bench, dixit = built()
    files = sorted((ROOT / "evaluation" / "fixtures").glob("*.txt"))[: options.texts]
    texts = [file.read_text() for file in files]
    with tempfile.TemporaryDirectory() as place:
        place = Path(place)
        corpus = place / "texts.jsonl"
        corpus.write_text("".join(json.dumps({"id": f.stem, "text": t}) + "\n" for f, t in zip(files, texts)))
        ours = Ours(bench, options.threads, corpus)
        windows, words = ours.about["windows"], ours.about["words"]
        pieces = sum(len(window["ids"]) for window in windows)

        own = "dixit, engine alone, int8"
        measures = {own: lambda: ours.seconds("engine")}
        measures |= {name: timed(work) for name, work in engines(windows, options.threads, place)}
        seconds = medians(measures, options.rounds)
        rates = {name: pieces / taken for name, taken in seconds.items()}
        table(f"{pieces} pieces in {len(windows)} windows, {options.threads} threads", "pieces/s", rates, own)

        own = "dixit batch, all tasks"
        measures, share = {own: lambda: ours.seconds("batch")}, {own: 1.0}
        for name, work, count in from_texts(texts, options.large_texts):
            measures[name] = timed(work)
            share[name] = sum(len(text) for text in texts[:count]) / sum(len(text) for text in texts)
        if options.libtorch:
            model = ["--model", ROOT / "models" / "news-en", "--format", "jsonl"]
            for engine in ("native", "libtorch"):
                command = [options.libtorch, "annotate", *model, "--engine", engine]
                name = f"dixit annotate --engine {engine}"
                # Less what it takes to load the model and to read one article.
                measures[name] = lambda command=command: (
                    program([*command, *files])[0] - program([*command, files[0]])[0]
                )
                share[name] = 1 - len(texts[0]) / sum(len(text) for text in texts)
        seconds = medians(measures, options.rounds)
        rates = {name: words * share[name] / taken for name, taken in seconds.items()}
        table(f"{words} words in {len(texts)} articles, {options.threads} threads", "words/s", rates, own)

        article = place / "article.txt"
        article.write_text(" ".join("\n\n".join(texts).split(" ")[:1500]))
        command = [dixit, "annotate", "--model", ROOT / "models" / "news-en", "--format", "json", article]
        runs = [program(command) for _ in range(options.rounds)]
        cold, memory = (statistics.median(values) for values in zip(*runs))
        print(f"`dixit annotate` of an article of 1,500 words: {cold:.3f} s, {memory:.0f} MB at the most")


if __name__ == "__main__":
    main()
