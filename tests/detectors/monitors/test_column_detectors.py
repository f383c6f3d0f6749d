from collections.abc import Sequence

import numpy as np
import pytest

from detectors.alerts.drift import Finding
from detectors.algorithms import rank_bets
from detectors.arrays.column import Numbers
from detectors.monitors.column_detectors import ColumnDetectors
from detectors.monitors.options import DEFAULT_DETECTORS, DetectorOptions
from detectors.monitors.row_bets import NO_ROW_BETS
from detectors.reference.reference import Reference
from schemas.events.detector_report import Stream
from schemas.tables.columns import Kind

OTHERS = (
    DetectorOptions("adwin", {"delta": 0.01}),
    DetectorOptions("ddm", {}, (Stream.RAW,)),
)


def _begun(
    options: Sequence[DetectorOptions], kind: Kind, values: Numbers
) -> tuple[ColumnDetectors, Reference]:
    reference = Reference(burn_in=len(values), bins=16, categorical=False, seed=1)
    detectors = ColumnDetectors(options, kind, len(values))
    reference.block = detectors.primed(reference.block, 1e6)
    reference.burn(values, np.arange(len(values)))
    return detectors, reference


def _judged(
    detectors: ColumnDetectors, reference: Reference, values: Numbers
) -> tuple[Finding, ...]:
    return detectors.judge(
        reference, values, reference.bins(values), np.arange(len(values)), NO_ROW_BETS
    )


@pytest.mark.parametrize(("kind", "watchers"), [(Kind.NUMBER, 2), (Kind.BOOLEAN, 3)])
def test_detectors_of_0_and_1_watch_booleans_alone(kind: Kind, watchers: int) -> None:
    detectors, reference = _begun(OTHERS, kind, np.resize([0.0, 1.0], 200))

    assert detectors.defaults is None
    assert len(detectors.states(reference.block)) == watchers


@pytest.mark.parametrize("options", [DEFAULT_DETECTORS, OTHERS])
def test_what_fires_first_is_found_and_nothing_before_a_change(
    options: Sequence[DetectorOptions],
) -> None:
    random = np.random.default_rng(1)
    detectors, reference = _begun(options, Kind.NUMBER, random.normal(size=500))

    assert _judged(detectors, reference, random.normal(size=300)) == ()
    findings = _judged(detectors, reference, random.normal(3.0, 1.0, size=200))
    assert findings
    assert len({finding.detection.index for finding in findings}) == 1


@pytest.mark.parametrize("options", [DEFAULT_DETECTORS, OTHERS])
def test_detectors_that_are_restored_find_what_those_before_find(
    options: Sequence[DetectorOptions],
) -> None:
    random = np.random.default_rng(2)
    burnt, calm, late = random.normal(size=500), random.normal(size=90), random.normal(2, 1, 200)
    detectors, reference = _begun(options, Kind.NUMBER, burnt)
    _judged(detectors, reference, calm)
    other, again = _begun(options, Kind.NUMBER, burnt)
    again.ranks(again.bins(calm))
    again.block = other.restored(again.block, detectors.states(reference.block))
    rank_bets.restore(again.block.bets, rank_bets.state_of(reference.block.bets))
    found, expected = _judged(other, again, late), _judged(detectors, reference, late)

    assert [each.detection for each in found] == [each.detection for each in expected]
