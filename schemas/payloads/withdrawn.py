"""Members beside what an event says that take it back: it was deleted, or is void."""

from collections.abc import Callable, Collection, Mapping
from itertools import product
from typing import Any, Final

from schemas.payloads.other_names import plain_step
from schemas.payloads.row_marks import is_time_of_deletion, said

WITHDRAWN: Final = frozenset(
    {
        *("deleted", "isdeleted", "retracted", "isretracted", "withdrawn", "iswithdrawn"),
        *("revoked", "isrevoked", "void", "isvoid", "voided", "isvoided"),
        *("invalidated", "isinvalidated"),
    }
)
"""Members that are true where an event is taken back, without the marks between words."""

TIMES: Final = frozenset({"deletedat"})
"""Members that have the time of that, and are null or empty until then.

Other times may be to come, or of what an event is about.
"""

OF_PREDICTIONS: Final = frozenset({"isdeleted", "retracted", "isretracted"}) | TIMES
"""Those of them that do so to a prediction; what else is true beside one may follow from it: a
comment that is deleted, a payment that is voided.
"""

_RETRACTED: Final = ("retract", "retracted", "retraction")
_BACK: Final = (
    *("withdraw", "withdrawn", "withdrawal", "revoke", "revoked"),
    *("void", "voided", "invalidated"),
)
_GONE: Final = ("delete", "deleted", "deletion", "remove", "removed")
_OF_LABELS: Final = frozenset(
    begin + word
    for begin, word in product(("label_", "label.", "label-", "label "), _RETRACTED + _BACK + _GONE)
) | frozenset("label" + word for word in _RETRACTED + _BACK + _GONE)
_RETRACTION: Final = _OF_LABELS | set(_RETRACTED)

RETRACTIONS: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(("op", "operation", "optype", "changetype"), _RETRACTION | set(_GONE)),
    **dict.fromkeys(
        ("type", "event", "eventtype", "eventname", "action", "status", "state"), _RETRACTION
    ),
    "labelstatus": _RETRACTION | set(_BACK) | set(_GONE),
}
"""What members beside a label say, in small letters, where it is taken back.

A type that is ``withdrawal`` may be that of the transaction that is labelled, an action or a status
that is ``deleted`` that of a customer, or what a moderator has done.
"""

_STATUSES: Final = frozenset(
    {"labelstatus", "labelingstatus", "labellingstatus", "groundtruthstatus", "annotationstatus"}
)
_PENDING: Final = frozenset(
    {
        *("pending", "awaiting", "todo", "in_progress", "in progress", "immature", "unknown"),
        *("unlabeled", "unlabelled", "not_labeled", "not_labelled", "unannotated", "missing"),
        *("not_available", "unavailable"),
    }
)
"""What members beside a label say, in small letters, where it stands for one that is not known
yet. A ``status`` that is ``pending`` may be that of what is labelled."""

YES: Final = frozenset({"true", "1"})
"""What members of `WITHDRAWN` say where an event is taken back, in small letters."""


def takes_back(name: str) -> bool:
    """Tell whether a member at the top of an event may take it back.

    Examples
    --------
    >>> takes_back("isDeleted"), takes_back("deleted_at"), takes_back("features.deleted")
    (True, True, False)
    """
    return is_mark(name) or ("." not in name and plain_step(name) in TIMES)


def is_mark(name: str) -> bool:
    """Tell whether a member at the top of an event is true where it is taken back."""
    return "." not in name and plain_step(name) in WITHDRAWN


def is_withdrawn(
    event: Mapping[str, Any],
    others: Collection[str] = (),
    marks: Collection[str] = WITHDRAWN | TIMES,
) -> bool:
    """Tell whether an event is taken back by a member of its own.

    Parameters
    ----------
    event
        The event, and what is beside it.
    others
        Members that the settings give to fields, or to rates.
    marks
        Which of `WITHDRAWN` and `TIMES` count.

    Examples
    --------
    >>> is_withdrawn({"label": 1, "is_deleted": "true"}), is_withdrawn({"deleted": False})
    (True, False)
    >>> is_withdrawn({"deleted_at": "2026-03-01"}), is_withdrawn({"deleted_at": None})
    (True, False)
    """
    return any(
        is_time_of_deletion(value) if step in TIMES else said(value) in YES
        for name, value in event.items()
        if takes_back(name) and name not in others and (step := plain_step(name)) in marks
    )


def is_retracted(event: Mapping[str, Any], others: Collection[str] = ()) -> bool:
    """Tell whether a label is taken back by what became of it, beside it.

    Parameters
    ----------
    event, others
        As for `is_withdrawn`.

    Examples
    --------
    >>> is_retracted({"label": 1, "event_type": "LABEL_DELETED"}), is_retracted({"type": "label"})
    (True, False)
    >>> is_retracted({"status": "retracted"}), is_retracted({"status": "deleted"})
    (True, False)
    >>> is_retracted({"type": "withdrawal"}), is_retracted({"label_status": "withdrawn"})
    (False, True)
    """
    return _says(event, others, retraction_words)


def is_pending(event: Mapping[str, Any], others: Collection[str] = ()) -> bool:
    """Tell whether a label stands for one that is not known yet, by its status beside it.

    Parameters
    ----------
    event, others
        As for `is_withdrawn`.

    Examples
    --------
    >>> is_pending({"label": 0, "label_status": "PENDING"}), is_pending({"status": "pending"})
    (True, False)
    """
    return _says(event, others, pending_words)


def _says(
    event: Mapping[str, Any], others: Collection[str], words: Callable[[str], Collection[str]]
) -> bool:
    """Tell whether a member says one of the words that members of its name may say."""
    return any(
        said(value) in words(name)
        for name, value in event.items()
        if type(value) is str and name not in others
    )


def retraction_words(name: str) -> frozenset[str]:
    """Return what a member at the top of a label says where it is taken back; none of most."""
    return RETRACTIONS.get(plain_step(name), frozenset()) if "." not in name else frozenset()


def pending_words(name: str) -> frozenset[str]:
    """Return what a member at the top of a label says where none is known; none of most."""
    return _PENDING if "." not in name and plain_step(name) in _STATUSES else frozenset()
