from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.alerts.drift import Drift
from detectors.alerts.values_change import ValuesChange
from detectors.arrays.column import Numbers
from detectors.monitors.column_monitor import ColumnMonitor
from detectors.monitors.options import DEFAULT_DETECTORS
from detectors.reference.category_numbers import MOST_CATEGORIES
from detectors.reference.seeds import stable_seed
from schemas.events.detector_report import Stream
from schemas.tables.columns import Column as Observed
from schemas.tables.columns import Flag, Kind, Role, column_of
from tests.detectors.batches import plain
from tests.detectors.streams import autoregressive

_RANDOM = np.random.default_rng


def _monitor(
    kind: Kind = Kind.NUMBER, burn_in: int = 1000, name: str = "x", *, finds_faults: bool = False
) -> ColumnMonitor:
    return ColumnMonitor(
        kinds=(kind,),
        detectors=DEFAULT_DETECTORS,
        burn_in=burn_in,
        bins=64,
        seed=lambda restarts: stable_seed(name, restarts),
        finds_faults=finds_faults,
    )


def _feed(monitor: ColumnMonitor, raw: list[Any] | Numbers, first_row: int = 0) -> list[Drift]:
    values = raw.tolist() if isinstance(raw, np.ndarray) else raw
    column = column_of("x", Role.FEATURE, values, monitor.kind)
    return [drift for drift in monitor.update(column, first_row) if isinstance(drift, Drift)]


def _streams(drift: Drift) -> set[Stream]:
    return {finding.stream for finding in drift.findings}


def test_false_alarms_are_rare_whatever_the_distribution() -> None:
    """Twenty columns, 100,000 rows each: the budget is two alarms, at most."""
    size = 100_000
    shapes: list[Callable[[np.random.Generator], Numbers]] = [
        lambda random: random.normal(size=size),
        lambda random: random.normal(0, 100, size),
        lambda random: random.normal(1000, 0.001, size),
        lambda random: random.lognormal(0, 2, size),
        lambda random: random.standard_cauchy(size),
        lambda random: random.standard_t(3, size),
        lambda random: (random.random(size) < 0.1).astype(np.float64),
        lambda random: random.poisson(3, size).astype(np.float64),
        lambda random: random.normal(size=size).round(1),
        lambda _: np.full(size, 3.0),
    ]
    template = Observed("x", Role.FEATURE, Kind.NUMBER, np.empty(0))
    drifts = 0
    for number in range(20):
        values = shapes[number % len(shapes)](_RANDOM(number))
        monitor = _monitor(name=str(number))
        for start in range(0, size, 5000):
            part = replace(template, values=values[start : start + 5000])
            drifts += len(monitor.update(part, start))
    assert drifts <= 2


@pytest.mark.parametrize(
    ("after", "stream"),
    [
        (lambda random: random.normal(2, 1, 600), Stream.LOCATION),
        (lambda random: random.normal(-2, 1, 600), Stream.LOCATION),
        (lambda random: random.normal(0, 4, 600), Stream.SPREAD),
        (lambda random: random.normal(0, 0.25, 600), Stream.SPREAD),
    ],
    ids=["up", "down", "wider", "narrower"],
)
def test_a_change_of_location_or_spread_is_found_once_with_true_evidence(
    after: Callable[[np.random.Generator], Numbers], stream: Stream
) -> None:
    random = _RANDOM(5)
    values = np.concatenate([random.normal(size=2000), after(random)])
    (drift,) = _feed(_monitor(), values)
    assert stream in _streams(drift)
    assert 1950 <= drift.change_row <= 2020
    assert 2000 <= drift.row < 2200
    assert drift.rows_since_change == drift.row - drift.change_row + 1
    assert drift.rows_observed == drift.row + 1
    seen = values[: drift.row + 1]
    assert drift.after.tolist() == seen[-len(drift.after) :].tolist()
    before = seen[: -len(drift.after)]
    assert drift.before.count == len(before)
    assert drift.before.mean == pytest.approx(before.mean())
    assert drift.before.std == pytest.approx(before.std(ddof=1))
    assert drift.before.quantile(0.5) == pytest.approx(np.median(before), abs=0.1)


def test_of_a_state_without_bets_everything_else_goes_on() -> None:
    random = _RANDOM(6)
    monitor, other = _monitor(), _monitor()
    _feed(monitor, random.normal(size=3000))
    state = monitor.state()
    del state["bets"]
    other.restore(state)
    assert other.reference.block.counts.tolist() == monitor.reference.block.counts.tolist()
    assert other.reference.block.bets.tolist() == _monitor().reference.block.bets.tolist()
    assert len(_feed(other, random.normal(3, 1, 100), 3000)) == 1


