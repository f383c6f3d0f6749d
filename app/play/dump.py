"""Dumps of a topic: events as a consumer wrote them to a file, alone or with their keys.

Such a file needs no roles: its fields are where the topic has them, and its features keep their
names.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Final, NamedTuple

from app.play.files.json_rows import Document, decoded, flattened, with_digits
from app.play.files.line import BadRow, Line, Row
from app.play.roles import ColumnRoles
from schemas.payloads.rows import FieldMap

FIELDS: Final = (
    "prediction_id",
    "model",
    "version",
    "timestamp",
    "prediction",
    "label",
    "scores",
    "segment",
)
"""Fields of an event beside its features."""

_NAMES: Final = ("prediction_id", "version", "segment")
_LOOKED_AT: Final = 100
_ENVELOPE: Final = {"topic", "partition", "offset"}
_NO_KEY: Final = re.compile(r"(Partition|Offset|Headers?|NO_)\S*|null|", re.IGNORECASE)
_TIME: Final = re.compile(r"(?:CreateTime|LogAppendTime):(\d{10,})")


class Dumped(NamedTuple):
    """A dumped record: its document, its key and its time in milliseconds, None where unknown."""

    document: Any
    key: str | None
    time: int | None


def is_dump(first: Iterable[Document], fields: FieldMap) -> bool:
    """Tell whether a JSON file holds prediction events, by its first documents."""
    found = list(islice(first, _LOOKED_AT))
    events = [document for document in found if _is_event(_record(document).document, fields)]
    return len(events) > len(found) / 2


def roles_of(named: ColumnRoles) -> ColumnRoles:
    """Return the roles of a dump's columns: those that are named, and the fields of an event."""
    own = {"features." + name: name for name in FIELDS}
    return ColumnRoles(
        id=named.id or "prediction_id",
        time=named.time or "timestamp",
        label=named.label or "label",
        prediction=named.prediction or "prediction",
        score=named.score,
        features=tuple(map(_feature, named.features)),
        ignored=tuple(map(_feature, named.ignored)),
        version=named.version or "version",
        model="model",
        scores=None if named.score else "scores",
        segment=named.segment,
        segments=None if named.segment else "segment",
        names=own,
    )


def _feature(name: str) -> str:
    """Return a feature's column, also where it is named by its path in the event."""
    short = name.removeprefix("features.")
    return name if short in FIELDS else short


def rows(found: Iterable[Document | BadRow], fields: FieldMap) -> Iterator[Line]:
    """Yield dumped events as rows: features by their names, fields by those of an event."""
    for document in found:
        if isinstance(document, BadRow):
            yield document
            continue
        record = _record(document)
        if not isinstance(record.document, dict):
            kind = type(record.document).__name__
            yield BadRow(document.line, f"expected a JSON object, found {kind}")
            continue
        try:
            yield Row(document.line, _values(record, document, fields))
        except (RecursionError, ValueError) as error:
            yield BadRow(document.line, "not an event", str(error))


def _is_event(document: Any, fields: FieldMap) -> bool:
    if not isinstance(document, dict):
        return False
    event = fields.apply(document)
    return (
        isinstance(event.get("features"), dict) or {"prediction_id", "prediction"} <= event.keys()
    )


def _record(document: Document, read: Callable[[str], Any] = decoded) -> Dumped:
    """Return the record of a line that a consumer wrote: with its key before it, or around it."""
    value = document.value
    if isinstance(value, dict) and len(_ENVELOPE & value.keys()) >= 2:
        for name in ("payload", "value"):
            if name not in value:
                continue
            inner = value[name]
            try:
                inner = read(inner) if isinstance(inner, str) else inner
            except ValueError:
                return Dumped(value, None, None)
            time = value.get("ts", value.get("timestamp"))
            key = value.get("key")
            return Dumped(
                inner, key if isinstance(key, str) else None, time if type(time) is int else None
            )
    parts = [part.strip() for part in document.before.split("\t")] if document.before else []
    times = [found for found in map(_TIME.fullmatch, parts) if found]
    keys = [part for part in parts if not _TIME.fullmatch(part) and not _NO_KEY.fullmatch(part)]
    return Dumped(value, keys[-1] if keys else None, int(times[0].group(1)) if times else None)


def _values(record: Dumped, document: Document, fields: FieldMap) -> dict[str, Any]:
    event = fields.apply(record.document)
    features = event.get("features")
    own = {name: event[name] for name in FIELDS if event.get(name) is not None}
    if isinstance(features, dict):
        found = flattened(features)
    else:
        found = flattened({name: each for name, each in event.items() if name not in FIELDS})
    if any(map(_has_fraction, (own.get(name) for name in _NAMES))):
        own |= _as_written(document, fields)
    if record.key is not None:
        own.setdefault("prediction_id", record.key)
    if record.time is not None:
        own.setdefault("timestamp", record.time)
    return own | {
        f"features.{name}" if name in FIELDS else name: each for name, each in found.items()
    }


def _has_fraction(value: Any) -> bool:
    inner = value.values() if isinstance(value, dict) else (value,)
    return any(isinstance(each, float) for each in inner)


def _as_written(document: Document, fields: FieldMap) -> dict[str, Any]:
    """Return an event's id, version and segment with the digits that they are written with."""
    value = with_digits(document.spelling)
    written = _record(document._replace(value=value), with_digits).document
    event = fields.apply(written)
    return {name: event[name] for name in _NAMES if event.get(name) is not None}
