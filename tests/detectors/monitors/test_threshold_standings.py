"""What the registry of versions tells of the thresholds of a fleet's versions."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from detectors.algorithms.estimated_mean import EstimatedMean
from detectors.monitors.fleet import Fleet
from detectors.monitors.threshold_standings import NO_LABELS, standing_of
from detectors.performance.error import Task
from detectors.performance.inheritance import Inherited
from detectors.performance.kept_losses import Kept
from detectors.performance.threshold import Threshold
from detectors.performance.threshold_check import ThresholdCheck
from schemas.events.version_record import ThresholdState, VersionRecord
from tests.detectors.monitors.test_labelled_rows import classes, table_of
from tests.detectors.monitors.test_threshold_watch import OPTIONS, new_fleet
from tests.detectors.versions.events import event

TEXTS = (
    "accuracy >= 0.9",
    "mae <= 2",
    "accuracy >= previous - 0.02",
    "accuracy >= 0.9 * reference",
)
HELD = replace(OPTIONS, task=Task.CLASSIFICATION, thresholds=tuple(map(Threshold.of, TEXTS)))
GOOD, BAD = [*classes(1500, 0.02)], [*classes(1000, 0.4)]


def taken(rows: list[tuple[Any, Any]], size: int = 250) -> Fleet:
    fleet = new_fleet(HELD)
    feed(fleet, rows, size)
    return fleet


def feed(fleet: Fleet, rows: list[tuple[Any, Any]], size: int = 250, start: int = 0) -> None:
    for at in range(0, len(rows), size):
        fleet.update(table_of(rows[at : at + size], "fraud", start=start + at))


def record_of(fleet: Fleet) -> VersionRecord:
    (record,) = fleet.versions.records("fraud")
    return record


def standings(fleet: Fleet) -> dict[str, tuple[str, str | None]]:
    return {each.threshold: (each.state, each.reason) for each in record_of(fleet).thresholds}


def test_what_is_kept_crossed_and_judged_by_nothing_is_told_with_the_reason() -> None:
    fleet = taken(GOOD)
    assert standings(fleet) == {
        "accuracy >= 0.9": (ThresholdState.KEPT, None),
        "mae <= 2": (ThresholdState.NOT_JUDGED, NO_LABELS),
        "accuracy >= previous - 0.02": (ThresholdState.NOT_JUDGED, "no_version_before"),
        "accuracy >= 0.9 * reference": (ThresholdState.KEPT, None),
    }
    bounds = [each.bound for each in record_of(fleet).thresholds]
    assert bounds[:3] == [0.9, 2.0, None]
    assert bounds[3] == pytest.approx(0.88, abs=0.02)

    fleet.versions.changes()
    feed(fleet, BAD, start=len(GOOD))
    crossed = standings(fleet)
    assert {text for text, (state, _) in crossed.items() if state == ThresholdState.CROSSED} == {
        "accuracy >= 0.9",
        "accuracy >= 0.9 * reference",
    }
    assert [each.version for each in fleet.versions.changes().records] == ["1"]


def test_a_deployment_has_relative_ones_wait_for_their_reference_and_others_stand() -> None:
    fleet = taken(GOOD + BAD)
    fleet.notice(event("version_deployed", "1", "12:00"))
    told = standings(fleet)
    assert told["accuracy >= 0.9 * reference"] == (ThresholdState.NOT_JUDGED, "waiting")
    assert told["accuracy >= 0.9"] == (ThresholdState.CROSSED, None)


@pytest.mark.parametrize("size", [1, 77, 4000])
def test_what_is_told_in_the_end_does_not_depend_on_how_rows_were_cut(size: int) -> None:
    rows = [*classes(300, 0.02), *classes(120, 0.9)] if size == 1 else GOOD + BAD
    expected = record_of(taken(rows))
    assert record_of(taken(rows, size)).record_id == expected.record_id
    assert expected.thresholds


def test_a_restored_registry_tells_the_same() -> None:
    fleet, again = taken(GOOD + BAD), new_fleet(HELD)
    again.restore(fleet.state())
    assert record_of(again) == record_of(fleet)
    old = fleet.versions.state()
    for _, _, version in old["served"]:
        del version["thresholds"]
    again.versions.restore(old)
    assert standings(again) == {}
    feed(again, GOOD[:1], start=len(GOOD + BAD))
    assert standings(again) == standings(fleet)


def test_what_is_crossed_stays_so_where_nothing_is_judged_at_present() -> None:
    threshold, known = Threshold.of("accuracy >= previous - 0.02"), EstimatedMean()
    known.add(np.full(1000, 0.1))
    told = []
    for is_breached in (False, True):
        before, check = (ThresholdCheck(threshold, 1e5) for _ in range(2))
        before.losses, before.is_breached = 5000, is_breached
        before.inherit(Inherited("1", Kept(0, 1.0, known)))
        check.restore({**before.state(), "both": True})
        told.append((standing_of(check).state, standing_of(check).reason))

    assert told == [("not_judged", "both_serve"), ("crossed", None)]
