from typing import Any

import numpy as np

from agents.state.keys import WriterEpoch
from agents.state.stored_state import Ref, StoredState
from app.references.stored import references_in
from detectors.monitors.fleet import Fleet
from detectors.monitors.fleet_snapshot import FleetSnapshots
from detectors.monitors.options import MonitorOptions
from tests.detectors.batches import rows_of, table_of
from tests.detectors.references import reference_of
from tests.detectors.stored import parts_of


def _normal(rows: int, seed: int) -> Any:
    return np.random.default_rng(seed).normal(size=rows)


def _stored(fleet: Fleet) -> StoredState:
    snapshots = FleetSnapshots(fleet)
    parts = parts_of(snapshots)
    # The policy has parts of models without a version.
    parts["model", "fraud"] = b""
    return StoredState(
        topic="state",
        partition=0,
        epoch=WriterEpoch(1, 1),
        stage="detection",
        group="g",
        written_at=0,
        is_older=False,
        index=Ref(WriterEpoch(1, 1), 0, 0, 0, ""),
        covers={},
        parts=parts,
    )


def test_what_became_of_a_reference_is_told_by_version_and_column() -> None:
    fleet = Fleet(lambda _: MonitorOptions(burn_in=100))
    for value in reference_of(x=_normal(200, 1), z=_normal(200, 1)):
        fleet.refer(value)
    for value in reference_of(more={"version": "4", "reference_id": "r2"}, x=_normal(200, 1)):
        fleet.refer(value)
    for version in "34":
        rows = rows_of(x=_normal(150, 2), y=_normal(150, 3))
        fleet.update(table_of(rows, version=version))
    general, own = references_in(_stored(fleet), "fraud")
    assert general.document()["versions"] == {
        "3": {"x": "in_force", "y": "not_given", "z": "not_seen"}
    }
    assert own.document()["versions"] == {"4": {"x": "in_force", "y": "not_given"}}
    text = "\n".join([*general.lines(), *own.lines()])
    assert "reference of all versions of fraud: 200 of 600 rows of the file train.csv" in text
    assert "reference of fraud 4: 200 of 600 rows" in text
    assert "  version 3: not_seen: z" in text
    assert list(references_in(_stored(fleet), "churn")) == []
