"""The topics that users write or read, with the events on each and an example of every kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from schemas.documents import cdevent_examples, examples
from schemas.events.alert import Alert
from schemas.events.any_alert import AnyAlert
from schemas.events.cdevents import IncidentDetected, IncidentResolved, ServiceRolledBack
from schemas.events.cloudevents import CloudEventType
from schemas.events.dead_letter import DeadLetter, ReplayedLetter
from schemas.events.event import Event
from schemas.events.label import Label
from schemas.events.model_comparison import ModelComparison
from schemas.events.model_event import ModelEvent
from schemas.events.model_performance import ModelPerformance
from schemas.events.prediction import Prediction
from schemas.events.retrain_request import RetrainRequest
from schemas.events.rollback_request import RollbackRequest
from schemas.events.routing import ModelRoute
from schemas.events.version_record import VersionRecord


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
