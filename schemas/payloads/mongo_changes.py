"""Events of MongoDB's change streams: the document as it is behind a change."""

from typing import Any, Final

from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.nothing_to_say import NothingToSay, Silence

_MEMBERS: Final = frozenset({"operationType", "documentKey"})
_DOCUMENT: Final = "fullDocument"


def changed_document(event: dict[str, Any]) -> dict[str, Any] | None:
    """Return the document that a change has left; None of what is no event of a change stream.

    Raises
    ------
    NothingToSay
        Where it was deleted, whatever the event says of what it was.
    InvalidMessage
        Of an update without the whole document.

    Examples
    --------
    >>> about = {"operationType": "insert", "documentKey": {}}
    >>> changed_document({**about, "fullDocument": {"x": 1}})
    {'x': 1}
    >>> changed_document({"operationType": "insert", "fullDocument": {"x": 1}})
    """
    if not event.keys() >= _MEMBERS or type(event["operationType"]) is not str:
        return None
    if event["operationType"] == "delete":
        raise NothingToSay(Silence.DELETE)
    document = event.get(_DOCUMENT)
    if type(document) is not dict:
        detail = f"{_DOCUMENT}: missing: have the change stream look it up (updateLookup)"
        raise InvalidMessage(Reason.MISSING_FIELD, detail)
    return document
