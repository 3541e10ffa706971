"""Tag sequences that all tools are run on: fixtures by hand and random ones that break every scheme.

A case is a name, gold sentences and predicted sentences; a sentence is a list of tags.
"""

import random

LABELS = ["PER", "LOC", "ORG", "claim-type"]

# Gold and prediction; sentences are parted by "|".
FIXTURES = {
    "seqeval README, strict pair": ("B-NP I-NP O", "I-NP I-NP O"),
    "I first": ("O I-PER", "O B-PER"),
    "I of another label": ("B-PER I-ORG", "B-PER B-ORG"),
    "two predictions in one gold span": ("B-PER I-PER O", "B-PER B-PER O"),
    "two gold spans in one prediction": ("B-PER B-PER O", "B-PER I-PER O"),
    "touching spans": ("B-LOC I-LOC B-LOC O", "B-LOC I-LOC I-LOC O"),
    "gold without entities": ("O O O", "B-PER O O"),
    "prediction without entities": ("B-PER O O", "O O O"),
    "no entities at all": ("O O", "O O"),
    "a label that only the prediction has": ("B-PER O", "B-GPE O"),
    "label with hyphens": ("B-claim-type I-claim-type O", "B-claim-type I-claim-type O"),
    "a span at the end of a sentence goes on in the next": ("O B-PER|I-PER O", "O B-PER|I-PER O"),
    "single words": ("S-PER O S-LOC", "S-PER O B-LOC"),
    "E after E": ("B-PER E-PER E-PER", "B-PER E-PER S-PER"),
    "B after E": ("B-PER E-PER B-PER E-PER", "B-PER E-PER B-PER E-PER"),
    "open at the end": ("B-PER I-PER", "B-PER E-PER"),
    "unit after unit": ("U-PER U-PER B-LOC L-LOC", "U-PER B-PER B-LOC L-LOC"),
    "everything wrong": ("B-PER I-PER O B-LOC", "O O B-ORG I-ORG"),
}

SCHEMES = {
    "iob1": "BIO",
    "iob2": "BIO",
    "iobes": "BIESO",
    "bilou": "BILUO",
    "ioe1": "IEO",
    "ioe2": "IEO",
}


def valid(scheme, rng, length):
    """Tags that keep to IOB2, IOBES or BILOU."""
    tags = []
    while len(tags) < length:
        if rng.random() < 0.4:
            tags.append("O")
            continue
        n = min(rng.choice([1, 1, 2, 3]), length - len(tags))
        label = rng.choice(LABELS)
        last, single = {"iobes": ("E", "S"), "bilou": ("L", "U")}.get(scheme, ("I", "B"))
        prefixes = [single] if n == 1 else ["B"] + ["I"] * (n - 2) + [last]
        tags += [f"{prefix}-{label}" for prefix in prefixes]
    return tags


def noise(scheme, rng, length, labels):
    prefixes = SCHEMES[scheme]
    tags = []
    for _ in range(length):
        prefix = rng.choice(prefixes)
        tags.append("O" if prefix == "O" else f"{prefix}-{rng.choice(labels)}")
    return tags


def cases(schemes=("iob1", "iob2", "iobes", "bilou"), each=60, seed=2013):
    """Fixtures, then `each` random cases of every scheme; in half of them gold keeps to it."""
    found = []
    for name, (gold, predicted) in FIXTURES.items():
        sentences = lambda text: [part.split() for part in text.split("|")]
        found.append((name, None, sentences(gold), sentences(predicted)))
    rng = random.Random(seed)
    for scheme in schemes:
        for number in range(each):
            labels = LABELS[: rng.randint(1, len(LABELS))]
            gold, predicted = [], []
            for _ in range(rng.randint(1, 4)):
                length = rng.randint(1, 8)
                keeps = number % 2 == 0 and scheme in ("iob2", "iobes", "bilou")
                right = valid(scheme, rng, length) if keeps else noise(scheme, rng, length, labels)
                wrong = noise(scheme, rng, length, labels)
                gold.append(right)
                predicted.append([w if rng.random() < 0.35 else r for r, w in zip(right, wrong)])
            found.append((f"{scheme} {number}", scheme, gold, predicted))
    return found


def joined(sentences):
    return "|".join(" ".join(tags) for tags in sentences)
