"""Labelled rows in a fleet: their errors are watched, whatever way they come."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from detectors.monitors.fleet import Fleet
from detectors.monitors.kind_choice import EARLY_LOOKS
from detectors.monitors.model_monitor import ModelMonitor
from detectors.monitors.options import MonitorOptions
from detectors.performance.error import Task
from detectors.performance.task_choice import EVIDENCE
from schemas.events.alert import AlertKind
from schemas.tables.columns import Flag, Kind, Role
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Source
from schemas.tables.outcomes import outcome_columns
from schemas.values.spellings import Spellings
from tests.detectors.batches import START, plain
from tests.detectors.drift_alerts import alerts_in

ERROR = (Role.ERROR, "error")
Pairs = Sequence[tuple[Any, Any]]


def table_of(rows: Pairs, *models: str, start: int = 0) -> ObservationTable:
    """Return the same labelled rows of each model, as intake makes them."""
    predictions, labels = map(list, zip(*rows, strict=True))
    count = len(rows)
    offsets = np.tile(np.arange(start, start + count), len(models))
    return ObservationTable(
        Origin.LABELS,
        tuple(ModelRows(model, "1", count) for model in models),
        (Source("labels", 0),),
        np.zeros(count * len(models), dtype=np.int64),
        offsets,
        START + 1000 * offsets,
        (
            *outcome_columns(Role.PREDICTION, predictions * len(models)),
            *outcome_columns(Role.LABEL, labels * len(models)),
        ),
    )


def fed(tables: Sequence[ObservationTable], **options: Any) -> tuple[Fleet, list[str]]:
    fleet = Fleet(lambda _: MonitorOptions(burn_in=100, **options))
    alerts = alerts_in(event for table in tables for event in fleet.update(table))
    assert all(alert.kind is AlertKind.CONCEPT for alert in alerts)
    return fleet, [alert.alert_id for alert in alerts]


def classes(count: int, wrong: float) -> Pairs:
    random = np.random.default_rng(7)
    said = random.random(count) < 0.4
    other = said ^ (random.random(count) < wrong)
    return [(str(float(one)), int(two)) for one, two in zip(said, other, strict=True)]


def prices(count: int, spread: float) -> Pairs:
    random = np.random.default_rng(8)
    truth = random.uniform(10, 90, count)
    said = truth + random.normal(0, spread, count)
    return [(round(float(one), 3), f"{two:.2f}") for one, two in zip(said, truth, strict=True)]


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ([*classes(1500, 0.02), *classes(1500, 0.5)], Kind.BOOLEAN),
        ([*prices(1500, 1.25), *prices(1500, 7.5)], Kind.NUMBER),
        ([*[([a, 1.0], [b, 1.0]) for a, b in prices(1500, 1)]], None),
    ],
)
def test_a_model_that_fails_has_its_concept_drift_found(rows: Pairs, kind: Kind | None) -> None:
    if kind is None:
        shifted = [([a[0] + 9, 1.0], b) for a, b in rows]
        rows, kind = [*rows, *shifted], Kind.NUMBER
    models = ("one", "other", "third")
    single, found = fed([table_of(rows, "one")])
    monitor = single.monitor("one", "1")
    assert monitor is not None
    assert monitor.columns[ERROR].kind is kind
    assert len(found) >= 1
    # Many models at once, through the fused path, are as each of them by itself.
    cut = [table_of(rows[at : at + 250], *models, start=at) for at in range(0, len(rows), 250)]
    many, alerts = fed(cut)
    assert set(found) <= set(alerts)
    other = many.monitor("one", "1")
    assert other is not None
    assert plain(other.state()) == plain(monitor.state())


@pytest.mark.parametrize("size", [1, 7, 99, 100, 101])
def test_what_becomes_of_labelled_rows_depends_on_no_batch(size: int) -> None:
    rows = [(3, 4), (5, 5), *prices(EVIDENCE + 40, 1.0)]
    whole, _ = fed([table_of(rows, "one")])
    parts, _ = fed([table_of(rows[at : at + size], "one", start=at) for at in range(0, 142, size)])
    states = [plain(monitor.state()) for fleet in (whole, parts) for monitor in fleet]
    assert states[0] == states[1]


def test_errors_of_the_other_kind_are_in_no_reference() -> None:
    fleet, _ = fed([table_of([(3, 4), *prices(EVIDENCE + 50, 1.0)], "one")])
    (monitor,) = fleet
    assert monitor.task.settled is Task.REGRESSION
    assert monitor.columns[ERROR].kind is Kind.NUMBER
    # Those before the evidence told: the reference is of what came after them alone.
    errors = monitor.columns[ERROR]
    assert errors.discarded == EARLY_LOOKS[0]
    assert errors.reference.count == EVIDENCE + 51 - EARLY_LOOKS[0]


def test_a_declared_task_holds_from_the_first_row_on() -> None:
    fleet, _ = fed([table_of([(3, 4), ("much", 4)], "one")], task=Task.REGRESSION)
    (monitor,) = fleet
    assert monitor.columns[ERROR].kind is Kind.NUMBER


def test_a_state_of_before_the_task_was_kept_goes_on_as_its_errors_were() -> None:
    fleet, _ = fed([table_of(prices(EVIDENCE + 5, 1.0), "one")])
    (monitor,) = fleet
    state = {name: part for name, part in monitor.state().items() if name != "task"}
    again = ModelMonitor("one", "1", MonitorOptions(burn_in=100))
    again.restore(state)
    assert again.task.settled is Task.REGRESSION


@pytest.mark.parametrize(
    ("pair", "own"),
    [
        (("Fraud", "fraud"), MonitorOptions(spellings=Spellings(ignore_case=True))),
        ((True, "ja"), MonitorOptions(spellings=Spellings(yes=frozenset({"ja"})))),
        (([0.1, 0.9], "dog"), MonitorOptions(class_names=("cat", "dog"))),
    ],
)
def test_what_is_one_class_is_each_model_s_own_where_rows_are_taken_together(
    pair: tuple[Any, Any], own: MonitorOptions
) -> None:
    known = {"own": replace(own, task=Task.CLASSIFICATION)}
    usual = MonitorOptions(task=Task.CLASSIFICATION)
    fleet = Fleet(lambda model: known.get(model, usual))
    for start in range(0, 400, 40):
        fleet.update(table_of([pair] * 40, "own", "usual", start=start))
    (mine, other) = (fleet.monitor(model, "1") for model in ("own", "usual"))
    assert mine is not None
    assert other is not None
    assert mine.columns[ERROR].problems[Flag.OK] == 400
    assert (mine.columns[ERROR].reference.latest(10)[0] == 0.0).all()
    right = other.columns[ERROR].problems[Flag.OK] == 400
    assert not right or (other.columns[ERROR].reference.latest(10)[0] == 1.0).all()


@pytest.mark.parametrize("first", [2**53 + 1, 2**63 - 400, 10**30])
@pytest.mark.parametrize("task", [Task.AUTO, Task.CLASSIFICATION, Task.REGRESSION])
@pytest.mark.parametrize("size", [1, 7, 250])
def test_wrong_labels_of_many_digits_are_errors_and_not_mistyped(
    first: int, task: Task, size: int
) -> None:
    pairs = [
        (first + row, str(first + row + 1) if row % 2 else first + row + 2) for row in range(250)
    ]
    tables = [table_of(pairs[at : at + size], "m", start=at) for at in range(0, 250, size)]
    fleet, _ = fed(tables, task=task)
    monitor = fleet.monitor("m", "1")
    assert monitor is not None
    errors = monitor.columns[ERROR]
    assert (errors.problems[Flag.OK], errors.problems[Flag.MISTYPED]) == (250, 0)
    if task is not Task.REGRESSION:
        assert (errors.reference.latest(50)[0] == 1.0).all()
