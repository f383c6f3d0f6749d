"""CloudEvents 1.0 attributes as Kafka headers (binary mode)."""

from enum import StrEnum
from typing import Final
from urllib.parse import quote

SPEC_VERSION: Final = "1.0"
JSON: Final = "application/json"
BYTES: Final = "application/octet-stream"


class CloudEventType(StrEnum):
    """The ``ce_type`` of everything that Driftline publishes."""

    ALERT = "io.driftline.alert.v1"
    RETRAIN_REQUEST = "io.driftline.retrain-request.v1"
    ROLLBACK_REQUEST = "io.driftline.rollback-request.v1"
    RETRAIN_SIGNAL = "io.driftline.retrain-signal.v1"
    """Between stages: no channel for users."""
    MODEL_PERFORMANCE = "io.driftline.model-performance.v1"
    MODEL_COMPARISON = "io.driftline.model-comparison.v1"
    MODEL_VERSION = "io.driftline.model-version.v1"
    MODEL_ROUTING = "io.driftline.model-routing.v1"
    DEAD_LETTER = "io.driftline.dead-letter.v1"
    DEAD_LETTER_REPLAYED = "io.driftline.dead-letter-replayed.v1"
    INCIDENT_DETECTED = "dev.cdevents.incident.detected.0.3.0"
    INCIDENT_RESOLVED = "dev.cdevents.incident.resolved.0.3.0"
    SERVICE_ROLLED_BACK = "dev.cdevents.service.rolledback.0.3.0"


def cloudevent_headers(
    kind: CloudEventType,
    *,
    event_id: str,
    source: str,
    time: str,
    subject: str,
    content_type: str = JSON,
    extensions: dict[str, str] | None = None,
) -> dict[str, bytes]:
    """Return the headers of one event.

    Parameters
    ----------
    kind, event_id, source, time, subject
        The attributes ``type``, ``id``, ``source`` (a URI reference), ``time`` (RFC 3339) and
        ``subject``.
    content_type
        Media type of the record's value.
    extensions
        Further attributes; names of lower-case letters and digits.

    References
    ----------
    Kafka Protocol Binding for CloudEvents, version 1.0.2, section 3.2.
    """
    attributes = {
        "specversion": SPEC_VERSION,
        "id": event_id,
        "source": quote(source, safe="/:"),
        "type": kind.value,
        "time": time,
        "subject": subject,
        **(extensions or {}),
    }
    headers = {f"ce_{name}": value.encode() for name, value in attributes.items()}
    headers["content-type"] = content_type.encode()
    return headers
