"""Reads news articles and says who said what about whom.

    >>> import dixit
    >>> nlp = dixit.load()
    >>> annotation = nlp("“We will not sign,” said Ida Lund, Norway's trade minister.")
    >>> [(claim.speaker.name, claim.claim_type) for claim in annotation.claims]
"""

from dixit._dixit import DixitError
from dixit.annotation import (
    Annotation,
    Attribution,
    Claim,
    Country,
    Coverage,
    Entity,
    Provenance,
    Sentence,
    Speaker,
    Target,
    read,
    to_dataframe,
    write,
)
from dixit.evaluation import Figure, Report, evaluate
from dixit.pipeline import MODEL, Article, Pipeline, load

__all__ = [
    "MODEL",
    "Annotation",
    "Article",
    "Attribution",
    "Claim",
    "Country",
    "Coverage",
    "DixitError",
    "Entity",
    "Figure",
    "Pipeline",
    "Provenance",
    "Report",
    "Sentence",
    "Speaker",
    "Target",
    "evaluate",
    "load",
    "read",
    "to_dataframe",
    "write",
]
