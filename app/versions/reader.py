"""The topic of model versions as it is now."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from agents.records.record import Record
from app.kafka.whole_topic import read_all
from app.settings import Settings, TopicRole
from detectors.versions.serving import latest_of
from schemas.events.codec import decode_event, decode_object
from schemas.events.not_taken import NotTaken
from schemas.events.record_place import RecordPlace
from schemas.events.version_record import VersionRecord


@dataclass(slots=True)
class KnownVersions:
    """What the topic holds.

    Attributes
    ----------
    records
        The latest of each version, by model and version.
    strange
        Records that are none.
    """

    records: list[VersionRecord] = field(default_factory=list)
    strange: int = 0

    def of(self, model: str) -> list[VersionRecord]:
        """Return the records of the versions of a model."""
        return [each for each in self.records if each.model == model]

    def newest_of(self, model: str) -> int | None:
        """Return how far a model has come: its latest event time, milliseconds since the epoch."""
        return latest_of(self.of(model))

    @property
    def models(self) -> list[str]:
        """The models, by name."""
        return list(dict.fromkeys(each.model for each in self.records))


async def read_versions(settings: Settings) -> KnownVersions:
    """Read the topic to its end; it fails as `read_all`."""
    latest: dict[bytes, Record] = {}

    def keep(record: Record) -> None:
        key = record.key or b""
        known = latest.get(key)
        if known is None or RecordPlace.of(record).is_after(RecordPlace.of(known)):
            latest[key] = record

    await read_all(settings, TopicRole.MODEL_VERSIONS, keep)
    return known_versions(latest.values())


def known_versions(latest: Iterable[Record]) -> KnownVersions:
    """Return what the latest records of all keys say; a null value is a deleted version."""
    known = KnownVersions()
    for record in latest:
        if record.value is None:
            continue
        try:
            known.records.append(decode_event(VersionRecord, decode_object(record.value)))
        except NotTaken:
            known.strange += 1
    known.records.sort(key=lambda each: (each.model, each.version))
    return known
