"""Fields that an event has under no name of theirs, while a member is called as they are elsewhere.

Nothing is taken by guess: it is told, and the settings say where the field is.
"""

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from schemas.events.left_out import LeftOut, Oddity
from schemas.payloads.other_names import plain_step
from schemas.values.classes import MOST_REMEMBERED

_CHANCES: Final = ("probability", "probabilities", "proba", "probas", "probs", "confidence")

OTHER_NAMES: Final[Mapping[str, frozenset[str]]] = {
    "prediction_id": frozenset({"predictionid"}),
    "version": frozenset({"version", "modelversion"}),
    "timestamp": frozenset(
        {
            *("timestamp", "timestampms", "timestampns", "eventtime", "eventtimestamp", "eventts"),
            *("predictiontime", "predictiontimestamp", "predictionts", "predictedat", "scoredat"),
            *("ts", "time", "datetime"),
        }
    ),
    "scores": frozenset(
        {
            *("score", "scores", "predictproba", *_CHANCES),
            *(f"{made}{each}" for made in ("prediction", "predicted") for each in _CHANCES),
            *("predictionscore", "predictedscore", "predictionscores"),
        }
    ),
    "label": frozenset(
        {
            *("label", "groundtruth", "groundtruthlabel", "actual", "actuals", "actualvalue"),
            *("actuallabel", "truth", "truelabel", "ytrue", "target"),
        }
    ),
}
"""How each field is called elsewhere, in small letters, without the marks between words."""

_OF_A_PREDICTION: Final = frozenset({"scores", "label"})
"""Fields that only what has a prediction has."""


def field_called(name: str, others: Collection[str] = ()) -> str | None:
    """Return the field that is called so elsewhere; None of its own name, and of any other.

    Parameters
    ----------
    name
        A member at the top of an event.
    others
        Members that the settings give to fields, or take out of the features.

    Examples
    --------
    >>> field_called("modelVersion"), field_called("version"), field_called("amount")
    ('version', None, None)
    """
    if name in OTHER_NAMES or name in others:
        return None
    plain = plain_step(name)
    return next((field for field, names in OTHER_NAMES.items() if plain in names), None)


def under_other_names(event: Mapping[str, Any], others: frozenset[str]) -> list[LeftOut]:
    """Return the fields that an event with fields under their own names has under others alone.

    Examples
    --------
    >>> under_other_names({"prediction": 1, "score": 0.9, "ts": None}, frozenset())
    [LeftOut(field='scores', oddity=<Oddity.OTHER_NAME: 'other_name'>)]
    """
    is_short = sum(map(len, event)) <= MOST_REMEMBERED
    called = (_called if is_short else _called.__wrapped__)(tuple(event), others)
    return list(_left_out(event, called)) if called else []


def _left_out(event: Mapping[str, Any], called: Iterable[tuple[str, str]]) -> Iterable[LeftOut]:
    has_prediction = event.get("prediction") is not None
    names = (
        field
        for name, field in called
        if event[name] is not None
        and event.get(field) is None
        and (has_prediction or field not in _OF_A_PREDICTION)
    )
    return (LeftOut(field, Oddity.OTHER_NAME) for field in dict.fromkeys(names))


@lru_cache(maxsize=1 << 10)
def _called(names: tuple[str, ...], others: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Return the members that are called as fields are, with these; nearly always the same ones."""
    found = ((name, field_called(name, others)) for name in names)
    return tuple((name, field) for name, field in found if field is not None)
