"""A drift as a part of a state, and back."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from detectors.alerts.against import Against
from detectors.alerts.drift import Drift, Finding
from detectors.algorithms.contract import Detection
from detectors.reference.window import ReferenceWindow
from detectors.snapshots.tree import State
from schemas.events.detector_report import Stream
from schemas.tables.columns import Kind


@dataclass(frozen=True, slots=True)
class _Named:
    """What remains of a detector that has found something."""

    kind: str
    parameters: Mapping[str, float | int | str | bool]


def state_of(drift: Drift) -> State:
    """Return what `restored` takes, of a drift from a column's own rows."""
    before = drift.before
    return {
        "row": drift.row,
        "change_row": drift.change_row,
        "rows_since_change": drift.rows_since_change,
        "rows_observed": drift.rows_observed,
        "findings": [
            {
                "kind": each.detector.kind,
                "parameters": dict(each.detector.parameters),
                "stream": str(each.stream),
                # Where in a batch it was found says nothing later.
                "detection": asdict(each.detection) | {"index": 0},
            }
            for each in drift.findings
        ],
        "before": {
            "count": before.count,
            "mean": before.mean,
            "squares": before.squares,
            "counts": before.counts.copy(),
            "edges": before.edges,
            "category_counts": before.category_counts.copy(),
        },
        "after": drift.after.copy(),
        "kind": str(drift.kind),
        "names": list(drift.names),
        "autocorrelation": drift.autocorrelation,
        "stride": drift.stride,
        "independent": drift.independent,
        "false_alarms": drift.false_alarms,
        "budget_rows": drift.budget_rows,
        "without": drift.without,
        "began": drift.against.began,
    }


def restored(state: State) -> Drift:
    """Return the drift of a state."""
    given = dict(state)
    given["findings"] = tuple(
        Finding(
            _Named(each["kind"], each["parameters"]),
            Stream(each["stream"]),
            Detection(**each["detection"]),
        )
        for each in given["findings"]
    )
    window = dict(given["before"])
    window["counts"] = window["counts"].astype(np.int64)
    given["before"] = ReferenceWindow(**window)
    given["kind"] = Kind(given["kind"])
    given["against"] = Against(None, given.pop("began"))
    return Drift(**given)
