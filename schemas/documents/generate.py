"""The published documents: a JSON Schema of each event, and one AsyncAPI document of all topics.

They are generated from the event types. ``python -m schemas.documents.generate`` writes them to
``docs``.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from schemas.documents.channels import CHANNELS, Channel, Example
from schemas.events.cloudevents import BYTES, JSON, SPEC_VERSION
from schemas.events.dead_letter import DeadLetter
from schemas.events.event import Event
from schemas.events.invalid import Reason
from schemas.events.model_event import EFFECTS, ModelEvent

Document = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
API_VERSION: Final = "1.0.0"
"""Version of the events: the major one is that of the CloudEvents types."""

_NAME_VERSION: Final = [str(kind) for kind, effects in EFFECTS.items() if effects.names_version]

_CONDITIONS: Final[dict[type[Event], list[Document]]] = {
    ModelEvent: [
        {
            "if": {"properties": {"type": {"enum": _NAME_VERSION}}},
            "then": {"required": ["version"], "properties": {"version": {"type": "string"}}},
        },
        {
            "if": {"properties": {"type": {"const": "alert_acknowledged"}}},
            "then": {"required": ["alert_id"], "properties": {"alert_id": {"type": "string"}}},
        },
    ]
}
"""What a type checks across its fields, which Pydantic cannot derive."""


def json_schemas() -> dict[str, Document]:
    """Return the JSON Schema (2020-12) of each event by the event's name.

    That of a dead letter describes the record's headers: its value is the original one.
    """
    return {channel.name: _json_schema(channel) for channel in CHANNELS}


def asyncapi() -> Document:
    """Return the AsyncAPI 3.0 document of all topics that users write or read."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Driftline",
            "version": API_VERSION,
            "description": "Drift detection for machine-learning models. Services write "
            "predictions, labels and model events; Driftline writes alerts, performances, retrain "
            "requests and dead letters, and CDEvents where they are asked for. Topics have their "
            "default names.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": JSON,
        "channels": _channels(),
        "operations": {
            f"{channel.action}_{channel.name}": {
                "action": channel.action,
                "channel": {"$ref": f"#/channels/{channel.topic}"},
                "messages": [{"$ref": f"#/channels/{channel.topic}/messages/{channel.name}"}],
            }
            for channel in CHANNELS
        },
        "components": {
            "messages": {channel.name: _message(channel) for channel in CHANNELS},
            "schemas": _components(),
        },
    }


def _channels() -> Document:
    """Return the topics with their messages; the first message says what a topic is."""
    channels: Document = {}
    for channel in CHANNELS:
        described = channels.setdefault(
            channel.topic,
            {
                "address": channel.topic,
                "description": _first_line(channel.event),
                "messages": {},
            },
        )
        described["messages"][channel.name] = _ref("messages", channel.name)
    return channels


def files() -> Iterator[tuple[str, str]]:
    """Yield the path of each published document below ``docs``, and its text."""
    for name, schema in json_schemas().items():
        yield f"schemas/{name}.json", _text(schema)
    yield "asyncapi.json", _text(asyncapi())


