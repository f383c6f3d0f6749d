"""Ramps as a fleet has them go on: rows in, routes out, and back in by their topic."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from detectors.comparisons.options import ComparedMetric, ComparisonOptions
from detectors.monitors.fleet import Fleet
from detectors.monitors.fleet_snapshot import FleetSnapshots
from detectors.monitors.options import MonitorOptions
from detectors.performance.error import Task
from detectors.performance.threshold import ThresholdMetric
from detectors.routing.options import RoutingOptions
from detectors.routing.ramp import RampMove
from detectors.routing.router import RouteDecision
from detectors.snapshots.codec import encode_snapshot
from detectors.snapshots.model_parts import decode_part
from detectors.snapshots.parts import PartName, UnusablePart
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.routing import ModelRoute
from schemas.events.times import format_time
from schemas.events.version_status import VersionStatus
from schemas.tables.columns import Column, Kind, Role
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Source
from schemas.tables.outcomes import outcome_columns
from tests.detectors.batches import START
from tests.detectors.stored import parts_of
from tests.schemas.events.routes import DECISION, canary_of, notice_of, route_of

COMPARED = ComparisonOptions(
    metrics=(ComparedMetric(metric=ThresholdMetric.ACCURACY, smallest_effect=0.05, margin=0.1),),
    promotes_equals=True,
)
ROUTED = RoutingOptions(step=600_000, labels=50)
SIZE = 200

Right = Callable[[str], float]
"""With which probability a version is right."""


def fleet_of(
    routed: RoutingOptions | None = ROUTED, compared: ComparisonOptions = COMPARED
) -> Fleet:
    return Fleet(
        lambda _: MonitorOptions(burn_in=50, bins=8, task=Task.CLASSIFICATION),
        compared_by=lambda _: compared,
        routed_by=lambda _: routed,
    )


def begun(fleet: Fleet) -> Fleet:
    """Return a fleet in which version 8 begins to take over from 7."""
    fleet.reroute(notice_of(a_canary(), 0))
    return fleet


def a_canary() -> ModelRoute:
    document = canary_of(0.2, 0)
    ramp = {**document["ramp"], "steps": [0.2, 0.5, 1.0], "step": 0}
    return route_of({**document, "ramp": ramp}, decision=DECISION)


def tables_of(right: Right, share: float, begin: int, seed: int) -> Iterator[ObservationTable]:
    """Yield a table of predictions, a second apart, and one of their labels."""
    random = np.random.default_rng([seed, begin])
    versions = np.where(random.random(SIZE) < share, "8", "7")
    order = np.argsort(versions, kind="stable")
    offsets = begin + order
    labels = random.integers(0, 2, SIZE)[order]
    rights = random.random(SIZE) < np.array([right(each) for each in versions[order]])
    said = np.where(rights, labels, 1 - labels)
    counts = [(each, int((versions == each).sum())) for each in ("7", "8")]
    columns = {
        Origin.PREDICTIONS: [Column("x", Role.FEATURE, Kind.NUMBER, random.normal(size=SIZE))],
        Origin.LABELS: [
            *outcome_columns(Role.PREDICTION, said.tolist()),
            *outcome_columns(Role.LABEL, labels.tolist()),
        ],
    }
    for origin, those in columns.items():
        yield ObservationTable(
            origin,
            tuple(ModelRows("fraud", version, rows) for version, rows in counts if rows),
            (Source(str(origin), 0),),
            np.zeros(SIZE, dtype=np.int64),
            offsets,
            START + 1000 * offsets,
            tuple(those),
        )


def played(
    fleet: Fleet, right: Right, batches: int, seed: int = 0
) -> tuple[list[RouteDecision], list[ObservationTable | ModelRoute]]:
    """Have services obey what is decided; return the decisions, and the log that they made."""
    decisions: list[RouteDecision] = []
    log: list[ObservationTable | ModelRoute] = []
    for number in range(batches):
        route = fleet.routes.of("fraud")
        assert route is not None
        share = {each.version: each.share for each in route.versions}.get("8", 0.0)
        for table in tables_of(right, share, number * SIZE, seed):
            log.append(table)
            fleet.update(table)
        for decision in fleet.router.decisions():
            decisions.append(decision)
            if decision.route is not None:
                log.append(decision.route)
                fleet.reroute(notice_of(decision.route, len(decisions)))
            if decision.event is not None:
                fleet.notice(decision.event)
    return decisions, log


def alike(_version: str) -> float:
    return 0.8


def worse(version: str) -> float:
    return 0.8 if version == "7" else 0.55


def test_a_version_that_is_no_worse_takes_over_step_by_step_and_becomes_the_champion() -> None:
    fleet = begun(fleet_of())
    decisions, _ = played(fleet, alike, 60)
    moves = [each.move for each in decisions if each.move is not RampMove.HELD]
    assert moves == [RampMove.ADVANCED, RampMove.ADVANCED, RampMove.PROMOTED]
    route = fleet.routes.of("fraud")
    assert route is not None
    assert [(each.version, each.share) for each in route.versions] == [("8", 1.0)]
    assert fleet.versions.status_of(("fraud", "8")) == "champion"
    revisions = [each.route.revision for each in decisions if each.route is not None]
    assert revisions == list(range(2, 2 + len(revisions)))


def test_a_version_that_is_worse_falls_back_before_it_has_all_of_the_traffic() -> None:
    fleet = begun(fleet_of())
    decisions, _ = played(fleet, worse, 60)
    assert [each.move for each in decisions][-1] is RampMove.FELL_BACK
    route = fleet.routes.of("fraud")
    assert route is not None
    assert [(each.version, each.share) for each in route.versions] == [("7", 1.0)]
    assert RampMove.PROMOTED not in [each.move for each in decisions]


def test_a_canary_that_was_announced_as_deployed_is_no_champion_after_it_fell_back() -> None:
    fleet = begun(fleet_of())
    for version, second in (("7", 0), ("8", 1)):
        time = format_time(START + 1000 * second)
        deployed = ModelEventType.VERSION_DEPLOYED
        fleet.notice(ModelEvent(type=deployed, model="fraud", version=version, timestamp=time))
    decisions, _ = played(fleet, worse, 60)
    assert [each.move for each in decisions][-1] is RampMove.FELL_BACK
    statuses = [fleet.versions.status_of(("fraud", version)) for version in ("7", "8")]
    assert statuses == [VersionStatus.CHAMPION, VersionStatus.ROLLED_BACK]


def test_a_ramp_goes_on_whatever_else_the_settings_have_compared() -> None:
    others = replace(COMPARED, baseline="6", candidates=tuple(map(str, range(10, 18))))
    decisions, _ = played(begun(fleet_of(compared=others)), alike, 20)
    assert decisions[0].move is RampMove.ADVANCED


def test_a_replay_a_restart_and_another_cut_decide_the_same() -> None:
    decisions, log = played(begun(fleet_of()), alike, 60)

    def again(stride: int, *, restarts: bool) -> tuple[list[RouteDecision], list[object]]:
        fleet = begun(fleet_of())
        found: list[RouteDecision] = []
        waiting: list[ObservationTable] = []
        back = 0

        def take() -> None:
            nonlocal fleet
            fleet.update_all(waiting)
            waiting.clear()
            found.extend(fleet.router.decisions())
            if restarts:
                fleet = restored(fleet)

        for each in log:
            if isinstance(each, ModelRoute):
                take()
                back += 1
                fleet.reroute(notice_of(each, back))
                continue
            waiting.append(each)
            if len(waiting) == stride:
                take()
        take()
        return found, [fleet.router.state(), fleet.routes.state(), fleet.comparisons.state()]

    # Without the event of the promotion, which is none of the rows.
    expected, states = again(1, restarts=False)
    assert [each.route for each in expected] == [each.route for each in decisions]
    assert again(7, restarts=False) == (expected, states)
    assert again(1, restarts=True) == (expected, states)


def restored(fleet: Fleet) -> Fleet:
    snapshots = FleetSnapshots(fleet)
    other = fleet_of()
    FleetSnapshots(other).restore(snapshots.outline(), parts_of(snapshots))
    return other


@pytest.mark.parametrize("name", [("route", "fraud"), ("ramp", "fraud")])
def test_a_part_that_cannot_be_taken_is_named(name: PartName) -> None:
    fleet = begun(fleet_of())
    played(fleet, alike, 3)
    snapshots = FleetSnapshots(fleet)
    parts = parts_of(snapshots)
    tree = decode_part(name, parts)
    wrong = {"latest": 1, "step": 1, "coming": 1, "base": 1}
    for faulty in (parts[("noticed",)], encode_snapshot({**tree, "state": wrong})):
        with pytest.raises(UnusablePart) as raised:
            FleetSnapshots(fleet_of()).restore(snapshots.outline(), {**parts, name: faulty})
        assert raised.value.name == name


def test_what_a_release_before_wrote_has_no_ramp_and_one_begins_with_the_next_row() -> None:
    fleet = begun(fleet_of())
    played(fleet, alike, 3)
    state = fleet.state()
    del state["ramps"]
    old = fleet_of()
    old.restore(state)
    assert old.router.state() == []
    played(old, alike, 4)
    assert old.router.outline() == ["fraud"]


def test_a_third_version_that_appears_unannounced_changes_nothing_of_a_ramp() -> None:
    fleet = begun(fleet_of())
    plain, _ = played(begun(fleet_of()), alike, 10)
    for number in range(10):
        for table in tables_of(alike, 0.5, 100_000 + number * SIZE, 9):
            models = tuple(each._replace(version=f"{each.version}x") for each in table.models)
            fleet.update(
                ObservationTable(
                    table.origin,
                    models,
                    (Source(f"{table.origin}-x", 0),),
                    table.source_of,
                    table.offsets,
                    table.times,
                    table.columns,
                )
            )
    decisions, _ = played(fleet, alike, 10)
    assert plain
    assert [each.move for each in decisions] == [each.move for each in plain]


def test_an_event_of_a_promotion_counts_once_however_often_it_comes() -> None:
    fleet = begun(fleet_of())
    decisions, _ = played(fleet, alike, 60)
    (event,) = [each.event for each in decisions if each.event is not None]
    assert isinstance(event, ModelEvent)
    fleet.notice(event)
    assert [str(each) for each in fleet.versions.changes().outcomes].count("repeated") == 1
