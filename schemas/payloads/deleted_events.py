"""Messages that say of what they hold that it was deleted: in their type, or as their operation."""

import re
from collections.abc import Mapping
from typing import Any, Final

from schemas.payloads.other_names import plain_step

_OPERATIONS: Final = frozenset(
    {"op", "operation", "operationtype", "optype", "changetype", "type", "eventtype", "eventname"}
)
"""What a member is called that says what became of what is in another, without marks and capitals.

An ``action`` is none: it may be what a model has proposed to do with a comment.
"""

_NAMES: Final = _OPERATIONS | {"event", "detailtype"}
"""Those that may name both what it is and what became of it."""

_TYPES: Final = frozenset({"type", "detailtype"})
"""Those of an envelope of the cloud: whatever else is beside its document is of other things."""

_ABOUT: Final = "metadata"
LONGEST: Final = 200
"""Characters of a type; longer texts say something else."""

_BARE: Final = r"(?:deleted?|removed?|deletion)"
_OF_NOTHING: Final = re.compile(_BARE, re.IGNORECASE)
_OF_EVENTS: Final = re.compile(
    r"(?:.*[._\-/: ])?(?:prediction|inference|score|label)s?[._\-/: ]?" + _BARE,
    re.DOTALL | re.IGNORECASE,
)
"""A deletion of what it holds: ``item_removed`` is what a customer has done, and of a document that
was deleted there may be a prediction."""


def says_deleted(document: Mapping[str, Any], *, is_of_cloud: bool = False) -> bool:
    """Tell whether a message says that what it holds was deleted.

    Parameters
    ----------
    document
        The message.
    is_of_cloud
        Whether it is an envelope of the cloud, of which the type alone says so.

    Examples
    --------
    >>> says_deleted({"eventType": "DELETE", "data": {}}), says_deleted({"action": "delete"})
    (True, False)
    >>> says_deleted({"type": "com.acme.prediction.deleted"}), says_deleted({"type": "undelete"})
    (True, False)
    >>> says_deleted({"detail-type": "PredictionDeleted"}), says_deleted({"event": "Item Removed"})
    (True, False)
    """
    about = document.get(_ABOUT)
    names = _TYPES if is_of_cloud else _NAMES
    return _says_in(document, names) or (
        not is_of_cloud and type(about) is dict and _says_in(about, names)
    )


def _says_in(document: Mapping[str, Any], names: frozenset[str]) -> bool:
    return any(
        _is_deletion(plain_step(name), value)
        for name, value in document.items()
        if type(value) is str and "." not in name and plain_step(name) in names
    )


def _is_deletion(name: str, text: str) -> bool:
    if len(text) > LONGEST:
        return False
    is_bare = name in _OPERATIONS and _OF_NOTHING.fullmatch(text) is not None
    return is_bare or tells_of_event(text)


def tells_of_event(text: str) -> bool:
    """Tell whether a text of at most `LONGEST` characters names the deletion of an event.

    Examples
    --------
    >>> tells_of_event("com.acme.LabelDeleted"), tells_of_event("item_removed")
    (True, False)
    """
    return _OF_EVENTS.fullmatch(text) is not None
