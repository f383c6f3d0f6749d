"""Records of versions as Driftline knows them."""

import numpy as np

from app.mlflow.follower import MlflowTelemetry
from detectors.versions.registry import VersionRegistry
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.version_record import VersionRecord
from schemas.tables.observations import Integers


class KnownVersions:
    """A registry that is told of rows and events."""

    def __init__(self) -> None:
        self.registry = VersionRegistry()
        self.asked: list[str] = []

    def serve(self, model: str, version: str, *times: int) -> None:
        """Count rows of a version."""
        counted: Integers = np.array(times, dtype=np.int64)
        self.registry.count((model, version), counted)

    def tell(self, event: ModelEvent) -> None:
        """Take a model event."""
        self.registry.notice(event, is_new=True)

    def deploy(self, model: str, version: str, time: str) -> None:
        """Take the event of a deployment."""
        kind = ModelEventType.VERSION_DEPLOYED
        self.tell(ModelEvent(type=kind, model=model, version=version, timestamp=time))

    def records(self, model: str) -> list[VersionRecord]:
        """Return what is known of the versions of a model."""
        return self.registry.records_by_now(model)

    async def versions_of(self, model: str, most: int) -> list[VersionRecord]:
        """Answer as detection does."""
        self.asked.append(model)
        return self.registry.records_by_now(model, most)


class FakeTelemetry:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.tags = 0
        self.missing: dict[str, int] = {}
        self.nameless: list[str] = []
        self.done: list[str] = []
        self.gone: set[str] = set()

    def event_told(self, event: ModelEvent) -> None:
        self.events.append(f"{event.type} {event.version}")

    def tag_written(self) -> None:
        self.tags += 1

    def unmatched(self, model: str, versions: int) -> None:
        self.missing[model] = versions

    def unnamed(self, model: str) -> None:
        self.nameless.append(model)

    def followed(self, model: str, time: float) -> None:
        assert time > 0
        self.done.append(model)

    def dropped(self, model: str) -> None:
        self.gone.add(model)


def telemetry() -> tuple[FakeTelemetry, MlflowTelemetry]:
    """Return the same twice: as what it remembers, and as what is told."""
    fake = FakeTelemetry()
    return fake, fake
