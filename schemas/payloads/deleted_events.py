"""Messages that say of what they hold that it was deleted: in their type, or as their operation."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from schemas.payloads.other_names import plain_step

_OPERATIONS: Final = frozenset(
    {"op", "operation", "operationtype", "optype", "type", "event", "eventtype", "eventname"}
    | {"changetype", "detailtype"}
)
"""What a member is called that says what became of what is in another, without marks and capitals.

An ``action`` is none: it may be what a model has proposed to do with a comment.
"""

_ABOUT: Final = "metadata"
_LONGEST: Final = 200
_DELETED: Final = re.compile(
    r"(?:(?:.*[._\-/: ])?(?:prediction|inference|score|label|row|record|document)s?[._\-/: ]?)?"
    r"(?:deleted?|removed?|deletion)",
    re.DOTALL | re.IGNORECASE,
)
"""A deletion, of nothing or of what it holds: ``item_removed`` is what a customer has done."""


def says_deleted(document: Mapping[str, Any]) -> bool:
    """Tell whether a message says that what it holds was deleted.

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
    return any(map(_is_deletion, _said(document))) or (
        type(about) is dict and any(map(_is_deletion, _said(about)))
    )


def _said(document: Mapping[str, Any]) -> Iterable[str]:
    return (
        value
        for name, value in document.items()
        if type(value) is str and "." not in name and plain_step(name) in _OPERATIONS
    )


def _is_deletion(text: str) -> bool:
    return len(text) <= _LONGEST and _DELETED.fullmatch(text) is not None
