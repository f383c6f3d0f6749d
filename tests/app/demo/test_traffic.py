"""The demo's traffic: seeded, independent, and shifting in nothing but what it says."""

from collections.abc import Iterable

import numpy as np
import pytest
from numpy.typing import NDArray

from app.demo.distributions import Integers, Mix, Poisson, Value
from app.demo.scenario import OUTCOMES, Scenario, fraud_score
from app.demo.traffic import (
    LATEST_LABEL,
    Traffic,
    Transaction,
    label_document,
    prediction_document,
)
from schemas.events.codec import decode_event
from schemas.events.label import Label
from schemas.events.prediction import Prediction
from schemas.tables.columns import LONGEST_CATEGORY

SHIFTED = ("amount", "distance_km", "country", "new_device")


def _numbers(values: Iterable[Value]) -> NDArray[np.float64]:
    """Return values as numbers; texts by the order of their names."""
    listed = list(values)
    names = sorted({str(value) for value in listed if isinstance(value, str)})
    return np.array([names.index(v) if isinstance(v, str) else float(v) for v in listed])


def _column(rows: Iterable[Transaction], name: str) -> NDArray[np.float64]:
    return _numbers(row.features[name] for row in rows)


def test_the_truth_names_what_differs_between_the_two_worlds() -> None:
    scenario = Scenario()

    assert set(SHIFTED) == set(scenario.shifted)
    assert set(SHIFTED) | set(OUTCOMES) == set(scenario.drifting)
    assert len(scenario.before.features) == 12


def test_a_seed_gives_the_same_stream_however_much_is_taken_at_once() -> None:
    one, other = Traffic(Scenario(), seed=3), Traffic(Scenario(), seed=3)

    at_once = one.take(500)
    in_parts = [row for size in (1, 199, 0, 7, 293) for row in other.take(size)]

    assert at_once == in_parts
    assert Traffic(Scenario(), seed=4).take(500) != at_once


def test_the_shift_changes_the_worlds_at_the_row_where_it_was_asked_for() -> None:
    traffic = Traffic(Scenario(), seed=1)
    before = traffic.take(10)
    traffic.shift()
    after = traffic.take(10)

    assert {False} == {row.shifted for row in before}
    assert {True} == {row.shifted for row in after}
    assert list(range(20)) == [row.number for row in before + after]


@pytest.mark.parametrize("name", [*Scenario().before.features])
def test_a_feature_shifts_if_the_truth_says_so_and_else_draws_the_very_same(name: str) -> None:
    steady, shifting = Traffic(Scenario(), seed=5), Traffic(Scenario(), seed=5)
    shifting.shift()

    before, after = _column(steady.take(2000), name), _column(shifting.take(2000), name)

    # The draws of one seed are the same, so a steady feature's values are, one by one.
    assert (name in SHIFTED) is not np.array_equal(before, after)


@pytest.mark.parametrize("name", [*Scenario().before.features])
def test_the_rows_of_a_feature_are_uncorrelated(name: str) -> None:
    values = _column(Traffic(Scenario(), seed=6).take(20_000), name)
    ranks = np.unique(values, return_inverse=True)[1].astype(float)  # ties stay ties

    for lag in (1, 2, 7):
        assert abs(np.corrcoef(ranks[:-lag], ranks[lag:])[0, 1]) < 4 / np.sqrt(len(ranks))


def test_distance_changes_its_spread_and_not_its_middle() -> None:
    traffic = Traffic(Scenario(), seed=8)
    before = np.log(_column(traffic.take(5000), "distance_km"))
    traffic.shift()
    after = np.log(np.maximum(_column(traffic.take(5000), "distance_km"), 0.01))

    assert abs(np.median(after) - np.median(before)) < 0.1
    assert np.std(after) > 2 * np.std(before)


def test_errors_get_more_frequent_after_the_shift() -> None:
    traffic = Traffic(Scenario(), seed=9)
    before = np.mean([row.wrong for row in traffic.take(5000)])
    traffic.shift()
    after = np.mean([row.wrong for row in traffic.take(5000)])

    assert 0.02 < before < 0.15
    assert after > 2 * before


def test_labels_come_late_some_early_some_twice_and_some_never() -> None:
    rows = Traffic(Scenario(), seed=10).take(20_000)
    counts = [len(row.label_delays) for row in rows]
    delays = [delay for row in rows for delay in row.label_delays]

    assert {0, 1, 2} == set(counts)
    assert counts.count(0) / len(rows) == pytest.approx(0.02, abs=0.01)
    assert min(delays) == 0.0
    assert max(delays) == LATEST_LABEL
    assert np.median(delays) > 0.5


def test_a_label_s_delay_says_nothing_about_the_error() -> None:
    rows = [row for row in Traffic(Scenario(), seed=11).take(20_000) if row.label_delays]
    wrong = np.array([row.wrong for row in rows], dtype=float)
    delays = np.array([row.label_delays[0] for row in rows])

    assert abs(np.corrcoef(wrong, delays)[0, 1]) < 4 / np.sqrt(len(rows))


def test_its_documents_are_valid_events() -> None:
    scenario = Scenario()
    (row,) = Traffic(scenario, seed=12).take(1)

    prediction = decode_event(
        Prediction, prediction_document(scenario, row, "7", "2026-01-01T00:00:00Z")
    )
    label = decode_event(Label, label_document(row, "7", "2026-01-01T00:00:01Z"))

    assert prediction.features == row.features
    assert isinstance(prediction.scores, dict)
    assert sum(prediction.scores.values()) == pytest.approx(1.0)
    assert (label.prediction_id, label.label) == ("7", row.label)


def test_the_score_is_a_probability_and_rises_with_the_amount() -> None:
    (row,) = Traffic(Scenario(), seed=13).take(1)

    scores = [fraud_score({**row.features, "amount": amount}) for amount in (0.0, 10.0, 1e9)]

    assert scores == sorted(scores)
    assert all(0 <= score <= 1 for score in scores)


def test_mixes_integers_and_counts_stay_in_their_bounds() -> None:
    rng = np.random.default_rng(0)

    mix = Mix({"a": 0.9, "b": 0.1})
    assert {"a", "b"} == set(mix.draw(rng, 1000))
    assert {0, 1, 2} == set(Integers(0, 2).draw(rng, 1000))
    assert all(isinstance(value, int) for value in Poisson(2.0).draw(rng, 10))
    assert all(len(str(value)) < LONGEST_CATEGORY for value in mix.draw(rng, 10))
