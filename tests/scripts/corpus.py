"""Corpora of any size, made of the sample articles in data/articles: every text different, the same for a seed."""

import argparse
import json
import random
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def paragraphs():
    """All paragraphs of the sample articles."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "data/articles").glob("*.txt"))]
    return [paragraph for text in texts for paragraph in text.split("\n\n") if paragraph.strip()]


def articles(seed):
    """Endless articles of two to thirty paragraphs."""
    draw = random.Random(seed)
    source = paragraphs()
    number = 0
    while True:
        chosen = draw.choices(source, k=draw.choice((2, 4, 8, 12, 30)))
        text = "\n\n".join([f"Report {number}", *chosen])
        yield {"id": f"r{number}", "text": text, "date": f"2024-{number % 12 + 1:02}-01"}
        number += 1


def write(path, seed=0, count=None, size=None):
    """Writes JSON Lines of `count` articles or at least `size` bytes of text."""
    written = 0
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        for number, article in enumerate(articles(seed)):
            if number == count or (size is not None and written >= size):
                return
            out.write(json.dumps(article, ensure_ascii=False) + "\n")
            written += len(article["text"].encode())


def arguments(documentation, add):
    """Parses a script's arguments: the program, what `add` adds, and after -- options of `dixit batch`."""
    parser = argparse.ArgumentParser(
        description=documentation,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="What follows -- goes to dixit batch.",
    )
    parser.add_argument("dixit", type=Path)
    add(parser)
    own, options = sys.argv[1:], []
    if "--" in own:
        cut = own.index("--")
        own, options = own[:cut], own[cut + 1 :]
    parsed = parser.parse_args(own)
    parsed.options = options
    parsed.dixit = parsed.dixit.resolve()
    return parsed
