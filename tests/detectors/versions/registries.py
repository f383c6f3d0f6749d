import numpy as np

from detectors.versions.registry import VersionRegistry
from schemas.events.version_record import VersionRecord
from tests.detectors.versions.events import at, day

NOON = at(day("12:00"))


def count(registry: VersionRegistry, version: str, *times: int) -> None:
    registry.count(("fraud", version), np.array(times, dtype=np.int64))


def record(registry: VersionRegistry, version: str) -> VersionRecord:
    (found,) = [each for each in registry.records("fraud") if each.version == version]
    return found
