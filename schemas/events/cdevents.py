"""CDEvents: incidents and rollbacks in the words of tools that follow deliveries.

A second form of what Driftline publishes otherwise: an alert that is open is an incident, a
rollback that was done one of a service. A model is a service, and its version the artifact.

References
----------
CDEvents 0.5.1: continuous operations, continuous deployment, and the binding to CloudEvents.
"""

from enum import StrEnum
from typing import Any, ClassVar, Final, Literal
from urllib.parse import quote, unquote

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from schemas.events.cloudevents import CloudEventType, cloudevent_headers
from schemas.events.event import Event

SPEC: Final = "0.5.1"
"""The version of the specification; those of the types are in their names."""


class CDEventType(StrEnum):
    """The ``context.type`` of those that Driftline publishes; `CloudEventType` has them, too."""

    INCIDENT_DETECTED = CloudEventType.INCIDENT_DETECTED
    INCIDENT_RESOLVED = CloudEventType.INCIDENT_RESOLVED
    SERVICE_ROLLED_BACK = CloudEventType.SERVICE_ROLLED_BACK


class _Part(Event):
    """A part of a CDEvent: its names are written as CDEvents has them, ``artifactId``."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )


class LinkTarget(_Part):
    """The other event of a link."""

    context_id: str = Field(description="Its `context.id`.")


class Link(_Part):
    """The event that has brought another one about."""

    link_type: Literal["RELATION"] = "RELATION"
    link_kind: Literal["TRIGGER"] = "TRIGGER"
    target: LinkTarget


class Context(_Part):
    """What all CDEvents have."""

    specversion: Literal["0.5.1"] = SPEC
    id: str = Field(description="UUIDv5; the same observations give the same.")
    source: str = Field(description="`/driftline/` and the model, as a URI has it.")
    type: CDEventType = Field(strict=False)
    timestamp: str = Field(description="Event time of what has decided it, RFC 3339.")
    links: list[Link] = Field(
        default=[],
        description="Of a rollback the `incident.detected` events of the thresholds for which it "
        "was asked for.",
    )


class Reference(_Part):
    """Something by its id."""

    id: str


class IncidentContent(_Part):
    """What an incident is about."""

    description: str = Field(description="One sentence for people.")
    environment: Reference = Field(description="What `cdevents.environment` says.")
    service: Reference = Field(description="The model.")
    artifact_id: str = Field(description="The version, as a package URL.")


class IncidentSubject(_Part):
    """An incident: an alert that is open."""

    id: str = Field(description="The `alert_id` of the alert.")
    content: IncidentContent


class ServiceContent(_Part):
    """What a service is after a rollback."""

    environment: Reference = Field(description="What `cdevents.environment` says.")
    artifact_id: str = Field(description="The version that serves again, as a package URL.")


class ServiceSubject(_Part):
    """A service: a model."""

    id: str = Field(description="The model.")
    content: ServiceContent


class IncidentData(Event):
    """The alert of an incident."""

    model: str
    version: str
    alert_id: str
    kind: str = Field(description="As alerts have it.")
    severity: str = Field(description="As alerts have it.")
    feature: str = Field(description="The column; of a performance alert the metric.")
    end: str | None = Field(
        default=None,
        description="Of one that is over, why: `resolved`, `acknowledged`, `restarted` (the "
        "references begin anew), `gone` (the version was retired or rolled back), `forgotten` (it "
        "is remembered no longer).",
    )


class RollbackData(Event):
    """What was rolled back."""

    model: str
    version: str | None = Field(description="That serves no longer; null where it is not known.")
    target: str = Field(description="That serves again.")
    request_id: str | None = Field(description="The rollback request, where there was one.")
    cause: str | None = Field(description="Its cause.")


class CDEvent(_Part):
    """An event of a delivery; the record's key is the model."""

    ce_type: ClassVar[CDEventType]

    context: Context
    subject: Any
    custom_data: Any
    custom_data_content_type: Literal["application/json"] = "application/json"

    @property
    def key(self) -> bytes:
        """The key of its record."""
        model: str = self.custom_data.model
        return model.encode()

    def headers(self) -> dict[str, bytes]:
        """Return the headers of its record, by the binding of CDEvents to CloudEvents."""
        subject: str = self.subject.id
        return cloudevent_headers(
            CloudEventType(self.context.type),
            event_id=self.context.id,
            source=unquote(self.context.source),
            time=self.context.timestamp,
            subject=subject,
        )


class IncidentDetected(CDEvent):
    """An incident: an alert has opened."""

    ce_type: ClassVar = CDEventType.INCIDENT_DETECTED

    subject: IncidentSubject
    custom_data: IncidentData


class IncidentResolved(CDEvent):
    """An incident is over: its alert is open no longer."""

    ce_type: ClassVar = CDEventType.INCIDENT_RESOLVED

    subject: IncidentSubject
    custom_data: IncidentData


class ServiceRolledBack(CDEvent):
    """An earlier version of a model serves again."""

    ce_type: ClassVar = CDEventType.SERVICE_ROLLED_BACK

    subject: ServiceSubject
    custom_data: RollbackData


def source_of(model: str) -> str:
    """Return the source of the CDEvents about a model.

    Examples
    --------
    >>> source_of("fraud eu")
    '/driftline/fraud%20eu'
    """
    return quote(f"/driftline/{model}", safe="/:")


def artifact_of(model: str, version: str) -> str:
    """Return the package URL of a model version.

    Examples
    --------
    >>> artifact_of("fraud", "7")
    'pkg:generic/fraud@7'
    """
    return f"pkg:generic/{quote(model, safe='')}@{quote(version, safe='')}"
