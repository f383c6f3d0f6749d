"""Versions that are compared, as a fleet meets them: in tables, one after the other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from detectors.comparisons.options import ComparedMetric, ComparisonOptions
from detectors.monitors.comparisons import Comparisons
from detectors.monitors.fleet import Fleet
from detectors.monitors.fleet_snapshot import FleetSnapshots
from detectors.monitors.options import MonitorOptions
from detectors.monitors.rollbacks import Rollbacks
from detectors.performance.error import Task
from detectors.performance.options import PerformanceOptions, ScoreOf
from detectors.performance.threshold import ThresholdMetric
from detectors.routing.router import Router
from detectors.routing.routes import RouteOutcome
from detectors.snapshots.parts import UnusablePart
from detectors.versions.registry import VersionRegistry
from schemas.events.model_comparison import (
    ComparisonDecision,
    ComparisonMode,
    ComparisonReason,
    ExposureFault,
    Finding,
    MetricRole,
    ModelComparison,
    Verdict,
)
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.published import PublishedEvent
from schemas.events.routing import ModelRoute
from schemas.events.times import format_time
from schemas.tables.columns import Column, Flag, Kind, Role
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Source
from schemas.tables.outcomes import outcome_columns
from tests.detectors.batches import START
from tests.detectors.stored import parts_of
from tests.schemas.events.routes import canary_of, document_of, notice_of, route_of, shadow_of

OPTIONS = MonitorOptions(burn_in=50, bins=8, task=Task.CLASSIFICATION)
ACCURACY = ComparedMetric(metric=ThresholdMetric.ACCURACY, smallest_effect=0.1)
RECALL = ComparedMetric(
    metric=ThresholdMetric.RECALL, of_class="1", role=MetricRole.GUARDRAIL, margin=0.05
)
COMPARED = ComparisonOptions(metrics=(ACCURACY, RECALL))
Right = Callable[[str, int], float]
"""With which probability a version is right about a class."""


def fleet_of(options: ComparisonOptions | None = COMPARED) -> Fleet:
    return Fleet(lambda _: OPTIONS, compared_by=lambda _: options)


def event(kind: ModelEventType, version: str, second: int = 0) -> ModelEvent:
    time = format_time(START + 1000 * second)
    return ModelEvent(type=kind, model="fraud", version=version, timestamp=time)


def serving(fleet: Fleet, *challengers: str) -> Fleet:
    """Return a fleet of which version 1 is the champion, and others are its challengers."""
    fleet.notice(event(ModelEventType.VERSION_DEPLOYED, "1"))
    for each in challengers:
        fleet.notice(event(ModelEventType.VERSION_CHALLENGER, each, 1))
    return fleet


def table_of(
    origin: Origin, columns: Sequence[Column], rows: Sequence[tuple[str, int, int]]
) -> ObservationTable:
    """Return rows of versions, each with its offset and its time."""
    versions = [version for version, _, _ in rows]
    counts = {version: versions.count(version) for version in dict.fromkeys(versions)}
    return ObservationTable(
        origin,
        tuple(ModelRows("fraud", version, count) for version, count in counts.items()),
        (Source(str(origin), 0),),
        np.zeros(len(rows), dtype=np.int64),
        np.array([offset for _, offset, _ in rows]),
        np.array([time for _, _, time in rows]),
        tuple(columns),
    )


def traffic(
    right: Right,
    *,
    requests: int,
    is_shadow: bool = False,
    share: float = 0.5,
    labelled: Sequence[str] = ("1", "2"),
    size: int = 100,
    seed: int = 0,
    by_country: bool = False,
) -> Iterator[ObservationTable]:
    """Yield tables of predictions of versions 1 and 2, each followed by one of their labels."""
    random = np.random.default_rng(seed)
    for begin in range(0, requests, size):
        rows: dict[str, list[tuple[int, int, int]]] = {"1": [], "2": []}
        for offset in range(begin, begin + size):
            label = int(random.random() < 0.4)
            versions = ("1", "2") if is_shadow else ("2" if random.random() < share else "1",)
            for version in versions:
                said = label if random.random() < right(version, label) else 1 - label
                rows[version].append((offset, said, label))
        flat = [(version, *row) for version in ("1", "2") for row in rows[version]]
        yield table_of(
            Origin.PREDICTIONS,
            [Column("x", Role.FEATURE, Kind.NUMBER, random.normal(size=len(flat)))],
            [(version, offset, START + 1000 * offset) for version, offset, _, _ in flat],
        )
        known = [row for row in flat if row[0] in labelled]
        if known:
            yield table_of(
                Origin.LABELS,
                [
                    *outcome_columns(Role.PREDICTION, [said for _, _, said, _ in known]),
                    *outcome_columns(Role.LABEL, [label for _, _, _, label in known]),
                    *([countries(known)] if by_country else []),
                ],
                [(version, offset, START + 1000 * offset) for version, offset, _, _ in known],
            )


def predicted_and_labelled(
    begin: int, said: NDArray[Any], labels: NDArray[Any]
) -> list[ObservationTable]:
    """Return rows of version 1, as many of version 2, and a table of their labels."""
    half = len(said) // 2
    places = range(begin, begin + len(said))
    rows = [("12"[(at - begin) // half], at, START + 1000 * at) for at in places]
    outcomes = [
        *outcome_columns(Role.PREDICTION, said.tolist()),
        *outcome_columns(Role.LABEL, labels.tolist()),
    ]
    x = Column("x", Role.FEATURE, Kind.NUMBER, np.zeros(len(said)))
    return [table_of(Origin.PREDICTIONS, [x], rows), table_of(Origin.LABELS, outcomes, rows)]


def countries(rows: Sequence[tuple[str, int, int, int]]) -> Column:
    """Return a fifth of the rows as French, and some as without a country."""
    codes = np.array([min(offset % 5, 1) for _, offset, _, _ in rows], dtype=np.int32)
    flags = np.array([Flag.ABSENT if offset % 97 == 0 else Flag.OK for _, offset, _, _ in rows])
    named = ('{"country":"fr","x":"1"}', '{"country":"de"}')
    return Column("segment", Role.SEGMENT, Kind.CATEGORY, codes, named, flags.astype(np.uint8))


def looks(events: Sequence[PublishedEvent]) -> list[ModelComparison]:
    return [each for each in events if isinstance(each, ModelComparison)]


def taken(fleet: Fleet, tables: Sequence[ObservationTable]) -> list[ModelComparison]:
    return looks([each for table in tables for each in fleet.update(table)])


def alike(version: str, label: int) -> float:
    del version, label
    return 0.8


def better(version: str, label: int) -> float:
    del label
    return 0.9 if version == "2" else 0.75


def much_better(version: str, label: int) -> float:
    del label
    return 1.0 if version == "2" else 0.7


def misses_class(version: str, label: int) -> float:
    """Version 2 is better in all, and misses the class that matters."""
    if version == "1":
        return 0.8
    return 0.5 if label else 1.0


def test_a_challenger_that_is_better_is_promoted_as_soon_as_it_is_known() -> None:
    told = taken(serving(fleet_of(), "2"), list(traffic(better, requests=3000)))
    assert told[0].verdict is Verdict.INCONCLUSIVE
    last = told[-1]
    assert (last.decision, last.verdict, last.reason) == (
        ComparisonDecision.PROMOTE,
        Verdict.SUCCESSFUL,
        ComparisonReason.BETTER,
    )
    assert (last.version, last.baseline, last.mode) == ("2", "1", ComparisonMode.AB)
    accuracy = last.metrics[0]
    assert accuracy.difference == pytest.approx(0.15, abs=0.06)
    assert accuracy.low is not None
    assert accuracy.high is not None
    assert 0.0 < accuracy.low < 0.15 < accuracy.high
    decided = next(each for each in told if each.metrics[0].finding is Finding.BETTER)
    assert decided.metrics[0].decided_at == decided.as_of
    assert decided.metrics[0].better >= decided.metrics[0].threshold
    assert [each.look for each in told] == list(range(len(told)))


def test_versions_that_are_alike_are_not_told_apart() -> None:
    told = taken(serving(fleet_of(), "2"), list(traffic(alike, requests=4000)))
    assert {each.verdict for each in told} == {Verdict.INCONCLUSIVE}
    assert told[-1].reason is ComparisonReason.NO_RELEVANT_DIFFERENCE
    assert len(told) < 40  # not one for each table


def test_a_guardrail_that_is_broken_outweighs_what_became_better() -> None:
    told = taken(serving(fleet_of(), "2"), list(traffic(misses_class, requests=3000)))
    assert told[-1].decision is ComparisonDecision.ROLLBACK
    assert told[-1].reason is ComparisonReason.GUARDRAIL_WORSE
    assert told[-1].metrics[1].metric == "recall[1]"
    assert "recall[1] worse" in told[-1].message


def in_france(tables: Sequence[ObservationTable]) -> list[ObservationTable]:
    """Return tables in which version 2 is always wrong in France."""
    return [
        each
        if each.origin is Origin.PREDICTIONS
        else replace(each, columns=tuple(wrong_in_france(each, column) for column in each.columns))
        for each in tables
    ]


def wrong_in_france(table: ObservationTable, column: Column) -> Column:
    if column.role is not Role.PREDICTION:
        return column
    labels = next(each for each in table.columns if each.role is Role.LABEL)
    second = np.arange(len(table.offsets)) >= table.models[0].rows
    wrong = (table.offsets % 5 == 0) & second & (table.models[-1].version == "2")
    return replace(column, values=np.where(wrong, 1 - labels.values, column.values))


@pytest.mark.parametrize("is_shadow", [False, True])
def test_harm_in_one_segment_is_harm_to_all_and_named(is_shadow: bool) -> None:
    options = replace(COMPARED, metrics=(ACCURACY,), segments=("country",))
    tables = in_france(
        list(traffic(much_better, requests=3000, is_shadow=is_shadow, by_country=True))
    )
    told = taken(serving(fleet_of(options), "2"), tables)
    last = told[-1]
    assert (last.decision, last.reason) == (
        ComparisonDecision.ROLLBACK,
        ComparisonReason.SEGMENT_WORSE,
    )
    assert "accuracy worse by" in last.message
    assert "where country is fr" in last.message
    of = {each.value: each.metrics[0] for each in last.segments}
    assert of["fr"].is_harm
    assert of["de"].finding is Finding.BETTER
    assert {each.name for each in last.segments} == {"country"}
    # Without the segment nobody would know.
    whole = taken(serving(fleet_of(replace(options, segments=())), "2"), tables)
    assert whole[-1].decision is not ComparisonDecision.ROLLBACK
    assert whole[-1].segments == []


def test_two_versions_of_the_same_requests_are_pairs() -> None:
    told = taken(serving(fleet_of(), "2"), list(traffic(better, requests=1000, is_shadow=True)))
    assert told[-1].mode is ComparisonMode.SHADOW
    assert told[-1].exposure.pairs == told[-1].exposure.candidate.predictions >= 800
    assert told[-1].exposure.faults == []
    assert told[-1].metrics[0].finding is Finding.BETTER


@pytest.mark.parametrize("is_shadow", [False, True])
def test_neither_batches_nor_replays_nor_restarts_change_what_is_told(is_shadow: bool) -> None:
    options = replace(COMPARED, segments=("country", "x"))
    tables = list(traffic(better, requests=1500, is_shadow=is_shadow, size=50, by_country=True))
    one_by_one = taken(serving(fleet_of(options), "2"), tables)
    assert len(one_by_one) > 3
    assert {each.value for each in one_by_one[-1].segments} >= {"de", "fr", "1"}

    at_once = serving(fleet_of(options), "2")
    events = [each for part in at_once.update_all(tables) for each in part.events]
    assert looks(events) == one_by_one

    fleet, told = serving(fleet_of(options), "2"), []
    for begin in range(0, len(tables), 7):
        # The last two tables came before.
        part = tables[max(begin - 2, 0) : begin + 7]
        told += looks([each for taken in fleet.update_all(part) for each in taken.events])
        fleet = restored(fleet, options)
    assert told == one_by_one


def test_labels_of_several_partitions_leave_the_same_state_however_they_are_cut() -> None:
    tables = list(traffic(better, requests=1500, is_shadow=True, size=50))
    predictions = [each for each in tables if each.origin is Origin.PREDICTIONS]
    labels = [
        replace(each, sources=(Source("labels", (number + 1) % 2),))
        for number, each in enumerate(each for each in tables if each.origin is Origin.LABELS)
    ]

    def compared(size: int) -> tuple[list[ModelComparison], bytes]:
        fleet = serving(fleet_of())
        taken(fleet, [*predictions, *labels[:10]])
        # From here on what is known of both is complete, and tables are taken as one.
        fleet.notice(event(ModelEventType.VERSION_CHALLENGER, "2", 1))
        told: list[ModelComparison] = []
        for begin in range(10, len(labels), size):
            parts = fleet.update_all(labels[begin : begin + size])
            told += looks([each for taken in parts for each in taken.events])
        return told, FleetSnapshots(fleet).part(("comparison", "fraud", "1", "2"))

    one_by_one = compared(1)
    assert len(one_by_one[0]) > 3
    assert compared(7) == compared(20) == one_by_one


def test_held_predictions_and_labels_of_newcomers_are_both_compared() -> None:
    tables = list(traffic(better, requests=400, size=10))
    fleet = serving(Fleet(lambda _: OPTIONS, compared_by=lambda _: COMPARED, at_once=0), "2")
    taken(fleet, tables)
    monitors = [fleet.monitor("fraud", each) for each in ("1", "2")]
    state = fleet.comparisons.part_state(("fraud", "1", "2"))
    assert state["traffic"]["counts"] == [each.rows for each in monitors if each]
    # Labels of predictions from before the first row that was compared do not count.
    assert 398 <= sum(state["labelled"]) <= sum(state["traffic"]["counts"]) == 400


def restored(fleet: Fleet, options: ComparisonOptions = COMPARED) -> Fleet:
    snapshots = FleetSnapshots(fleet)
    other = fleet_of(options)
    FleetSnapshots(other).restore(snapshots.outline(), parts_of(snapshots))
    return other


def test_a_state_without_comparisons_begins_them_and_a_faulty_one_is_named() -> None:
    fleet = serving(fleet_of(), "2")
    taken(fleet, list(traffic(better, requests=200)))
    snapshots = FleetSnapshots(fleet)
    parts = parts_of(snapshots)
    outline = snapshots.outline()
    pair = ("comparison", "fraud", "1", "2")
    assert pair in parts

    before = fleet_of()
    FleetSnapshots(before).restore({**outline, "comparisons": []}, parts)
    (first, *_) = taken(before, list(traffic(better, requests=400))[4:])
    assert first.look == 0

    faulty = {**parts, pair: parts[("noticed",)]}
    with pytest.raises(UnusablePart) as raised:
        FleetSnapshots(fleet_of()).restore(outline, faulty)
    assert raised.value.name == pair


def test_a_state_from_before_segments_goes_on() -> None:
    fleet = serving(fleet_of(), "2")
    tables = list(traffic(better, requests=400, is_shadow=True))
    taken(fleet, tables[:4])
    state = fleet.comparisons.part_state(("fraud", "1", "2"))
    assert "segments=" not in state["options"]
    del state["segments"]
    state["waiting"] = [each[:2] for each in state["waiting"]]
    other = serving(fleet_of(), "2")
    other.comparisons.restore([(("fraud", "1", "2"), state)])
    expected = fleet.comparisons.part_state(("fraud", "1", "2"))
    assert repr(other.comparisons.part_state(("fraud", "1", "2"))) == repr(expected)


def test_other_options_begin_a_comparison_anew() -> None:
    fleet = serving(fleet_of(), "2")
    taken(fleet, list(traffic(better, requests=200)))
    snapshots = FleetSnapshots(fleet)
    other = fleet_of(ComparisonOptions(metrics=(RECALL, ACCURACY)))
    FleetSnapshots(other).restore(snapshots.outline(), parts_of(snapshots))
    (first, *_) = taken(other, list(traffic(better, requests=400))[4:])
    assert first.look == 0


def test_without_labels_it_is_inconclusive() -> None:
    told = taken(serving(fleet_of(), "2"), list(traffic(better, requests=500, labelled=())))
    assert [each.reason for each in told] == [ComparisonReason.NO_LABELS]
    assert told[0].verdict is Verdict.INCONCLUSIVE
    assert told[0].metrics[0].difference is None


def test_labels_of_one_version_alone_are_inconclusive() -> None:
    told = taken(serving(fleet_of(), "2"), list(traffic(better, requests=900, labelled=("2",))))
    assert told[-1].reason is ComparisonReason.ONE_ARM_LABELLED
    assert told[-1].verdict is Verdict.INCONCLUSIVE


def test_a_version_that_nothing_has_named_is_not_compared() -> None:
    assert taken(serving(fleet_of()), list(traffic(better, requests=500))) == []
    by_settings = ComparisonOptions(metrics=(ACCURACY,), baseline="1", candidates=("2",))
    assert taken(fleet_of(by_settings), list(traffic(better, requests=500))) != []
    assert taken(serving(fleet_of(None), "2"), list(traffic(better, requests=500))) == []


def test_a_challenger_without_traffic_holds() -> None:
    told = taken(serving(fleet_of(), "2"), list(traffic(alike, requests=2000, share=0.0)))
    assert told[-1].exposure.faults == [ExposureFault.NO_TRAFFIC]
    assert (told[-1].decision, told[-1].reason) == (
        ComparisonDecision.HOLD,
        ComparisonReason.EXPOSURE,
    )


def test_a_split_that_is_not_as_stated_holds_what_would_be_promoted() -> None:
    stated = ComparisonOptions(metrics=(ACCURACY,), share=0.5)
    told = taken(serving(fleet_of(stated), "2"), list(traffic(better, requests=3000, share=0.4)))
    assert told[-1].metrics[0].finding is Finding.BETTER
    assert told[-1].exposure.faults == [ExposureFault.SPLIT]
    assert told[-1].decision is ComparisonDecision.HOLD


def test_a_pair_ends_with_the_candidate_and_begins_anew_when_it_comes_back() -> None:
    fleet = serving(fleet_of(), "2")
    tables = list(traffic(alike, requests=900))
    assert taken(fleet, tables[:6])[0].look == 0
    fleet.notice(event(ModelEventType.VERSION_RETIRED, "2", 300))
    assert taken(fleet, tables[6:12]) == []
    fleet.notice(event(ModelEventType.VERSION_CHALLENGER, "2", 600))
    assert taken(fleet, tables[12:])[0].look == 0


def test_a_model_of_which_nothing_is_stated_is_compared_by_its_task() -> None:
    told = taken(serving(fleet_of(ComparisonOptions()), "2"), list(traffic(better, requests=3000)))
    assert [each.metric for each in told[-1].metrics] == ["accuracy"]


@pytest.mark.parametrize("is_whole", [False, True])
def test_amounts_are_compared_by_their_distance_whatever_the_first_rows_were_like(
    *, is_whole: bool
) -> None:
    options = replace(OPTIONS, task=Task.AUTO)
    fleet = serving(Fleet(lambda _: options, compared_by=lambda _: ComparisonOptions()), "2")
    random = np.random.default_rng(0)
    tables = []
    for begin in range(0, 4000, 100):
        labels = random.integers(10, 60, 100)
        errors = random.normal(0, [8] * 50 + [4] * 50)
        # The first errors are whole in any case.
        digits = 0 if is_whole or begin == 0 else 2
        said = np.round(labels + errors, digits)
        tables += predicted_and_labelled(begin, said, labels)
    (metric,) = taken(fleet, tables)[-1].metrics
    assert (metric.metric, metric.finding) == ("mae", Finding.BETTER)


@pytest.mark.parametrize("hits", [(0.25, 0.45), (0.45, 0.25)])
def test_versions_that_are_taken_for_different_things_are_compared_by_their_distance(
    hits: tuple[float, float],
) -> None:
    options = replace(OPTIONS, task=Task.AUTO)
    fleet = serving(Fleet(lambda _: options, compared_by=lambda _: ComparisonOptions()), "2")
    random = np.random.default_rng(0)
    tables = []
    for begin in range(0, 6000, 100):
        labels = random.integers(10, 40, 100)
        misses = random.integers(1, 5, 100) * random.choice([-1, 1], 100)
        is_hit = random.random(100) < np.repeat(hits, 50)
        said = np.where(is_hit, labels, labels + misses)
        tables += predicted_and_labelled(begin, said, labels)
    (metric,) = taken(fleet, tables)[-1].metrics
    tasks = {monitor.task.settled for monitor in fleet}
    assert tasks == {Task.CLASSIFICATION, Task.REGRESSION}
    assert metric.metric == "mae"
    assert metric.finding is (Finding.BETTER if hits[0] < hits[1] else Finding.WORSE)


def test_scores_of_the_positive_class_are_compared_as_such() -> None:
    options = replace(OPTIONS, performance=PerformanceOptions(score_of=ScoreOf.POSITIVE))
    brier = ComparisonOptions(metrics=(ComparedMetric(metric=ThresholdMetric.BRIER),))
    fleet = serving(Fleet(lambda _: options, compared_by=lambda _: brier), "2")
    rows = [("12"[row // 50], row, START + 1000 * row) for row in range(100)]
    outcomes = [row % 2 for row in range(100)]
    scores = np.where(np.array(outcomes) == 1, 0.9, 0.1)
    tables = [
        table_of(Origin.PREDICTIONS, [Column("x", Role.FEATURE, Kind.NUMBER, scores)], rows),
        table_of(
            Origin.LABELS,
            [
                *outcome_columns(Role.PREDICTION, outcomes),
                *outcome_columns(Role.LABEL, outcomes),
                Column("score", Role.SCORE, Kind.NUMBER, scores),
            ],
            rows,
        ),
    ]
    (found,) = taken(fleet, tables)[-1].metrics
    assert [each.value for each in (found.baseline, found.candidate)] == pytest.approx([0.01] * 2)


def test_nothing_is_kept_of_models_that_are_not_watched() -> None:
    registry, router = VersionRegistry(), Router()
    rollbacks = Rollbacks(lambda _: None, registry, router)
    comparisons = Comparisons(lambda _: COMPARED, registry, router, rollbacks)
    for number in range(10):
        model = f"tenant-{number}"
        comparisons.notice(model)
        comparisons.consumers((model, "1"), OPTIONS.classes, ScoreOf.PREDICTED)
        comparisons.notice(model)
        comparisons.unwatched((model, "1"))
        comparisons.notice(model)
    kept = [each for each in vars(comparisons).values() if isinstance(each, dict)]
    assert kept == [{}] * 4


def canary(share: float, *, step: int = 0, **changed: Any) -> ModelRoute:
    """Return the route by which version 2 takes over from version 1."""
    document = canary_of(share, step)
    ramp = {**document["ramp"], "candidate": "2", "baseline": "1", "steps": [share, 1.0]}
    versions = [{"version": "2", "share": share}, {"version": "1", "share": 1.0 - share}]
    return route_of({**document, "ramp": {**ramp, "step": 0}, "versions": versions}, **changed)


def routed(fleet: Fleet, route: ModelRoute | None, offset: int = 0, at: int = START) -> Fleet:
    assert fleet.reroute(notice_of(route, offset, time=format_time(at))) in {
        RouteOutcome.TAKEN,
        RouteOutcome.ENDED,
    }
    return fleet


def test_versions_that_a_route_has_share_the_traffic_are_compared_by_its_split() -> None:
    told = taken(routed(fleet_of(), canary(0.5)), list(traffic(alike, requests=3000)))
    assert {(each.version, each.baseline) for each in told} == {("2", "1")}
    assert told[-1].mode is ComparisonMode.AB
    assert told[-1].exposure.candidate.stated_share == 0.5
    assert told[-1].exposure.faults == []

    other = taken(routed(fleet_of(), canary(0.2)), list(traffic(alike, requests=3000)))
    assert other[-1].exposure.faults == [ExposureFault.SPLIT]


def test_what_the_settings_state_counts_more_than_a_route() -> None:
    stated = replace(COMPARED, share=0.5, mode=ComparisonMode.AB, baseline="2", candidates=("1",))
    told = taken(routed(fleet_of(stated), canary(0.2)), list(traffic(alike, requests=1000)))
    assert (told[-1].version, told[-1].baseline) == ("1", "2")
    assert told[-1].exposure.candidate.stated_share == 0.5


def test_a_version_in_the_shadow_of_a_route_is_compared_in_pairs_from_its_first_label_on() -> None:
    fleet = routed(fleet_of(), route_of(shadow_of("2", "1")))
    told = taken(fleet, list(traffic(better, requests=400, is_shadow=True, size=20)))
    assert {each.mode for each in told} == {ComparisonMode.SHADOW}
    assert told[-1].exposure.candidate.stated_share is None


def test_a_step_of_a_ramp_goes_on_with_what_is_known_and_tests_the_new_split_alone() -> None:
    tables = list(traffic(alike, requests=3000, share=0.2))
    later = list(traffic(alike, requests=9000, share=0.5))[len(tables) :]
    fleet = routed(fleet_of(), canary(0.2))
    before = taken(fleet, tables)[-1]
    routed(fleet, canary(0.5, revision=2), 1, at=START + 3_000_000)
    after = taken(fleet, later)[-1]
    assert before.exposure.faults == after.exposure.faults == []
    assert after.since == before.since
    assert after.exposure.candidate.stated_share == 0.5
    assert after.exposure.candidate.predictions > 3000


def test_rows_from_before_a_step_do_not_test_its_split() -> None:
    fleet = routed(fleet_of(), canary(0.2))
    tables = list(traffic(alike, requests=6000, share=0.2))
    told = taken(fleet, tables[:60])
    # The rows of the log run behind what services obey already, by more than half an hour.
    routed(fleet, canary(0.5, revision=2), 1, at=START + 6_000_000)
    told += taken(fleet, tables[60:])
    assert told[-1].exposure.candidate.predictions > 1000
    assert told[-1].exposure.faults == []


@pytest.mark.parametrize(
    "then", [canary(0.5, revision=2, salt="other"), route_of(shadow_of("2", "1"))]
)
def test_another_salt_or_mode_begins_anew(then: ModelRoute) -> None:
    fleet = routed(fleet_of(), canary(0.5))
    tables = list(traffic(alike, requests=1500))
    before = taken(fleet, tables[:20])[-1]
    routed(fleet, then, 1)
    after = taken(fleet, tables[20:])[-1]
    assert after.since > before.since


def test_a_route_that_ends_or_names_one_version_ends_the_comparison() -> None:
    for end in (None, route_of(document_of(v1=1.0))):
        fleet = routed(fleet_of(), canary(0.5))
        tables = list(traffic(alike, requests=1000))
        assert taken(fleet, tables[:10])
        routed(fleet, end, 1)
        assert taken(fleet, tables[10:]) == []


def test_a_route_that_comes_again_or_was_replaced_changes_nothing() -> None:
    fleet = routed(routed(fleet_of(), canary(0.5)), canary(0.2, revision=2), 1)
    stale = notice_of(canary(0.5), 0)
    assert fleet.reroute(stale) is fleet.reroute(notice_of(canary(0.2), 1)) is RouteOutcome.STALE
    route = fleet.routes.of("fraud")
    assert route is not None
    assert route.revision == 2


def test_routes_go_on_after_a_restart_and_a_state_from_before_there_were_any_is_taken() -> None:
    fleet = routed(serving(fleet_of()), canary(0.5))
    tables = list(traffic(alike, requests=1500))
    before = taken(fleet, tables[:20])
    other = restored(fleet)
    assert other.routes.of("fraud") == fleet.routes.of("fraud")
    assert taken(other, tables[20:]) == taken(fleet, tables[20:])
    assert before

    state = fleet.state()
    del state["routes"]
    for _, each in state["comparisons"]:
        del each["assignment"], each["traffic"]["untested"]
    old = fleet_of()
    old.restore(state)
    assert old.routes.all == []
    routed(old, canary(0.5))  # the topic is read from its beginning after an upgrade
    assert taken(old, list(traffic(alike, requests=2500))[30:])[-1].since == before[-1].since


def test_a_look_names_the_route_with_which_its_comparison_began() -> None:
    def begun_by(told: list[ModelComparison]) -> set[str | None]:
        assignments = [each.assignment for each in told]
        return {None if each is None else each.begun_by for each in assignments}

    tables = list(traffic(alike, requests=3000))
    fleet = routed(serving(fleet_of(), "2"), None)
    assert begun_by(taken(fleet, tables[:5])) == {None}, "no route"
    routed(fleet, canary(0.5, route_id="a"), 1)
    assert begun_by(taken(fleet, tables[5:15])) == {"a"}, "it goes on, from then on by a route"
    routed(fleet, canary(0.6, route_id="b"), 2)
    assert begun_by(taken(restored(fleet), tables[15:25])) == {"a"}, "a step goes on"
    routed(fleet, route_of(document_of(v1=1.0)), 3)
    routed(fleet, canary(0.5, route_id="c"), 4)
    assert begun_by(taken(fleet, tables[15:25])) == {"c"}, "the same salt, begun anew"
    state = fleet.state()
    for _, each in state["comparisons"]:
        del each["begun_by"]
    old = fleet_of()
    old.restore(state)
    assert begun_by(taken(old, tables[25:])) == {None}, "a release before did not know it"


def parted(table: ObservationTable) -> list[ObservationTable]:
    """Return what was read together as a table for each version, as where features differ."""
    tables = [table.only([key]) for key in table.versions()]
    return [replace(each, is_continued=each is not tables[-1]) for each in tables]


@pytest.mark.parametrize("at_once", [1, 4])
def test_versions_with_tables_of_their_own_are_compared_as_in_one(at_once: int) -> None:
    whole, apart = (routed(fleet_of(), canary(0.5), at=START - 86_400_000) for _ in range(2))
    tables = list(traffic(better, requests=3000, size=300))
    expected = taken(whole, tables)
    found: list[ModelComparison] = []
    for begin in range(0, len(tables), at_once):
        parts = [part for table in tables[begin : begin + at_once] for part in parted(table)]
        found += looks([event for each in apart.update_all(parts) for event in each.events])
    assert all(each.exposure.faults == [] for each in found)
    assert [each.decision for each in found] == [each.decision for each in expected]
    assert [each.exposure.split for each in found] == [each.exposure.split for each in expected]
