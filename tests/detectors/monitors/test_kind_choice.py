"""What kind a column gets, by what its values are, whichever path they take."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.monitors.column_monitor import ColumnMonitor
from detectors.monitors.fused_models import watch_fused
from detectors.monitors.model_monitor import ModelMonitor
from detectors.monitors.options import MonitorOptions
from schemas.events.alert import Alert, AlertKind
from schemas.events.published import PublishedEvent
from schemas.tables.columns import Flag, Kind, Role
from schemas.values.spellings import Spellings
from tests.detectors.batches import batch_of, batches_of, plain, rows_of, table_of
from tests.detectors.drift_alerts import alerts_in

OPTIONS = MonitorOptions(burn_in=200, bins=16)
NUMBER, BOOLEAN, CATEGORY = Kind.NUMBER, Kind.BOOLEAN, Kind.CATEGORY


def numbers(size: int, seed: int = 1, mean: float = 0.0) -> list[Any]:
    return [float(each) for each in np.random.default_rng(seed).normal(mean, 1, size).round(4)]


def fed(
    values: Sequence[Any], *, cuts: Sequence[int] = (), **options: Any
) -> tuple[ColumnMonitor, list[Alert]]:
    """The monitor of one column after some values, and what it has told."""
    monitor = ModelMonitor("m", "1", MonitorOptions(burn_in=200, bins=16, **options))
    alerts = alerts_in(
        event
        for batch in batches_of(rows_of(x=values), cuts, model="m", version="1")
        for event in monitor.update(batch)
    )
    return monitor.columns[Role.FEATURE, "x"], alerts


@pytest.mark.parametrize("first", ["", "N/A", "null", None, "abc", True, "-", float("nan")])
def test_the_first_value_decides_nothing(first: Any) -> None:
    column, alerts = fed([first, *numbers(900), *numbers(300, mean=2.0)])
    assert column.kind is NUMBER
    assert [alert.kind for alert in alerts] == [AlertKind.FEATURE]
    assert alerts[0].detected_at.offset in range(901, 960)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (numbers(400), NUMBER),
        ([f"{value:.2f}" for value in numbers(400)], NUMBER),
        ([value if row % 2 else f"{value:.2f}" for row, value in enumerate(numbers(400))], NUMBER),
        (["A1"] * 9 + numbers(391), NUMBER),
        ([*numbers(192), *["error"] * 8, *numbers(200)], NUMBER),
        ([*numbers(160), *["error"] * 40, *numbers(200)], CATEGORY),
        (["CH", "DE"] * 200, CATEGORY),
        (["A1", 17] * 200, CATEGORY),
        ([True, False] * 200, BOOLEAN),
        (["true", "False"] * 200, BOOLEAN),
        ([0, True, 1, False] * 100, CATEGORY),
        ([0, 1] * 200, NUMBER),
        ([1.0, *[True, False] * 200], BOOLEAN),
        ([str(10**18 + row) for row in range(400)], CATEGORY),
        ([10**18 + row for row in range(400)], CATEGORY),
        (["007", "0815"] * 200, CATEGORY),
        (["", None, "N/A"] * 100, NUMBER),
    ],
)
def test_the_kind_is_that_of_nearly_all_values(values: list[Any], kind: Kind) -> None:
    column, alerts = fed(values)
    assert column.kind is kind
    assert alerts == []


def test_what_is_lost_before_the_kind_is_chosen_is_counted() -> None:
    column, _ = fed(["a", *numbers(400)])
    # After 16 values it is clear; these are in no reference, and the first ones were categories.
    assert column.kind is NUMBER
    assert column.discarded == 16
    assert column.problems[Flag.OK] == 401
    assert column.evidence == {NUMBER: 199, BOOLEAN: 0, CATEGORY: 1}
    assert column.reference.count == 401 - 16


def test_a_choice_stays_until_the_next_reference_which_may_choose_otherwise() -> None:
    monitor = ModelMonitor("m", "1", OPTIONS)
    monitor.update(batch_of(rows_of(x=numbers(400)), model="m", version="1"))
    column = monitor.columns[Role.FEATURE, "x"]
    monitor.restart()
    texts = ["a", "b"] * 200
    monitor.update(batch_of(rows_of(x=texts), start=400, model="m", version="1"))
    assert column.kind is CATEGORY
    assert column.problems[Flag.MISTYPED] == 16
    assert column.evidence[CATEGORY] == 200


def test_nearly_all_mistyped_alarms_and_is_mended_with_the_reference_that_follows() -> None:
    texts = [str(each) for each in np.random.default_rng(1).choice(["a", "b"], 900)]
    later = ["a" if row % 10 else "c" for row in range(300)]
    column, alerts = fed([*numbers(600), *texts, *later])
    quality, drift = alerts
    assert (quality.kind, drift.kind) == (AlertKind.QUALITY, AlertKind.FEATURE)
    assert "of another type in 100.0% of the rows" in quality.message
    assert quality.detected_at.offset == 606
    assert drift.detected_at.offset in range(1500, 1600)
    assert column.problems[Flag.MISTYPED] == 7 + 16


def test_codes_as_numbers_in_a_column_of_categories_are_categories() -> None:
    early = np.random.default_rng(1).choice(["CH", "DE", "756"], 600)
    column, alerts = fed([*map(str, early), 756, 756.0, "756.0", "DE"])
    assert column.kind is CATEGORY
    assert alerts == []
    assert column.problems.tolist() == [604, 0, 0, 0, 0, 0]
    assert set(column.names) >= {"CH", "DE", "756"}


def test_a_column_that_becomes_codes_has_drifted_and_is_one_of_numbers_from_then_on() -> None:
    early = np.random.default_rng(1).choice(["CH", "DE"], 600)
    late = np.random.default_rng(2).choice([756, 276], 600)
    column, alerts = fed([*map(str, early), *late.tolist()])
    assert [alert.kind for alert in alerts] == [AlertKind.QUALITY]
    assert alerts[0].detected_at.offset in range(607, 640)
    assert (column.kind, column.discarded) == (NUMBER, 16)


def test_numbers_in_text_are_numbers_where_the_column_is_one() -> None:
    late = [f"{value:.3f}" for value in numbers(100, mean=3.0)]
    column, alerts = fed([*numbers(600), *late])
    assert (column.kind, column.problems[Flag.MISTYPED]) == (NUMBER, 0)
    assert [alert.kind for alert in alerts] == [AlertKind.FEATURE]


def test_a_declared_kind_is_never_chosen_otherwise() -> None:
    column, _ = fed([str(row % 7) for row in range(400)], kinds={"x": CATEGORY})
    assert (column.kind, column.discarded) == (CATEGORY, 0)
    column, alerts = fed(["a"] * 400, kinds={"x": NUMBER})
    assert (column.kind, column.problems[Flag.MISTYPED]) == (NUMBER, 400)
    assert alerts == []


def test_scores_are_numbers_and_errors_numbers_or_booleans() -> None:
    monitor = ModelMonitor("m", "1", OPTIONS)
    values = [True, False, 0.5] * 100
    for role, name in ((Role.SCORE, "score"), (Role.ERROR, "error")):
        rows = rows_of(**{name: values})
        monitor.update(batch_of(rows, role=role, model="m", version="1"))
    assert monitor.columns[Role.SCORE, "score"].kind is NUMBER
    assert monitor.columns[Role.ERROR, "error"].kind is NUMBER


MIXED: st.SearchStrategy[Any] = st.sampled_from(
    [1.5, 2, "3.25", "a", "b", True, False, "true", "", None, "N/A", [], 0, 1, "1", "yes"]
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(MIXED, min_size=1, max_size=40),
    st.lists(st.sampled_from([numbers(300), ["a", "b"] * 150, [True, False] * 150]), max_size=3),
    st.lists(st.integers(1, 939), max_size=10),
    st.sampled_from([20, 60, 200]),
)
def test_what_is_chosen_and_told_depends_neither_on_batches_nor_on_being_restored(
    odd: list[Any], parts: list[list[Any]], cuts: list[int], burn_in: int
) -> None:
    values = [*odd, *(value for part in parts for value in part)]
    rows = rows_of(x=values, y=values[::-1])
    options = MonitorOptions(burn_in=burn_in, bins=8)
    whole, cut = (ModelMonitor("m", "1", options) for _ in range(2))
    expected = whole.update(batch_of(rows, model="m", version="1"))
    found: list[PublishedEvent] = []
    for batch in batches_of(rows, cuts, model="m", version="1"):
        table = table_of(
            rows[int(batch.offsets[0]) : int(batch.offsets[-1]) + 1],
            start=int(batch.offsets[0]),
            model="m",
            version="1",
        )
        # Those that are steady take the compiled path.
        fused = watch_fused(table, {("m", "1"): cut})
        found += fused["m", "1"] if fused else cut.update(batch)
        restored = ModelMonitor("m", "1", options)
        restored.restore(cut.state())
        cut = restored
    assert found == expected
    assert plain(cut.state()) == plain(whole.state())


def test_a_steady_column_of_numbers_takes_the_fused_path_from_its_first_row_on() -> None:
    monitor = ModelMonitor("m", "1", OPTIONS)
    monitor.update(batch_of(rows_of(x=numbers(5)), model="m", version="1"))
    for start in range(5, 505, 50):
        table = table_of(rows_of(x=numbers(50, start)), start=start, model="m", version="1")
        assert watch_fused(table, {("m", "1"): monitor}) == {("m", "1"): []}
    assert monitor.columns[Role.FEATURE, "x"].evidence[NUMBER] == 200


def test_a_column_of_categories_takes_the_fused_path_once_its_kind_is_chosen() -> None:
    monitor = ModelMonitor("m", "1", OPTIONS)
    monitor.update(batch_of(rows_of(x=["a", "b"] * 75), model="m", version="1"))
    more = table_of(rows_of(x=["a", "b"] * 50), start=150, model="m", version="1")
    assert watch_fused(more, {("m", "1"): monitor}) == {}
    monitor.update(next(more.batches()))
    steady = table_of(rows_of(x=["a", "b"] * 50), start=250, model="m", version="1")
    assert watch_fused(steady, {("m", "1"): monitor}) == {("m", "1"): []}


@pytest.mark.parametrize("mark", ["NA", "-"])
@pytest.mark.parametrize("cuts", [(), (1, 2, 3, 50, 51, 52, 300), range(1, 700, 3)])
def test_marks_of_missing_numbers_tell_of_no_kind(mark: str, cuts: Sequence[int]) -> None:
    values = [mark if row % 3 else value for row, value in enumerate(numbers(700))]
    column, alerts = fed(values, cuts=cuts)
    assert (column.kind, alerts) == (NUMBER, [])
    assert column.problems[Flag.NULL] == sum(value == mark for value in values)
    assert column.problems[Flag.MISTYPED] == 0


def test_namibia_is_a_country() -> None:
    texts = np.random.default_rng(1).choice(["DE", "FR", "NA"], size=700).tolist()
    column, alerts = fed(texts)
    assert (column.kind, alerts) == (CATEGORY, [])
    assert column.problems[Flag.OK] == 700
    assert set(column.names) >= {"DE", "FR", "NA"}


def test_a_column_of_nothing_but_marks_has_no_value_until_one_comes() -> None:
    column, _ = fed(["NA"] * 300)
    assert column.problems[Flag.NULL] == 300
    column, _ = fed(["NA"] * 10 + ["DE", "NA"] * 200)
    assert column.kind is CATEGORY
    assert (column.problems[Flag.NULL], column.problems[Flag.OK]) == (10, 400)


def test_the_marks_of_a_model_can_be_named() -> None:
    values = [*numbers(150), *["n.v."] * 150, *numbers(100)]
    spellings = Spellings(missing_numbers=frozenset({"n.v."}))
    assert fed(values)[0].problems[Flag.NULL] == 0
    assert fed(values, spellings=spellings)[0].problems[Flag.NULL] == 150
