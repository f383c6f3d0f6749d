"""Events that stand in a member of a document: what services, proxies and loggers put around them.

One member, an object or a list of objects, also as JSON in a text or in Base64, holds them:
``{"payload": {...}}``, ``{"records": [{...}, {...}]}``. Nothing is opened that is an event by
itself.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final

from schemas.events.codec import json_in_text
from schemas.events.digits import whole_digits
from schemas.events.event import LONGEST_NAME
from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.nothing_to_say import NothingToSay, Silence
from schemas.payloads.deleted_events import says_deleted
from schemas.payloads.optional_fields import name_of, says_nothing
from schemas.payloads.other_names import is_of_label, plain_step
from schemas.payloads.shared_members import refuse_swollen

MOST_EVENTS: Final = 1000
"""Events of one document above which it is refused."""

_SAYS: Final = frozenset({"prediction", "label", "features"})
"""Members of which an event has one."""

_COMMON: Final = ("model", "version", "timestamp", "segment")
_FIELDS: Final = frozenset({*_SAYS, *_COMMON, "prediction_id", "scores"})
_WRAPPERS: Final = frozenset(
    {
        *("payload", "data", "value", "body", "message", "event", "record", "log", "document"),
        *("records", "events", "messages", "items", "rows", "batch", "predictions", "labels"),
        *("Records", "kinesis"),
    }
)
_PAST: Final = frozenset(
    {
        *("old", "oldrecord", "olddata", "oldvalue", "oldvalues", "oldrow", "oldimage", "deleted"),
        *("before", "beforedata", "beforeimage", "previous"),
    }
)
"""Members that hold what a row was, without the marks between words: no event of now."""

_DELETIONS: Final = frozenset({"delete", "deleted", "remove"})
_OF_TABLE: Final = frozenset({"table", "table_name", "collection", "changes"})
"""Members beside which, or within the metadata beside which, an operation is that of a table."""

_HOLDERS: Final = frozenset({str, dict, list})
_OPENINGS: Final = ("{", "[")
_IN_BASE64: Final = ("ey", "ew", "W3", "W1", "Ww")
"""How JSON begins in Base64: Kinesis and REST proxies hold bytes so."""

_BESIDE_LABELS: Final = frozenset({"prediction_id", "timestamp"})
_DEEPEST: Final = 3


def wrapped_events(document: dict[str, Any], depth: int = _DEEPEST) -> list[dict[str, Any]]:
    """Return the events that stand in a member of a document; any other document as it is.

    What is in a member is an event where it has a prediction, a label or features, and another
    field as well (beside a label an id or a time, unless the member is called as labels are: a
    device has a label and a model, too), unless the member is all there is or called as wrappers
    are. Model, version, time and segment beside it are its own where it has none, and so is the id;
    of several events with their numbers behind it, unless each is of a model or version of its own.

    Raises
    ------
    InvalidMessage
        Where there are too many.
    NothingToSay
        Where the only one is what was, before it was deleted.

    Examples
    --------
    >>> wrapped_events({"payload": {"prediction_id": "a", "prediction": 1}, "model": "m"})
    [{'model': 'm', 'prediction_id': 'a', 'prediction': 1}]
    >>> wrapped_events({"amount": 1.5, "merchant": {"label": "x"}})
    [{'amount': 1.5, 'merchant': {'label': 'x'}}]
    """
    if not depth or not _SAYS.isdisjoint(document):
        return [document]
    held = {
        name: events
        for name, value in document.items()
        if type(value) in _HOLDERS and (events := _held(name, document, depth))
    }
    found = [events for name, events in held.items() if plain_step(name) not in _PAST]
    is_known = not found or _is_of_table(document)
    if held and (says_deleted(document) or (is_known and _is_deletion(document))):
        raise NothingToSay(Silence.DELETE)
    if len(found) != 1:
        return [document]
    (events,) = found
    if len(events) > MOST_EVENTS:
        detail = f"{len(events)} events, at most {MOST_EVENTS} are taken"
        raise InvalidMessage(Reason.INVALID_VALUE, detail)
    common = {name: document[name] for name in _COMMON if document.get(name) is not None}
    refuse_swollen(common, len(events))
    ids = _ids(document.get("prediction_id"), events)
    return [{**own, **common, **event} for own, event in zip(ids, events, strict=True)]


def _ids(written: Any, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what the id of a document is to each of the events in it that has none."""
    if says_nothing(written):
        return [{}] * len(events)
    name = name_of(written)
    models = {(repr(event.get("model")), repr(event.get("version"))) for event in events}
    if len(models) == len(events) or name is None or len(name) > LONGEST_NAME:
        return [{"prediction_id": written}] * len(events)
    own = whole_digits(name)
    return [{"prediction_id": f"{own}/{number}"} for number in range(len(events))]