def test_a_constant_is_silent_and_alarms_when_it_begins_to_vary() -> None:
    monitor = _monitor()
    assert _feed(monitor, np.full(20_000, 7.0)) == []
    drifts = _feed(monitor, _RANDOM(1).normal(7, 0.1, 150), 20_000)
    assert len(drifts) == 1
    assert (drifts[0].before.mean, drifts[0].before.std) == (7.0, 0.0)
    assert drifts[0].autocorrelation is None


def test_shares_of_categories_and_unseen_ones_alarm() -> None:
    random = _RANDOM(2)
    monitor = _monitor(Kind.CATEGORY)
    usual = random.choice(["a", "b", "c"], 3000, p=[0.6, 0.3, 0.1])
    assert _feed(monitor, usual) == []
    shifted = random.choice(["a", "b", "c"], 300, p=[0.1, 0.3, 0.6])
    (drift,) = _feed(monitor, shifted, 3000)
    seen = np.concatenate([usual, shifted])[: drift.row + 1]
    numbers = np.array([drift.names.index(name) for name in seen])
    assert drift.after.tolist() == numbers[-len(drift.after) :].tolist()
    before = np.bincount(numbers[: -len(drift.after)])
    assert drift.before.category_counts.tolist() == before.tolist()
    monitor = _monitor(Kind.CATEGORY)
    _feed(monitor, usual)
    (drift,) = _feed(monitor, ["new"] * 60, 3000)
    assert drift.names[int(drift.after[-1])] == "new"


def test_every_row_is_counted_by_its_quality_and_only_the_usable_are_fed() -> None:
    raw: list[Any] = [
        1.0,
        None,
        float("nan"),
        float("inf"),
        -float("inf"),
        True,
        "one",
        [],
        10**400,
        2,
        1e308,
    ]
    monitor = _monitor()
    assert _feed(monitor, raw) == []
    assert monitor.problems[Flag.OK] == 3
    assert monitor.problems[Flag.NULL] == 1
    assert monitor.problems[Flag.NAN] == 1
    assert monitor.problems[Flag.INFINITE] == 3
    assert monitor.problems[Flag.MISTYPED] == 3
    assert plain(monitor.state()["reference"]["sample"]) == plain(np.array([1.0, 2.0, 1e308]))
    assert monitor.state()["reference"]["sample_rows"].tolist() == [0, 9, 10]


@pytest.mark.filterwarnings("error")
def test_values_near_the_end_of_float64_neither_fail_nor_silence_the_column() -> None:
    random = _RANDOM(3)
    huge = np.concatenate([random.choice([-1e308, 1e308], 2000), np.full(300, 1e308)])
    (drift,) = _feed(_monitor(), huge)
    assert drift.row >= 2000


def test_categories_are_numbered_as_they_occur_and_only_then() -> None:
    monitor = _monitor(Kind.CATEGORY)
    codes, flags = np.array([2, 0, 1], np.int32), np.array([Flag.OK, Flag.OK, Flag.NULL], np.uint8)
    column = Observed("x", Role.FEATURE, Kind.CATEGORY, codes, ("b", "", "a"), flags)
    monitor.update(column, 0)
    assert monitor.names == ["a", "b"]


def test_no_more_than_the_most_categories_have_names() -> None:
    monitor = _monitor(Kind.CATEGORY)
    _feed(monitor, [str(number) for number in _RANDOM(1).integers(0, 3000, 30_000)])
    named = [name for name in monitor.names if not name.startswith("(other")]
    assert len(named) == MOST_CATEGORIES
    assert len(monitor.names) < MOST_CATEGORIES + 64


def _texts(random: np.random.Generator, distinct: int, exponent: float, size: int) -> list[str]:
    """Return texts of so many values, even (exponent 0) or by Zipf's law; all different for 0."""
    if not distinct:
        return [f"{number:08x}" for number in random.permutation(size)]
    weights = 1 / np.arange(1, distinct + 1) ** exponent
    return [f"m{n}" for n in random.choice(distinct, size, p=weights / weights.sum())]


