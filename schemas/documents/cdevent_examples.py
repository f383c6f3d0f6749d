"""The examples of CDEvents: what becomes of other examples."""

from typing import Any, Final


def _event(kind: str, event_id: str, time: str, **rest: dict[str, Any]) -> dict[str, Any]:
    """Return a CDEvent of the example's model: the envelope is that of all."""
    return {
        "context": {
            "specversion": "0.5.1",
            "id": event_id,
            "source": "/driftline/fraud",
            "type": f"dev.cdevents.{kind}.0.3.0",
            "timestamp": time,
            "links": [],
        },
        **rest,
        "customDataContentType": "application/json",
    }


def _incident(
    kind: str, event_id: str, time: str, *, description: str, end: str | None
) -> dict[str, Any]:
    """Return an event of the incident that the example of a performance alert is."""
    alert_id = "5d1f0b0e-3c58-5d6c-9d2a-0a4f5f2b7c11"
    subject = {
        "id": alert_id,
        "content": {
            "description": description,
            "environment": {"id": "production"},
            "service": {"id": "fraud"},
            "artifactId": "pkg:generic/fraud@3",
        },
    }
    data = {
        "model": "fraud",
        "version": "3",
        "alert_id": alert_id,
        "kind": "performance",
        "severity": "critical",
        "feature": "recall[1]",
        "end": end,
    }
    return _event(f"incident.{kind}", event_id, time, subject=subject, customData=data)


def _headers_of(event: dict[str, Any]) -> dict[str, str]:
    """Return the headers of a record that holds an event."""
    context = event["context"]
    return {
        "ce_specversion": "1.0",
        "ce_id": context["id"],
        "ce_source": context["source"],
        "ce_type": context["type"],
        "ce_time": context["timestamp"],
        "ce_subject": event["subject"]["id"],
        "content-type": "application/json",
    }


INCIDENT_DETECTED: Final = _incident(
    "detected",
    "e6486846-547d-580a-9c7f-164d6ad54d2e",
    "2026-03-03T07:20:41.000Z",
    description="fraud 3 is worse than it may be: recall[1] 0.71 over 410 labels, and 0.8 is the "
    "threshold (recall[1] >= 0.8).",
    end=None,
)
INCIDENT_DETECTED_HEADERS: Final = _headers_of(INCIDENT_DETECTED)

INCIDENT_RESOLVED: Final = _incident(
    "resolved",
    "39bd596c-c6ab-5f73-94c0-4747e757d1a7",
    "2026-03-04T09:02:11.000Z",
    description="performance of recall[1] in version 3 of fraud: the references of the model begin "
    "anew",
    end="restarted",
)
INCIDENT_RESOLVED_HEADERS: Final = _headers_of(INCIDENT_RESOLVED)

SERVICE_ROLLED_BACK: Final = _event(
    "service.rolledback",
    "8cda28a7-c5a6-5397-8693-4f12e250feb2",
    "2026-03-09T08:14:40.000Z",
    subject={
        "id": "fraud",
        "content": {"environment": {"id": "production"}, "artifactId": "pkg:generic/fraud@3"},
    },
    customData={
        "model": "fraud",
        "version": "4",
        "target": "3",
        "request_id": "1d6f6a3e-4a83-5e7c-9a63-2c7f5a0f8b64",
        "cause": "guardrail_worse",
    },
)
SERVICE_ROLLED_BACK_HEADERS: Final = _headers_of(SERVICE_ROLLED_BACK)
