"""The examples of CDEvents: what becomes of other examples."""

from typing import Any, Final

INCIDENT_DETECTED: Final[dict[str, Any]] = {
    "context": {
        "specversion": "0.5.1",
        "id": "e6486846-547d-580a-9c7f-164d6ad54d2e",
        "source": "/driftline/fraud",
        "type": "dev.cdevents.incident.detected.0.3.0",
        "timestamp": "2026-03-03T07:20:41.000Z",
        "links": [],
    },
    "subject": {
        "id": "5d1f0b0e-3c58-5d6c-9d2a-0a4f5f2b7c11",
        "content": {
            "description": "fraud 3 is worse than it may be: recall[1] 0.71 over 410 labels, and "
            "0.8 is the threshold (recall[1] >= 0.8).",
            "environment": {"id": "production"},
            "service": {"id": "fraud"},
            "artifactId": "pkg:generic/fraud@3",
        },
    },
    "customData": {
        "model": "fraud",
        "version": "3",
        "alert_id": "5d1f0b0e-3c58-5d6c-9d2a-0a4f5f2b7c11",
        "kind": "performance",
        "severity": "critical",
        "feature": "recall[1]",
        "end": None,
    },
    "customDataContentType": "application/json",
}

INCIDENT_DETECTED_HEADERS: Final = {
    "ce_specversion": "1.0",
    "ce_id": "e6486846-547d-580a-9c7f-164d6ad54d2e",
    "ce_source": "/driftline/fraud",
    "ce_type": "dev.cdevents.incident.detected.0.3.0",
    "ce_time": "2026-03-03T07:20:41.000Z",
    "ce_subject": "5d1f0b0e-3c58-5d6c-9d2a-0a4f5f2b7c11",
    "content-type": "application/json",
}

INCIDENT_RESOLVED: Final[dict[str, Any]] = {
    "context": {
        "specversion": "0.5.1",
        "id": "39bd596c-c6ab-5f73-94c0-4747e757d1a7",
        "source": "/driftline/fraud",
        "type": "dev.cdevents.incident.resolved.0.3.0",
        "timestamp": "2026-03-04T09:02:11.000Z",
        "links": [],
    },
    "subject": {
        "id": "5d1f0b0e-3c58-5d6c-9d2a-0a4f5f2b7c11",
        "content": {
            "description": "performance of recall[1] in version 3 of fraud: the references of the "
            "model begin anew",
            "environment": {"id": "production"},
            "service": {"id": "fraud"},
            "artifactId": "pkg:generic/fraud@3",
        },
    },
    "customData": {
        "model": "fraud",
        "version": "3",
        "alert_id": "5d1f0b0e-3c58-5d6c-9d2a-0a4f5f2b7c11",
        "kind": "performance",
        "severity": "critical",
        "feature": "recall[1]",
        "end": "restarted",
    },
    "customDataContentType": "application/json",
}

INCIDENT_RESOLVED_HEADERS: Final = {
    "ce_specversion": "1.0",
    "ce_id": "39bd596c-c6ab-5f73-94c0-4747e757d1a7",
    "ce_source": "/driftline/fraud",
    "ce_type": "dev.cdevents.incident.resolved.0.3.0",
    "ce_time": "2026-03-04T09:02:11.000Z",
    "ce_subject": "5d1f0b0e-3c58-5d6c-9d2a-0a4f5f2b7c11",
    "content-type": "application/json",
}

SERVICE_ROLLED_BACK: Final[dict[str, Any]] = {
    "context": {
        "specversion": "0.5.1",
        "id": "8cda28a7-c5a6-5397-8693-4f12e250feb2",
        "source": "/driftline/fraud",
        "type": "dev.cdevents.service.rolledback.0.3.0",
        "timestamp": "2026-03-09T08:14:40.000Z",
        "links": [],
    },
    "subject": {
        "id": "fraud",
        "content": {"environment": {"id": "production"}, "artifactId": "pkg:generic/fraud@3"},
    },
    "customData": {
        "model": "fraud",
        "version": "4",
        "target": "3",
        "request_id": "1d6f6a3e-4a83-5e7c-9a63-2c7f5a0f8b64",
        "cause": "guardrail_worse",
    },
    "customDataContentType": "application/json",
}

SERVICE_ROLLED_BACK_HEADERS: Final = {
    "ce_specversion": "1.0",
    "ce_id": "8cda28a7-c5a6-5397-8693-4f12e250feb2",
    "ce_source": "/driftline/fraud",
    "ce_type": "dev.cdevents.service.rolledback.0.3.0",
    "ce_time": "2026-03-09T08:14:40.000Z",
    "ce_subject": "fraud",
    "content-type": "application/json",
}
