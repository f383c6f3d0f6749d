"""Headers by which a record says that what it holds was deleted.

A change feed's mark beside the row may be a header (Debezium's ``add.headers``), and so may the
type of an event: CloudEvents in binary mode, outboxes, Spring.
"""

from collections.abc import Sequence
from typing import Final

from schemas.events.nothing_to_say import NothingToSay, Silence
from schemas.payloads.deleted_events import LONGEST, says_deleted, tells_of_event
from schemas.payloads.other_names import plain_step
from schemas.payloads.row_marks import SAYS, said

_OF_CLOUD: Final = frozenset({"ce_type", "ce-type"})
_TYPES: Final = frozenset({"type", "eventtype", "eventname", "event", "messagetype", "typeid"})
"""How headers are called that have the type of an event, without the marks between words."""

_ENDS: Final = ("type", "event", "name")
"""How they end: nothing else of a header's name is looked at for each record."""

_MARK: Final = "_"
"""How marks begin that are headers: others may be anybody's."""


def refuse_deleted_by(headers: Sequence[tuple[str, bytes | None]]) -> None:
    """Raise `NothingToSay` of a record of which a header says that what it holds was deleted.

    Examples
    --------
    >>> refuse_deleted_by([("__op", b"c"), ("operation", b"delete"), ("type", b"prediction")])
    >>> refuse_deleted_by([("__op", b"d")])
    Traceback (most recent call last):
        ...
    schemas.events.nothing_to_say.NothingToSay: delete
    """
    for name, value in headers:
        if value is not None and _says_so(name, value):
            raise NothingToSay(Silence.DELETE)


def _says_so(name: str, value: bytes) -> bool:
    if not value or len(value) > LONGEST:
        return False
    text = value.decode("utf-8", "replace").strip('"')  # as the JSON converter writes it
    if name.startswith(_MARK) and said(text) in SAYS.get(name, frozenset()):
        return True
    if name in _OF_CLOUD:
        return says_deleted({"type": text}, is_of_cloud=True)
    may_be_type = name.startswith(_MARK) or name.lower().endswith(_ENDS)
    return may_be_type and plain_step(name) in _TYPES and tells_of_event(text)
