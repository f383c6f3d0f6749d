"""Label events that take a label back, and those of which nobody knows which member is it."""

from collections.abc import Mapping
from typing import Any, Final

from schemas.events.nothing_to_say import NothingToSay, Silence
from schemas.payloads.other_names import plain_step
from schemas.payloads.rows import FieldMap

WITHDRAWN: Final = frozenset(
    {
        *("deleted", "isdeleted", "retracted", "isretracted", "withdrawn", "iswithdrawn"),
        *("revoked", "isrevoked", "voided", "isvoid", "invalidated"),
    }
)
"""Members that are true where a label is taken back, without the marks between words."""

_YES: Final = (True, "true", "True", "1")
_SCALARS: Final = frozenset({bool, int, str})

FIELDS_OF_LABELS: Final = frozenset({"prediction_id", "version", "timestamp"})
"""Fields of a label event that are told of where they stand under another name alone."""

_KNOWN: Final = frozenset({"prediction_id", "model", "version", "timestamp", "prediction"})


def refuse_withdrawn(event: Mapping[str, Any], fields: FieldMap) -> None:
    """Raise `NothingToSay` of an event that takes a label back, or has one under an unknown name.

    Examples
    --------
    >>> refuse_withdrawn({"prediction_id": "a", "label": 1, "retracted": False}, FieldMap())
    >>> refuse_withdrawn({"prediction_id": "a", "label": 1, "retracted": True}, FieldMap())
    Traceback (most recent call last):
        ...
    schemas.events.nothing_to_say.NothingToSay: delete
    """
    if _is_withdrawn(event, fields):
        raise NothingToSay(Silence.DELETE)
    if "label" not in fields.paths and _is_unnamed(event, fields):
        raise NothingToSay(Silence.UNNAMED)


def _is_withdrawn(event: Mapping[str, Any], fields: FieldMap) -> bool:
    return any(
        type(value) in _SCALARS
        and value in _YES
        and plain_step(name) in WITHDRAWN
        and "." not in name
        and name not in fields.rates
        for name, value in event.items()
    )


def _is_unnamed(event: Mapping[str, Any], fields: FieldMap) -> bool:
    """Tell whether an event has something that may be its label, under a name nobody knows."""
    if "label" in event or event.get("prediction_id") is None:
        return False
    others = event.keys() - _KNOWN - set(fields.rates)
    return any(type(event[name]) in {bool, int, float} for name in others)
