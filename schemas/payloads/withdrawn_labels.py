"""Label events that take a label back, and those of which nobody knows which member is it."""

from collections.abc import Mapping
from typing import Any, Final

from schemas.events.nothing_to_say import NothingToSay, Silence
from schemas.payloads.optional_fields import is_element, says_nothing
from schemas.payloads.other_names import may_be_label, plain_step
from schemas.payloads.outcome_forms import plain_outcome
from schemas.payloads.rows import FieldMap
from schemas.payloads.withdrawn import is_pending, is_retracted, is_withdrawn
from schemas.values.booleans import boolean_of
from schemas.values.numbers import number_of

FIELDS_OF_LABELS: Final = frozenset({"prediction_id", "version", "timestamp"})
"""Fields of a label event that are told of where they stand under another name alone."""

_MAY_BE_TEXTS: Final = frozenset(
    {
        *("value", "decision", "finaldecision", "expected", "expectedlabel", "expectedoutput"),
        *("gold", "goldlabel", "correctlabel", "correctvalue", "humanlabel", "reviewedlabel"),
        *("classlabel", "observed", "observedvalue"),
    }
)
"""What a label that is a text is called besides, where it is the only thing that is said."""

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
    others = (*fields.paths.values(), *fields.rates)
    if is_withdrawn(event, others) or is_retracted(event, others):
        raise NothingToSay(Silence.DELETE)
    if is_pending(event, others):
        raise NothingToSay(Silence.UNLABELLED)
    if "label" not in fields.paths and _is_unnamed(event, fields):
        raise NothingToSay(Silence.UNNAMED)


def _is_unnamed(event: Mapping[str, Any], fields: FieldMap) -> bool:
    """Tell whether an event has something that may be its label, under a name nobody knows."""
    if "label" in event or event.get("prediction_id") is None:
        return False
    others = event.keys() - _KNOWN - set(fields.rates)
    return any(_may_be_label(name, event[name]) for name in others)


def _may_be_label(name: str, value: Any) -> bool:
    """Tell whether a member may be a label: a number or boolean, in a text or several, or by name.

    Examples
    --------
    >>> _may_be_label("x", "no"), _may_be_label("x", [0, 1]), _may_be_label("x", "by phone")
    (True, True, False)
    >>> _may_be_label("verdict", "genuine"), _may_be_label("verdict", "")
    (True, False)
    """
    value = plain_outcome(value)
    if value in ([], {}) or says_nothing(value):
        return False
    if type(value) in {bool, int, float} or may_be_label(name):
        return True
    if plain_step(name) in _MAY_BE_TEXTS:
        return True
    if type(value) is list:
        return all(type(each) is bool or is_element(each) for each in value)
    return type(value) is str and (number_of(value) is not None or boolean_of(value) is not None)