def main(directory: str = "docs") -> None:
    """Write the published documents below a directory."""
    for path, text in files():
        file = Path(directory, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _json_schema(channel: Channel) -> Document:
    if channel.is_json:
        schema = _titled(channel, channel.adapter.json_schema(mode=channel.mode))
        shown = [example.value for example in channel.examples]
    else:
        schema, shown = _headers(channel), [example.headers for example in channel.examples]
    identity = f"urn:driftline:{channel.name.replace('_', '-')}:{API_VERSION.partition('.')[0]}"
    return {"$schema": DIALECT, "$id": identity, **schema, "examples": shown}


def _message(channel: Channel) -> Document:
    title = channel.event.__name__
    message: Document = {
        "name": title,
        "title": title,
        "summary": _first_line(channel.event),
        "contentType": JSON if channel.is_json else BYTES,
        "bindings": {"kafka": {"key": {"type": "string", "description": channel.key}}},
        "payload": {"description": "The original record's bytes, whatever they are."},
    }
    if channel.cloud_event is not None:
        message["headers"] = _ref("schemas", f"{title}Headers")
    if channel.is_json:
        message["payload"] = _ref("schemas", title)
    return {**message, "examples": [_shown(channel, example) for example in channel.examples]}


def _shown(channel: Channel, example: Example) -> Document:
    shown: Document = {"name": (example.value or {}).get("kind", channel.name)}
    if example.headers is not None:
        shown["headers"] = example.headers
    if example.value is not None:
        shown["payload"] = example.value
    return shown


def _titled(channel: Channel, schema: Document) -> Document:
    """Return the schema of a record's value with what Pydantic cannot derive."""
    if channel.union is not None:
        told = {"title": channel.event.__name__, "description": _first_line(channel.event)}
        schema = told | schema
    return schema | _conditions(channel.event)


def _components() -> Document:
    """Return the schemas of all events and headers, each with its parts beside it."""
    channels = [channel for channel in CHANNELS if channel.is_json]
    whole, document = TypeAdapter.json_schemas(
        [(channel.name, channel.mode, channel.adapter) for channel in channels],
        ref_template="#/components/schemas/{model}",
    )
    schemas: Document = document["$defs"]
    for channel in channels:
        title = channel.event.__name__
        schema = schemas.get(title) or whole[channel.name, channel.mode]
        schemas[title] = _titled(channel, schema)
    schemas = _plain_unions(schemas)
    for channel in CHANNELS:
        title = channel.event.__name__
        if channel.cloud_event is not None:
            schemas[f"{title}Headers"] = _headers(channel)
    return schemas


def _plain_unions(schema: Any) -> Any:
    """Return a schema without ``discriminator``, which AsyncAPI has in another form."""
    if isinstance(schema, dict):
        return {
            name: _plain_unions(part) for name, part in schema.items() if name != "discriminator"
        }
    return [_plain_unions(part) for part in schema] if isinstance(schema, list) else schema


def _headers(channel: Channel) -> Document:
    """Return the JSON Schema of a channel's headers, each as text."""
    properties: Document = {
        "ce_specversion": {"const": SPEC_VERSION},
        "ce_id": {"type": "string", "minLength": 1},
        "ce_source": {"type": "string", "format": "uri-reference"},
        "ce_type": {"const": channel.cloud_event},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_subject": {"type": "string"},
    }
    if channel.event is DeadLetter:
        properties |= _extensions(channel.event)
    properties["content-type"] = {"const": JSON if channel.is_json else BYTES}
    optional = {
        f"ce_{name}"
        for name, field in channel.event.model_fields.items()
        if not field.is_required() and not channel.is_json
    }
    return {
        "title": f"{channel.event.__name__}Headers",
        "description": "CloudEvents 1.0 in Kafka's binary mode: "
        f"headers of the record, as UTF-8 text. {_first_line(channel.event)}",
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }


def _extensions(event: type[Event]) -> Document:
    """Return the schemas of an event's fields as they are written in headers."""
    number = {"pattern": "^-?[0-9]+$"}
    forms: dict[object, Document] = {
        int: number,
        int | None: number,
        bool: {"enum": ["true", "false"]},
    }
    extensions: Document = {}
    for name, field in event.model_fields.items():
        described = {"description": field.description} if field.description else {}
        form = {"enum": list(Reason)} if name == "reason" else forms.get(field.annotation, {})
        extensions[f"ce_{name}"] = {"type": "string", **form, **described}
    return extensions


def _conditions(event: type[Event]) -> Document:
    return {"allOf": _CONDITIONS[event]} if event in _CONDITIONS else {}


def _ref(section: str, name: str) -> Document:
    return {"$ref": f"#/components/{section}/{name}"}


def _first_line(event: type[Event]) -> str:
    return (event.__doc__ or "").partition("\n")[0]


def _text(document: Document) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main(*sys.argv[1:2])
