"""What comes out, and what gold files hold. Offsets are half-open and count characters of `str`: `text[start:end]`."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from dixit import _dixit

if TYPE_CHECKING:
    import pandas
    import spacy

Span = tuple[int, int]
Quotation = Literal["direct", "indirect", "mixed", "none"]
SpeakerKind = Literal["person", "organisation", "country", "unnamed"]
Table = Literal["documents", "entities", "speakers", "claims"]
OffsetUnit = Literal["codepoint", "utf16", "byte"]


@dataclass(frozen=True)
class Entity:
    """A mention of a name."""

    start: int
    end: int
    text: str
    label: str
    score: float | None
    """Probability; None where unknown, as in gold."""
    country: str | None
    """ISO 3166-1 alpha-2 code that the mention points to."""
    country_reason: str | None = None
    """Why a mention that could have a country has none."""
    as_government: bool = False
    """Whether a country or capital stands for its government here."""


@dataclass(frozen=True)
class Speaker:
    """Whoever the article makes the source of a claim."""

    id: int
    name: str
    """Fullest form of the name in the article, without title; a description for an unnamed source."""
    kind: SpeakerKind
    role: str | None
    affiliation: str | None
    """Organisation that the role belongs to."""
    country: str | None
    """ISO 3166-1 alpha-2 code of the country the speaker acts for."""
    mentions: tuple[Span, ...]


@dataclass(frozen=True)
class Attribution:
    """Source, cue and content as found in the text; each a list of fragments."""

    id: int
    source: tuple[Span, ...]
    """The words that name the speaker; empty where none is named."""
    cue: tuple[Span, ...]
    content: tuple[Span, ...]
    score: float | None


@dataclass(frozen=True)
class Sentence:
    """Labels of one sentence. What only gold has is None in a prediction."""

    start: int
    end: int
    claim_type: tuple[str, ...]
    """One as a rule; a gold sentence may accept several."""
    score: float | None
    """Probability of the first claim type."""
    check_worthiness: float | None
    """Probability that the sentence is worth fact-checking."""
    check_worthy: bool | None
    speaker: str | None
    quotation: Quotation | None
    cue: Span | None
    source: Span | None
    target: str | None


@dataclass(frozen=True)
class Target:
    """Whom a claim is directed at or about."""

    name: str
    label: str
    country: str | None


@dataclass(frozen=True)
class Claim:
    """A sentence (or the claimed part of a heading) ascribed to a speaker."""

    start: int
    end: int
    text: str
    claim_type: str
    score: float | None
    speaker: Speaker | None
    speaker_reason: str | None
    """Why there is no speaker, where there is none."""
    quotation: Quotation
    attribution: Attribution | None
    """None where a quotation merely goes on."""
    target: Target | None
    check_worthiness: float | None


@dataclass(frozen=True)
class Country:
    """A country named in the article."""

    code: str
    alpha3: str
    name: str
    mentions: int


@dataclass(frozen=True)
class Coverage:
    """What of the text went through the model."""

    tokens: int
    read: int
    windows: int


@dataclass(frozen=True)
class Provenance:
    """What made an annotation."""

    dixit: str
    model: str
    model_sha256: str
    engine: str


class Annotation:
    """An article with everything known about it.

    A layer that a gold file lacks is None (not annotated), which differs from an empty one (nothing found).
    """

    def __init__(self, native: _dixit.Annotation) -> None:
        """Not for users: take annotations from a pipeline, from `read`, `from_json` or `from_dict`."""
        self._native = native

    @classmethod
    def from_json(cls, text: str) -> Annotation:
        """Reads one JSON object of the dixit format. Spans that do not fit the text are errors."""
        return cls(_dixit.Annotation.from_json(text))

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Annotation:
        """Reads what `to_dict` gives."""
        return cls.from_json(json.dumps(record))

    @property
    def id(self) -> str:
        return self._native.id

    @property
    def text(self) -> str:
        """The text as it was given."""
        return self._native.text

    @property
    def meta(self) -> dict[str, Any]:
        """Metadata carried through."""
        meta: dict[str, Any] = self._record["meta"]
        return meta

    @cached_property
    def entities(self) -> tuple[Entity, ...] | None:
        """Named entities, by position."""
        return _layer(self._record.get("entities"), lambda e: Entity(**e))

    @cached_property
    def speakers(self) -> tuple[Speaker, ...]:
        """One record per speaker."""
        return tuple(Speaker(**{**s, "mentions": _spans(s["mentions"])}) for s in self._record["speakers"])

    @cached_property
    def attributions(self) -> tuple[Attribution, ...] | None:
        """Attributions as found in the text, by position."""
        return _layer(
            self._record.get("attributions"),
            lambda a: Attribution(**{**a, **{part: _spans(a[part]) for part in ("source", "cue", "content")}}),
        )

    @cached_property
    def sentences(self) -> tuple[Sentence, ...] | None:
        """Sentence labels, by position."""
        return _layer(self._record.get("sentences"), _sentence)

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """Sentences that an attribution, a continued quotation or a heading ascribes to a speaker."""
        return tuple(self._claim(claim) for claim in self._record["claims"])

    @cached_property
    def countries(self) -> tuple[Country, ...]:
        """Countries named in the article, from the one that it is most about."""
        return tuple(Country(**country) for country in self._record["countries"])

    @cached_property
    def coverage(self) -> Coverage | None:
        """What the model has read of the text; None for gold."""
        coverage = self._record.get("coverage")
        return None if coverage is None else Coverage(**coverage)

    @cached_property
    def provenance(self) -> Provenance | None:
        """What made this annotation; None for gold."""
        provenance = self._record.get("provenance")
        return None if provenance is None else Provenance(**provenance)

    def to_json(self, *, pretty: bool = False, offset_unit: OffsetUnit = "codepoint") -> str:
        """The JSON that `dixit annotate` writes, byte for byte: on one line, or indented (`pretty`)."""
        return self._native.to_json(pretty=pretty, offset_unit=offset_unit)

    def to_dict(self) -> dict[str, Any]:
        """The same as a dictionary, which is the caller's to change."""
        record: dict[str, Any] = json.loads(self.to_json())
        return record

    def to_dataframe(self, table: Table = "claims") -> pandas.DataFrame:
        """A flat table of this article; see `to_dataframe` of the module for many."""
        return to_dataframe([self], table)

    def to_spacy(self, vocab: spacy.vocab.Vocab) -> spacy.tokens.Doc:
        """A spaCy Doc with the same text: entities in `ents` (country codes as `kb_id_`), sentence boundaries, and
        in `spans` the groups `claims` (labelled by type; `span.id_` is the index into `claims`), `sources`, `cues` and
        `contents` (`span.id_` is the id of the attribution). `user_data["dixit"]` is the annotation."""
        from dixit import _spacy

        return _spacy.document(self, vocab)

    @cached_property
    def _record(self) -> dict[str, Any]:
        return self.to_dict()

    def _claim(self, claim: dict[str, Any]) -> Claim:
        speaker, attribution, target = claim["speaker"], claim["attribution"], claim["target"]
        named = {"speaker_reason": None, **claim}
        named["speaker"] = None if speaker is None else self.speakers[speaker]
        named["attribution"] = None if attribution is None else (self.attributions or ())[attribution]
        named["target"] = None if target is None else Target(**target)
        return Claim(**named)

    def __repr__(self) -> str:
        counts = ", ".join(
            f"{len(layer)} {name}"
            for name, layer in [
                ("entities", self.entities),
                ("speakers", self.speakers),
                ("claims", self.claims),
            ]
            if layer is not None
        )
        return f"<Annotation {self.id!r}: {counts}>"

    def __eq__(self, other: object) -> bool:
        return self.to_json() == other.to_json() if isinstance(other, Annotation) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.to_json())

    def __reduce__(self) -> tuple[Any, ...]:
        return Annotation.from_json, (self.to_json(),)


