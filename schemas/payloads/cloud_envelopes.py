"""Envelopes of cloud services and CloudEvents: the document that such a message brings.

CloudEvents in structured mode (`data`, or `data_base64`), EventBridge (`detail`), SNS (`Message`)
and Pub/Sub (`message.data`). Each is known by members that no other document has side by side.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from schemas.events.codec import json_in_text
from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.nothing_to_say import NothingToSay, Silence
from schemas.payloads.deleted_events import says_deleted
from schemas.payloads.document_paths import NOWHERE, value_at


class Envelope(NamedTuple):
    """An envelope: what it is, by which members it is known, and where its document and time are.

    The first of the members is a mark, which a document without an envelope rarely has. A document
    in Base64 is at ``encoded`` instead.
    """

    name: str
    members: tuple[str, ...]
    document: str = ""
    encoded: str = ""
    time: str = ""


ENVELOPES: Final = (
    Envelope(
        "CloudEvents in structured mode",
        ("specversion", "id", "source", "type"),
        document="data",
        encoded="data_base64",
        time="time",
    ),
    Envelope("EventBridge", ("detail-type", "source"), document="detail", time="time"),
    Envelope("SNS", ("TopicArn", "MessageId"), document="Message", time="Timestamp"),
    Envelope("Pub/Sub", ("subscription", "message"), encoded="message.data"),
)

MARKS: Final = frozenset(envelope.members[0] for envelope in ENVELOPES)
"""Members of which every message in one of the envelopes has one."""

MEMBERS: Final = frozenset(
    path.partition(".")[0]
    for envelope in ENVELOPES
    for path in (envelope.document, envelope.encoded)
    if path
)
"""The members that hold the document: paths that begin with them lead into the envelope."""


def out_of_cloud(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document that an envelope brings, with its time; any other document as it is.

    Raises
    ------
    NothingToSay
        Where its type says that what it brings was deleted.

    Examples
    --------
    >>> event = {"specversion": "1.0", "id": "e", "source": "/s", "type": "t", "data": {"x": 1}}
    >>> out_of_cloud(event), out_of_cloud({"data": {"x": 1}})
    ({'x': 1}, {'data': {'x': 1}})
    """
    for envelope in ENVELOPES:
        if all(name in document for name in envelope.members):
            found = _document(document, envelope)
            if found is not None:
                if says_deleted(document, is_of_cloud=True):
                    raise NothingToSay(Silence.DELETE)
                return _dated(found, document.get(envelope.time))
    return document


def refuse_sealed(document: Mapping[str, Any]) -> None:
    """Raise `InvalidMessage` of a message of one of the envelopes in which no document is found.

    Its members would be features otherwise, and what it brings a text among them.
    """
    for envelope in ENVELOPES:
        if all(name in document for name in envelope.members):
            places = [path for path in (envelope.document, envelope.encoded) if path]
            there = [path for path in places if value_at(document, path) is not NOWHERE]
            if not there:
                detail = f"{places[0]}: missing in what is {envelope.name}"
                raise InvalidMessage(Reason.MISSING_FIELD, detail)
            detail = f"{there[0]}: holds no JSON object, in what is {envelope.name}"
            raise InvalidMessage(Reason.WRONG_TYPE, detail)


def _document(message: dict[str, Any], envelope: Envelope) -> dict[str, Any] | None:
    value = value_at(message, envelope.document) if envelope.document else NOWHERE
    if value is NOWHERE and envelope.encoded:
        value = _decoded(value_at(message, envelope.encoded))
    if type(value) is str:
        value = json_in_text(value)
        if type(value) is str and envelope.encoded:  # by a producer that did not say so
            value = json_in_text(_decoded(value) or "")
    return value if type(value) is dict else None


def _decoded(value: Any) -> str | None:
    if type(value) is not str:
        return None
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def _dated(document: Mapping[str, Any], time: Any) -> dict[str, Any]:
    """Return a document that has the time of its envelope where it has none."""
    if time is None or document.get("timestamp") is not None:
        return dict(document)
    return {**document, "timestamp": time}