def _is_deletion(document: Mapping[str, Any]) -> bool:
    """Tell whether a document with nothing but what was says that it is no more.

    By what is no sign of a deletion elsewhere (`says_deleted`).
    """
    if "new" in document and not document["new"]:
        return True
    action = document.get("action")
    return type(action) is str and action.lower() in _DELETIONS


def _is_of_table(document: Mapping[str, Any]) -> bool:
    """Tell whether a document is about a row of a table, as that of Sequin: what it holds is it."""
    about = document.get("metadata")
    names = about.keys() if type(about) is dict else ()
    return not (_OF_TABLE.isdisjoint(document) and _OF_TABLE.isdisjoint(names))


def _is_wrapper(name: str, document: Mapping[str, Any]) -> bool:
    return len(document) == 1 or name in _WRAPPERS


def _held(name: str, document: Mapping[str, Any], depth: int) -> list[dict[str, Any]]:
    """Return the events that a member of a document holds; none where it is no such member."""
    if _is_wrapper(name, document):
        return _events(document[name], depth, least=1)
    events = _events(document[name], depth, least=2)
    return events if is_of_label(name) or all(map(_is_of_prediction, events)) else []


def _is_of_prediction(event: Mapping[str, Any]) -> bool:
    """Tell whether an event has more than a label and a model, which a device may have, too."""
    return _SAYS & event.keys() != {"label"} or not _BESIDE_LABELS.isdisjoint(event)


def _events(value: Any, depth: int, *, least: int) -> list[dict[str, Any]]:
    """Return the events that a member holds; none where it is no such member."""
    if type(value) is str:
        if value.startswith(_IN_BASE64):
            value = _out_of_base64(value)
        if not value.startswith(_OPENINGS):
            return []
        value = json_in_text(value)
    events = [_record(each) for each in value] if type(value) is list else [value]
    if all(_is_event(each, least) for each in events):
        return events
    return _deeper(events, depth - 1) if least == 1 else []


def _out_of_base64(text: str) -> str:
    """Return the text that is in Base64, or the text itself."""
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return text


def _deeper(documents: list[Any], depth: int) -> list[dict[str, Any]]:
    """Return the events that each of some documents holds; none where one of them holds none."""
    found: list[dict[str, Any]] = []
    for each in documents:
        events = wrapped_events(each, depth) if type(each) is dict else [each]
        if events == [each]:
            return []
        found += events
    return found


def _record(value: Any) -> Any:
    """Return the value of a record with its key beside it, as Kafka's REST proxy has them."""
    if type(value) is not dict or type(value.get("value")) is not dict:
        return value
    if not value.keys() <= _RECORD:
        return value
    key = value.get("key")
    return value["value"] if key is None else {"prediction_id": key, **value["value"]}


_RECORD: Final = frozenset({"key", "value", "partition", "offset", "timestamp", "headers"})


def _is_event(value: Any, least: int) -> bool:
    if type(value) is not dict or _SAYS.isdisjoint(value):
        return False
    return len(_FIELDS & value.keys()) >= least