@pytest.mark.parametrize(
    ("distinct", "exponent"),
    [(2, 0.0), (50, 0.0), (300, 1.1), (1000, 0.0), (10_000, 0.0), (10_000, 1.0), (0, 0.0)],
)
def test_categories_that_do_not_change_are_silent_however_many_there_are(
    distinct: int, exponent: float
) -> None:
    monitor = _monitor(Kind.CATEGORY, name=f"{distinct} {exponent}")
    texts = _texts(_RANDOM(distinct), distinct, exponent, 24_000)
    drifts = [
        drift
        for start in range(0, len(texts), 500)
        for drift in _feed(monitor, texts[start : start + 500], start)
    ]
    assert drifts == []
    assert monitor.reference.stride == 1


def test_a_column_of_few_categories_is_judged_from_the_end_of_its_burn_in() -> None:
    monitor = _monitor(Kind.CATEGORY)
    assert _feed(monitor, _RANDOM(1).choice(["a", "b"], 1000).tolist()) == []
    assert monitor.reference.ready
    assert len(_feed(monitor, ["a"] * 100, 1000)) == 1


def test_identifiers_are_watched_by_their_length_and_by_whether_they_come_again() -> None:
    random = _RANDOM(4)
    ids = _texts(random, 0, 0.0, 5000)
    for change in (
        [f"{text}-{text}" for text in _texts(random, 0, 0.0, 200)],
        ["unknown"] * 200,
    ):
        monitor = _monitor(Kind.CATEGORY)
        assert _feed(monitor, ids) == []
        (drift,) = _feed(monitor, change, 5000)
        assert drift.row < 5100
        assert all(name.startswith("(other") for name in drift.names)


def test_a_known_customer_who_does_not_come_back_is_missed() -> None:
    random = _RANDOM(5)
    monitor = _monitor(Kind.CATEGORY)
    assert _feed(monitor, _texts(random, 1000, 0.0, 5000)) == []
    strangers = [f"n{number}" for number in random.integers(0, 1000, 2000)]
    assert len(_feed(monitor, strangers, 5000)) == 1


def test_categories_are_numbered_anew_with_the_reference() -> None:
    random = _RANDOM(4)
    monitor = _monitor(Kind.CATEGORY)
    for number in range(4):
        names = random.choice([f"{number}a", f"{number}b", f"{number}c"], 1500).tolist()
        drifts = _feed(monitor, names, 1500 * number)
        assert [sorted(drift.names)[1:4] for drift in drifts] == [
            [f"{number - 1}a", f"{number - 1}b", f"{number - 1}c"] for _ in range(number > 0)
        ]
    assert sorted(monitor.names) == ["(other)", "3a", "3b", "3c"]
    monitor.restart()
    assert list(monitor.names) == []


