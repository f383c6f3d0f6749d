"""States as a worker writes them."""

from detectors.monitors.fleet import Fleet
from detectors.monitors.fleet_snapshot import FleetSnapshots
from detectors.snapshots.model_parts import MODEL
from detectors.snapshots.parts import Durable, PartName
from schemas.tables.model_version import ModelVersion


def parts_of(durable: Durable) -> dict[PartName, bytes]:
    """Return the snapshots of all parts of a state, by their names."""
    return {name: durable.part(name) for name in durable.stamps()}


def snapshot_of(fleet: Fleet, key: ModelVersion) -> bytes:
    """Return the snapshot of a model version that is watched."""
    return FleetSnapshots(fleet).part((MODEL, *key))
