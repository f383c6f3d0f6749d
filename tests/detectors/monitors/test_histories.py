"""Champions against those before them, as a fleet meets their rows."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from detectors.comparisons.options import ComparisonOptions
from detectors.monitors.fleet import Fleet
from detectors.monitors.fleet_snapshot import FleetSnapshots
from detectors.monitors.histories import MOST_VERSIONS
from detectors.rollback.options import RollbackOptions, RollbackSource
from detectors.snapshots.parts import UnusablePart
from schemas.events.model_event import ModelEventType
from schemas.events.rollback_request import RollbackCause, RollbackRequest
from schemas.tables.columns import Column, Kind, Role
from schemas.tables.observations import ObservationTable, Origin
from schemas.tables.outcomes import outcome_columns
from tests.detectors.batches import START
from tests.detectors.monitors.test_comparisons import ACCURACY, OPTIONS, event, table_of
from tests.detectors.stored import parts_of

COMPARED = ComparisonOptions(metrics=(ACCURACY,))
BY_HISTORY = RollbackOptions(sources=frozenset({RollbackSource.HISTORY}))
DEPLOYED = ModelEventType.VERSION_DEPLOYED


def fleet_of(
    options: RollbackOptions = BY_HISTORY, compared: ComparisonOptions | None = COMPARED
) -> Fleet:
    return Fleet(
        lambda _: OPTIONS,
        compared_by=lambda _: compared,
        rolled_back_by=lambda _: options,
    )


def alone(version: str, right: float, begin: int, rows: int = 1500) -> Iterator[ObservationTable]:
    """Yield the predictions of a version that serves alone, and their labels, second by second."""
    random = np.random.default_rng([begin, rows])
    for first in range(begin, begin + rows, 50):
        places = [(version, offset, START + 1000 * offset) for offset in range(first, first + 50)]
        labels = random.integers(0, 2, 50)
        said = np.where(random.random(50) < right, labels, 1 - labels)
        features = [Column("x", Role.FEATURE, Kind.NUMBER, random.normal(size=50))]
        yield table_of(Origin.PREDICTIONS, features, places)
        outcomes = [
            *outcome_columns(Role.PREDICTION, said.tolist()),
            *outcome_columns(Role.LABEL, labels.tolist()),
        ]
        yield table_of(Origin.LABELS, outcomes, places)


def lived(fleet: Fleet, rights: Sequence[float] = (0.9, 0.6)) -> list[RollbackRequest]:
    """Have versions 1, 2, ... serve one after the other; return what is asked."""
    asked: list[RollbackRequest] = []
    for number, right in enumerate(rights):
        begin = 2000 * number
        fleet.notice(event(DEPLOYED, str(number + 1), begin))
        asked += fed(fleet, list(alone(str(number + 1), right, begin)))
    return asked


def fed(fleet: Fleet, tables: Sequence[ObservationTable]) -> list[RollbackRequest]:
    events = [each for table in tables for each in fleet.update(table)]
    return [each for each in events if isinstance(each, RollbackRequest)]


def restored(fleet: Fleet, compared: ComparisonOptions = COMPARED) -> Fleet:
    snapshots, other = FleetSnapshots(fleet), fleet_of(compared=compared)
    FleetSnapshots(other).restore(snapshots.outline(), parts_of(snapshots))
    return other


def test_a_champion_that_is_worse_than_the_one_before_was_is_asked_to_go() -> None:
    (request,) = lived(fleet_of())

    assert (request.version, request.target) == ("2", "1")
    assert request.cause is RollbackCause.BEFORE
    (evidence,) = request.evidence
    assert evidence.metric == "accuracy"
    assert evidence.expected == pytest.approx(0.9, abs=0.03)
    assert evidence.expected_rows == 1500
    assert evidence.low is not None
    assert evidence.high is not None
    assert evidence.difference is not None
    assert evidence.low < evidence.difference < evidence.high < 0.0
    assert evidence.statistic >= evidence.limit
    assert evidence.at == request.decided_at


def test_one_that_is_as_good_is_not_and_the_next_is_held_against_it() -> None:
    assert lived(fleet_of(), (0.9, 0.9)) == []
    (request,) = lived(fleet_of(), (0.6, 0.9, 0.6))
    assert (request.version, request.target) == ("3", "2")


@pytest.mark.parametrize(
    ("options", "compared"),
    [(RollbackOptions(), COMPARED), (BY_HISTORY, None)],
    ids=["not asked for", "not compared"],
)
def test_where_it_is_not_asked_for_nothing_is_remembered(
    options: RollbackOptions, compared: ComparisonOptions | None
) -> None:
    fleet = fleet_of(options, compared)
    assert lived(fleet) == []
    assert fleet.comparisons.histories.outline() == []


def test_labels_of_predictions_from_before_it_served_do_not_count() -> None:
    fleet = fleet_of()
    lived(fleet, (0.9,))
    fleet.notice(event(DEPLOYED, "2", 10_000))
    assert fed(fleet, list(alone("2", 0.5, 2000))) == []


def test_a_champion_that_comes_back_is_judged_by_the_rows_that_follow() -> None:
    fleet = fleet_of()
    lived(fleet)
    fleet.notice(event(ModelEventType.ROLLED_BACK, "1", 4000))
    fed(fleet, list(alone("1", 0.9, 4000, 500)))
    fleet.notice(event(DEPLOYED, "2", 6000))
    assert fed(fleet, list(alone("2", 0.9, 6000))) == []

    fleet.notice(event(DEPLOYED, "3", 8000))
    (request,) = fed(fleet, list(alone("3", 0.4, 8000)))
    # The next one is held against the rows of both its times.
    assert (request.target, request.evidence[0].expected_rows) == ("2", 3000)


def test_the_version_that_has_been_no_champion_for_longest_is_forgotten_first() -> None:
    fleet = fleet_of()
    numbers = (1, 2, 1, 3, 4, 5)
    for place, number in enumerate(numbers):
        fleet.notice(event(DEPLOYED, str(number), 200 * place))
        fed(fleet, list(alone(str(number), 0.9, 200 * place, 100)))

    (_, state) = fleet.comparisons.histories.state()[0]
    assert [each["version"] for each in state["versions"]] == ["1", "3", "4", "5"]


def test_neither_batches_nor_restarts_change_what_is_asked() -> None:
    def begun() -> Fleet:
        fleet = fleet_of()
        lived(fleet, (0.9,))
        fleet.notice(event(DEPLOYED, "2", 2000))
        return fleet

    tables = list(alone("2", 0.6, 2000))
    one_by_one = fed(begun(), tables)
    assert len(one_by_one) == 1

    taken = begun().update_all(tables)
    at_once = [each for part in taken for each in part.events]
    assert [each for each in at_once if isinstance(each, RollbackRequest)] == one_by_one

    fleet, asked = begun(), []
    for begin in range(0, len(tables), 5):
        asked += fed(fleet, tables[max(begin - 2, 0) : begin + 5])
        fleet = restored(fleet)
    assert asked == one_by_one


def test_what_was_compared_otherwise_begins_anew_and_a_faulty_part_is_named() -> None:
    fleet = fleet_of()
    lived(fleet, (0.9,))
    other = restored(fleet, ComparisonOptions(metrics=(ACCURACY,), level=0.01))
    assert other.comparisons.histories.outline() == []

    snapshots = FleetSnapshots(fleet)
    parts, part = parts_of(snapshots), ("history", "fraud")
    with pytest.raises(UnusablePart) as caught:
        FleetSnapshots(fleet_of()).restore(
            snapshots.outline(), {**parts, part: parts[("noticed",)]}
        )
    assert caught.value.name == part


def test_the_versions_that_are_remembered_have_a_bound() -> None:
    fleet = fleet_of()
    lived(fleet, (0.9,) * (MOST_VERSIONS + 2))
    state = fleet.comparisons.histories.part_state("fraud")
    assert [each["version"] for each in state["versions"]] == ["3", "4", "5", "6"]