def test_one_drift_is_one_alarm_and_the_next_one_is_found_too() -> None:
    random = _RANDOM(6)
    levels = [0.0, 2.0, -1.0, 3.0]
    values = np.concatenate([random.normal(level, 1, 2000) for level in levels])
    drifts = _feed(_monitor(), values)
    assert [drift.row // 2000 for drift in drifts] == [1, 2, 3]
    assert [drift.row % 2000 < 200 for drift in drifts] == [True] * 3


def test_an_autocorrelated_column_keeps_quiet_and_a_change_is_told_in_its_own_units() -> None:
    values = 50.0 + autoregressive(0.9, 30_000, 8)
    monitor = _monitor()
    assert len(_feed(monitor, values)) <= 1
    drifts = _feed(monitor, values[:9000] + 3.0, 30_000)
    assert drifts
    assert 30_000 <= drifts[0].row < 31_000
    assert drifts[0].change_row == pytest.approx(30_000, abs=250)
    assert (drifts[0].stride, drifts[0].independent) == (1, True)
    assert drifts[0].before.mean == pytest.approx(50.0, abs=0.5)
    assert drifts[0].before.quantile(0.5) == pytest.approx(50.0, abs=0.5)
    assert drifts[0].after.mean() == pytest.approx(53.0, abs=2.0)
    assert drifts[0].autocorrelation == pytest.approx(0.9, abs=0.05)


_CELLS: st.SearchStrategy[Any] = st.sampled_from(
    [None, float("nan"), float("inf"), True, "text", [], 1e308, 0]
)


@settings(max_examples=15, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([Kind.NUMBER, Kind.CATEGORY]),
    st.lists(st.integers(1, 2299), max_size=8),
    st.lists(st.tuples(st.integers(0, 2299), _CELLS), max_size=10),
    st.booleans(),
)
def test_drifts_and_state_depend_neither_on_batches_nor_on_being_restored(
    seed: int, kind: Kind, cuts: list[int], odd: list[tuple[int, Any]], dependent: bool
) -> None:
    random = _RANDOM(seed)
    raw: list[Any] = np.concatenate([random.normal(size=1500), random.normal(3, 1, 800)]).tolist()
    if dependent and kind is Kind.NUMBER:
        raw = (np.asarray(raw) + 2.0 * autoregressive(0.7, 2300, seed % 1000)).tolist()
    if kind is Kind.CATEGORY:
        raw = [str(round(value)) for value in raw]
    for row, value in odd:
        raw[row] = value
    whole, cut = _monitor(kind), _monitor(kind)
    expected = _feed(whole, raw)
    found = []
    bounds = sorted({0, len(raw), *cuts})
    for start, end in pairwise(bounds):
        found += _feed(cut, raw[start:end], start)
        restored = _monitor(kind)
        restored.restore(cut.state())
        cut = restored
    assert [(each.row, each.change_row, each.rows_observed) for each in found] == [
        (each.row, each.change_row, each.rows_observed) for each in expected
    ]
    assert [plain(each.after) for each in found] == [plain(each.after) for each in expected]
    assert [plain([each.before.count, each.before.mean, each.before.counts]) for each in found] == [
        plain([each.before.count, each.before.mean, each.before.counts]) for each in expected
    ]
    assert plain(cut.state()) == plain(whole.state())
    assert expected or dependent


@pytest.mark.parametrize("kind", [Kind.NUMBER, Kind.CATEGORY])
def test_a_change_within_a_burn_in_is_told_with_true_evidence(kind: Kind) -> None:
    random = _RANDOM(8)
    raw: list[Any] = np.concatenate([random.normal(size=300), random.normal(3, 1, 200)]).tolist()
    if kind is Kind.CATEGORY:
        raw = ["abcdefghijklmnopq"[: 8 + round(value)] for value in raw]
    monitor = _monitor(kind)
    (drift,) = _feed(monitor, raw)

    finder = "multinomial" if kind is Kind.CATEGORY else "rank_bets"
    assert [finding.detector.kind for finding in drift.findings] == [finder]
    assert 295 <= drift.change_row <= 305 < drift.row < 340
    assert drift.rows_observed == drift.row + 1
    assert drift.before.count == drift.change_row
    assert len(drift.after) == drift.rows_since_change
    assert drift.independent
    assert not monitor.reference.ready
    if kind is Kind.NUMBER:
        assert abs(drift.before.mean) < 0.2
        assert drift.after.tolist() == raw[drift.change_row : drift.row + 1]
        assert drift.before.quantile(0.5) == pytest.approx(0.0, abs=0.3)


@given(st.sets(st.integers(1, 899), max_size=8), st.sampled_from([Kind.NUMBER, Kind.CATEGORY]))
@settings(max_examples=20)
def test_a_burn_in_goes_on_being_judged_after_a_restart(cuts: set[int], kind: Kind) -> None:
    """Two changes, of which the second one is told once there has been peace."""
    random = _RANDOM(3)
    parts = [random.normal(0, 1, 100), random.normal(3, 1, 80), random.normal(0, 1, 720)]
    raw: list[Any] = np.concatenate(parts).tolist()
    if kind is Kind.CATEGORY:
        raw = ["abcdefghijklmnopq"[: 8 + round(value)] for value in raw]
    whole, cut = _monitor(kind), _monitor(kind)
    expected, found = _feed(whole, raw), []
    for start, end in pairwise(sorted({0, *cuts, len(raw)})):
        found += _feed(cut, raw[start:end], start)
        restored = _monitor(kind)
        restored.restore(cut.state())
        cut = restored

    assert [drift.row for drift in found] == [drift.row for drift in expected]
    assert expected[0].row < 140
    assert all(later.row > 5 * expected[0].row for later in expected[1:])
    assert plain(cut.state()) == plain(whole.state())


def test_a_state_of_a_release_that_did_not_judge_burn_ins_goes_on() -> None:
    random = _RANDOM(3)
    earlier, later = _monitor(), _monitor()
    _feed(earlier, random.normal(size=200))
    state = earlier.state()
    fresh = _monitor().state()
    del state["look"]
    state["bets"] = fresh["bets"]
    later.restore(state)
    (drift,) = _feed(later, random.normal(3, 1, 200), 200)
    assert 195 <= drift.change_row <= 205


def test_a_changed_column_is_judged_again_within_tens_of_rows() -> None:
    random = _RANDOM(2)
    parts = [random.normal(size=3000), random.normal(2, 1, 120), random.normal(-1, 1, 800)]
    found = _feed(_monitor(), np.concatenate(parts))
    assert [drift.row // 40 for drift in found] == [3000 // 40, 3120 // 40]


def test_a_value_that_comes_to_stay_within_a_burn_in_is_a_fault() -> None:
    values = np.concatenate([_RANDOM(4).normal(size=300), np.full(200, 0.25)])
    column = column_of("x", Role.FEATURE, values.tolist(), Kind.NUMBER)
    (change,) = _monitor(finds_faults=True).update(column, 0)
    assert isinstance(change, ValuesChange)
    assert 295 <= change.change_row <= 300 < change.row < 360


def test_what_changes_on_in_a_burn_in_is_one_change() -> None:
    """It is told of the next reference only after four times as many values."""
    random = _RANDOM(6)
    steps = np.repeat([0.0, 3.0, 6.0, 9.0, 12.0], 100)
    (drift,) = _feed(_monitor(), steps + random.normal(size=500))
    assert 100 <= drift.row < 130


@pytest.mark.parametrize(("block", "mixed"), [(50, 400), (100, 800), (250, 1000)])
def test_a_change_whose_rows_come_out_of_order_does_not_blind_the_column(
    block: int, mixed: int
) -> None:
    """As when the partitions of a topic run apart: old and new rows in turns, then new ones.

    What looks like the way back is told once; what goes on in turns is not.
    """
    random = _RANDOM(block)
    turns = [random.normal(2.0 * (turn % 2 == 0), 1.0, block) for turn in range(mixed // block)]
    values = np.concatenate([random.normal(0, 1, 3000), *turns, random.normal(2, 1, 4000)])
    monitor = _monitor()
    assert 1 <= len(_feed(monitor, values)) <= 2
    assert monitor.reference.ready
    assert monitor.reference.stride == 1
    assert len(_feed(monitor, random.normal(4, 1, 200), len(values))) == 1


def test_categories_that_last_are_thinned_and_keep_quiet() -> None:
    """Seven of ten rows repeat the one before; a new one among ten is told all the same."""
    random = _RANDOM(3)
    fresh = np.where(random.random(60_000) < 0.7, 0, np.arange(60_000))
    values = random.integers(0, 6, 60_000)[np.maximum.accumulate(fresh)].astype(str)
    monitor = _monitor(Kind.CATEGORY)
    assert _feed(monitor, values.tolist()) == []
    assert 3 <= monitor.reference.stride <= 12
    assert monitor.reference.independent
    late = np.where(random.random(4000) < 0.1, "new", values[:4000])
    assert _feed(monitor, late.tolist(), 60_000)


@pytest.mark.parametrize(
    ("coefficient", "shift", "rows"), [(0.5, 1.0, 234), (0.5, 0.25, 3000), (0.9, 1.0, 1495)]
)
def test_shifts_of_correlated_columns_are_found_as_soon_as_these_allow(
    coefficient: float, shift: float, rows: int
) -> None:
    """Shifts in standard deviations; half of them within so many rows."""
    within = 0
    for seed in range(9):
        values = autoregressive(coefficient, 16_000, seed)
        values[11_000:] += shift / (1.0 - coefficient**2) ** 0.5
        drifts = _feed(_monitor(), values)
        within += bool(drifts) and 11_000 <= drifts[0].row < 11_000 + rows
    assert within >= 5


def test_a_boolean_that_lasts_is_judged_now_and_then_and_keeps_quiet() -> None:
    random = _RANDOM(5)
    states = np.repeat(random.random(40_000) < 0.3, 5)
    monitor = _monitor(Kind.BOOLEAN)
    assert _feed(monitor, states[:100_000].tolist()) == []
    assert 2 < monitor.reference.stride <= 32
    assert monitor.reference.independent
    late = np.repeat(random.random(1000) < 0.8, 5)
    assert _feed(monitor, late.tolist(), 100_000)


def test_a_boolean_that_gets_frequent_is_shown_as_frequent_as_it_is() -> None:
    after = []
    for seed in range(20):
        random = _RANDOM(seed)
        values = np.concatenate([random.random(4000) < 0.08, random.random(400) < 0.5])
        (drift,) = _feed(_monitor(Kind.BOOLEAN), values.astype(bool).tolist())
        after.append(float(drift.after.mean()))
    assert np.median(after) == pytest.approx(0.5, abs=0.1)
    assert max(after) < 0.9