def read(path: str | os.PathLike[str]) -> Iterator[Annotation]:
    """Annotations of a file, one by one: dixit JSON Lines (also `.zst`), Parquet, CoNLL columns; or a folder of fixtures."""
    return map(Annotation, _dixit.read(path))


def write(annotations: Iterable[Annotation], path: str | os.PathLike[str]) -> None:
    """Writes annotations as dixit JSON Lines; what is at `path` is replaced."""
    with open(path, "w", encoding="utf-8", newline="\n") as lines:
        lines.writelines(annotation.to_json() + "\n" for annotation in annotations)


def to_dataframe(annotations: Iterable[Annotation], table: Table = "claims") -> pandas.DataFrame:
    """One of the flat tables of `dixit batch --tables` as a pandas DataFrame; `document` is the `id` of an article."""
    import pandas

    parquet = _dixit.table([annotation._native for annotation in annotations], table)
    return pandas.read_parquet(io.BytesIO(parquet), dtype_backend="numpy_nullable")


def _layer(records: list[dict[str, Any]] | None, make: Any) -> tuple[Any, ...] | None:
    return None if records is None else tuple(make(record) for record in records)


def _spans(pairs: list[list[int]]) -> tuple[Span, ...]:
    return tuple((start, end) for start, end in pairs)


def _sentence(record: dict[str, Any]) -> Sentence:
    types = record.get("claim_type", [])
    get = record.get
    return Sentence(
        start=record["start"],
        end=record["end"],
        claim_type=(types,) if isinstance(types, str) else tuple(types),
        score=get("score"),
        check_worthiness=get("check_worthiness"),
        check_worthy=get("check_worthy"),
        speaker=get("speaker"),
        quotation=get("quotation"),
        cue=_span(get("cue")),
        source=_span(get("source")),
        target=get("target"),
    )


def _span(pair: list[int] | None) -> Span | None:
    return None if pair is None else (pair[0], pair[1])
