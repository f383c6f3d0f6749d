"""The base of what Driftline publishes about a model version, as CloudEvents have it."""

from abc import abstractmethod
from typing import ClassVar

from schemas.events.cloudevents import CloudEventType, cloudevent_headers
from schemas.events.event import EntityName, Event


class PublishedEvent(Event):
    """An event about one model version; the record's key is the model, its value the event."""

    ce_type: ClassVar[CloudEventType]

    model: EntityName
    version: EntityName

    @property
    @abstractmethod
    def event_id(self) -> str:
        """What tells it from all others; the same observations give the same."""

    @property
    @abstractmethod
    def event_time(self) -> str:
        """When it happened, in event time, RFC 3339."""

    @property
    @abstractmethod
    def subject(self) -> str:
        """What of the model it is about, such as a column."""

    @property
    def key(self) -> bytes:
        """The key of its record."""
        return self.model.encode()

    def headers(self) -> dict[str, bytes]:
        """Return the headers of its record."""
        return cloudevent_headers(
            self.ce_type,
            event_id=self.event_id,
            source=f"/driftline/{self.model}/{self.version}",
            time=self.event_time,
            subject=self.subject,
        )
