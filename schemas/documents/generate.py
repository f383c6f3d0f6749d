"""The published documents: a JSON Schema of each event, and one AsyncAPI document of all topics.

They are generated from the event types. ``python -m schemas.documents.generate`` writes them to
``docs``.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from schemas.documents import cdevent_examples, examples
from schemas.events.alert import Alert
from schemas.events.any_alert import AnyAlert
from schemas.events.cdevents import IncidentDetected, IncidentResolved, ServiceRolledBack
from schemas.events.cloudevents import BYTES, JSON, SPEC_VERSION, CloudEventType
from schemas.events.dead_letter import DeadLetter, ReplayedLetter
from schemas.events.event import Event
from schemas.events.invalid import Reason
from schemas.events.label import Label
from schemas.events.model_comparison import ModelComparison
from schemas.events.model_event import EFFECTS, ModelEvent
from schemas.events.model_performance import ModelPerformance
from schemas.events.prediction import Prediction
from schemas.events.retrain_request import RetrainRequest
from schemas.events.rollback_request import RollbackRequest
from schemas.events.routing import ModelRoute
from schemas.events.version_record import VersionRecord

Document = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
API_VERSION: Final = "1.0.0"
"""Version of the events: the major one is that of the CloudEvents types."""


@dataclass(frozen=True, slots=True)
class Example:
    """One message as it might travel.

    Attributes
    ----------
    value
        Of the record; None where it can be any bytes.
    headers
        Of what Driftline sends; None of what it receives.
    """

    value: Mapping[str, Any] | None
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """One topic, and one message that travels on it.

    Attributes
    ----------
    topic
        Its default name.
    name
        Of the message; the JSON Schema's file is called so too.
    event
        Its type.
    key
        What the record's key is.
    examples
        At least one.
    cloud_event
        The ``ce_type`` of what Driftline sends; None of what it receives.
    union
        The event's kinds as one type, where it is the base of several.
    """

    topic: str
    name: str
    event: type[Event]
    key: str
    examples: tuple[Example, ...]
    cloud_event: CloudEventType | None = None
    union: Any = None

    @property
    def action(self) -> str:
        """What Driftline does with the messages, as AsyncAPI calls it."""
        return "receive" if self.cloud_event is None else "send"

    @property
    def mode(self) -> JsonSchemaMode:
        """Whether a schema describes what is accepted, or what is sent (with all its fields)."""
        return "validation" if self.cloud_event is None else "serialization"

    @property
    def is_json(self) -> bool:
        """Whether the record's value is the event; else its headers are."""
        return self.examples[0].value is not None

    @property
    def adapter(self) -> TypeAdapter[Any]:
        """The type of the record's value."""
        return TypeAdapter(self.union or self.event)


_ID_KEY: Final = "The prediction's id: a label must reach the partition of its prediction."
_MODEL_KEY: Final = "The model's name."

CHANNELS: Final = (
    Channel("predictions", "prediction", Prediction, _ID_KEY, (Example(examples.PREDICTION),)),
    Channel("labels", "label", Label, _ID_KEY, (Example(examples.LABEL),)),
    Channel(
        "model-events", "model_event", ModelEvent, _MODEL_KEY, (Example(examples.MODEL_EVENT),)
    ),
    Channel(
        "drift-alerts",
        "alert",
        Alert,
        _MODEL_KEY,
        (
            Example(examples.DRIFT_ALERT, examples.DRIFT_ALERT_HEADERS),
            Example(examples.QUALITY_ALERT, examples.QUALITY_ALERT_HEADERS),
            Example(examples.PERFORMANCE_ALERT, examples.PERFORMANCE_ALERT_HEADERS),
            Example(examples.MODEL_ALERT, examples.MODEL_ALERT_HEADERS),
            Example(examples.LABEL_ALERT, examples.LABEL_ALERT_HEADERS),
        ),
        CloudEventType.ALERT,
        AnyAlert,
    ),
    Channel(
        "model-performance",
        "model_performance",
        ModelPerformance,
        _MODEL_KEY,
        (Example(examples.MODEL_PERFORMANCE, examples.MODEL_PERFORMANCE_HEADERS),),
        CloudEventType.MODEL_PERFORMANCE,
    ),
    Channel(
        "model-comparisons",
        "model_comparison",
        ModelComparison,
        _MODEL_KEY,
        (Example(examples.MODEL_COMPARISON, examples.MODEL_COMPARISON_HEADERS),),
        CloudEventType.MODEL_COMPARISON,
    ),
    Channel(
        "retrain-requests",
        "retrain_request",
        RetrainRequest,
        _MODEL_KEY,
        (Example(examples.RETRAIN_REQUEST, examples.RETRAIN_REQUEST_HEADERS),),
        CloudEventType.RETRAIN_REQUEST,
    ),
    Channel(
        "rollback-requests",
        "rollback_request",
        RollbackRequest,
        _MODEL_KEY,
        (Example(examples.ROLLBACK_REQUEST, examples.ROLLBACK_REQUEST_HEADERS),),
        CloudEventType.ROLLBACK_REQUEST,
    ),
    Channel(
        "model-versions",
        "model_version",
        VersionRecord,
        "Model and version, a JSON array: the latest record of a key counts.",
        (Example(examples.VERSION_RECORD, examples.VERSION_RECORD_HEADERS),),
        CloudEventType.MODEL_VERSION,
    ),
    Channel(
        "model-routing",
        "model_route",
        ModelRoute,
        f"{_MODEL_KEY[:-1]}: the latest record of a key counts, a null value ends the route.",
        (Example(examples.MODEL_ROUTE, examples.MODEL_ROUTE_HEADERS),),
        CloudEventType.MODEL_ROUTING,
    ),
    Channel(
        "cdevents",
        "incident_detected",
        IncidentDetected,
        _MODEL_KEY,
        (Example(cdevent_examples.INCIDENT_DETECTED, cdevent_examples.INCIDENT_DETECTED_HEADERS),),
        CloudEventType.INCIDENT_DETECTED,
    ),
    Channel(
        "cdevents",
        "incident_resolved",
        IncidentResolved,
        _MODEL_KEY,
        (Example(cdevent_examples.INCIDENT_RESOLVED, cdevent_examples.INCIDENT_RESOLVED_HEADERS),),
        CloudEventType.INCIDENT_RESOLVED,
    ),
    Channel(
        "cdevents",
        "service_rolled_back",
        ServiceRolledBack,
        _MODEL_KEY,
        (
            Example(
                cdevent_examples.SERVICE_ROLLED_BACK, cdevent_examples.SERVICE_ROLLED_BACK_HEADERS
            ),
        ),
        CloudEventType.SERVICE_ROLLED_BACK,
    ),
    Channel(
        "driftline-dead-letters",
        "dead_letter",
        DeadLetter,
        "The original record's key.",
        (Example(None, examples.DEAD_LETTER_HEADERS),),
        CloudEventType.DEAD_LETTER,
    ),
    Channel(
        "driftline-dead-letters",
        "replayed_letter",
        ReplayedLetter,
        "The dead letter's id.",
        (Example(examples.REPLAYED_LETTER, examples.REPLAYED_LETTER_HEADERS),),
        CloudEventType.DEAD_LETTER_REPLAYED,
    ),
)

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
