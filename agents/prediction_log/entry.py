"""One waiting prediction, and the columns of many."""

from typing import Any, Final, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from agents.prediction_log.predictions import NO_CONTENT
from schemas.tables.coded import Coded
from schemas.tables.model_version import ModelVersion

FIELDS: Final = np.dtype(
    [
        ("offset", "<i8"),
        ("age", "<i8"),
        ("arrival", "<i8"),
        ("label", "<i8"),
        ("score", "<f8"),
        ("digest", "<u4"),
        ("content", "<u4"),
    ]
)
"""What a log keeps of each prediction in numbers, 48 bytes; names and texts are beside them."""

Fields = NDArray[np.void]

NO_DIGEST: Final = 0
"""In place of a label's digest where none is known: any other label counts as the same."""

_BEFORE: Final = 8
"""Members of an entry as format 1 of the file wrote it."""

_SCORE: Final = 4
"""The place of the score among the members of an entry."""


class FirstLabel(NamedTuple):
    """A label that was there before its prediction; time in milliseconds."""

    label: Any
    time: int


class Entry(NamedTuple):
    """One waiting prediction, beside its id.

    Attributes
    ----------
    offset, age, arrival
        Its source offset, the event time by which it ages, and when it came.
    label, digest
        Offset and digest of its label; `agents.prediction_log.predictions.NO_LABEL` for none.
    score, content, segment
        As of `agents.prediction_log.predictions.Predictions`.
    model, version, value
        What predicted what.
    first
        Its label, where that was there first.
    """

    offset: int
    age: int
    arrival: int
    label: int
    score: float
    digest: int
    content: int
    segment: str | None
    model: str
    version: str
    value: Any
    first: FirstLabel | None = None

    def encode(self) -> bytes:
        """Return it as JSON, a score that is not there as null."""
        return orjson.dumps((*self[:-1], None if self.first is None else tuple(self.first)))

    @classmethod
    def decode(cls, text: bytes) -> "Entry":
        """Return it from JSON, also as format 1 wrote it: without what that did not keep."""
        *fields, first = orjson.loads(text)
        if len(fields) == _BEFORE - 1:
            offset, age, label, _, *rest = fields
            fields = [offset, age, age, label, None, NO_DIGEST, NO_CONTENT, None, *rest]
        fields[_SCORE] = np.nan if fields[_SCORE] is None else fields[_SCORE]
        return cls._make([*fields, None if first is None else FirstLabel(*first)])


class Entries(NamedTuple):
    """Waiting predictions as columns, beside their ids.

    Attributes
    ----------
    fields
        Shape ``(n,)``, of `FIELDS`.
    names, segments, values
        As of `agents.prediction_log.predictions.Predictions`.
    """

    fields: Fields
    names: Coded[ModelVersion]
    segments: Coded[str | None]
    values: list[Any]
