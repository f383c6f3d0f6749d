"""A version against the one before it, by labels that took as long to come."""

import numpy as np
import pytest

from detectors.comparisons.ages import BOUNDS, ages_as_hours
from detectors.comparisons.history import History
from detectors.comparisons.options import ComparedMetric, ComparisonOptions
from detectors.performance.threshold import ThresholdMetric
from schemas.events.durations import MS_PER_HOUR as HOUR
from schemas.events.model_comparison import MetricRole
from schemas.events.position import Position

ACCURACY = ComparedMetric(metric=ThresholdMetric.ACCURACY, smallest_effect=0.05)
OPTIONS = ComparisonOptions(metrics=(ACCURACY,))
AT = Position(topic="labels", partition=0, offset=7, time="2026-03-01T12:00:00.000Z")
MINUTE, DAY = 60_000, 86_400_000


def wrong(rate: float, rows: int, seed: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return losses of one metric, shape ``(1, rows)``."""
    return (np.random.default_rng(seed).random((1, rows)) < rate).astype(np.float64)


def before(rate: float = 0.1, delay: int = 0, rows: int = 3000) -> History:
    history = History("7", 0, OPTIONS)
    history.add(np.full(rows, delay), wrong(rate, rows, 1))
    return history


def after(first: History, rate: float, rows: int = 2000, delay: int = 0) -> History:
    history = History("8", 0, OPTIONS, first)
    history.add(np.full(rows, delay), wrong(rate, rows, 2))
    return history


def test_every_stretch_of_delays_is_an_hour_of_its_own() -> None:
    delays = np.array([0, *BOUNDS.tolist()])
    assert (ages_as_hours(delays) // HOUR).tolist() == list(range(len(BOUNDS) + 1))
    assert (ages_as_hours(delays[1:] - 1) // HOUR).tolist() == list(range(len(BOUNDS)))


def test_a_version_that_is_worse_than_the_one_before_it_was_is_found() -> None:
    ((measured, known),) = after(before(), 0.3).harms(AT)

    assert (measured.value(0), measured.value(1)) == pytest.approx((0.9, 0.7), abs=0.03)
    assert known.gain == pytest.approx(-0.2, abs=0.04)
    assert measured.decided_at == AT
    assert measured.rows == (3000, 2000)


@pytest.mark.parametrize("rate", [0.1, 0.05])
def test_one_that_is_as_good_or_better_is_not(rate: float) -> None:
    assert after(before(), rate).harms(AT) == []


def test_the_first_version_is_held_against_none() -> None:
    first = before(0.9)
    assert first.against is None
    assert first.harms(AT) == []


def test_young_labels_are_held_against_labels_that_were_as_young() -> None:
    """Early labels are of what goes wrong more often: of both versions alike."""
    first = before(0.5, MINUTE)
    first.add(np.full(20_000, 2 * DAY), wrong(0.02, 20_000, 3))

    assert after(first, 0.5, delay=MINUTE).harms(AT) == []
    assert after(first, 0.5, delay=2 * DAY).harms(AT)


def test_labels_of_an_age_that_the_one_before_never_had_say_nothing() -> None:
    assert after(before(0.1, MINUTE), 0.9, delay=2 * DAY).harms(AT) == []


def test_where_nothing_is_stated_the_numbers_of_classes_have_no_distance() -> None:
    """Classes 1 and 9 are as wrong as 1 and 2, though further off."""
    first = History("7", 0, ComparisonOptions())
    first.add(np.zeros(3000, int), np.repeat(wrong(0.1, 3000, 1), 2, axis=0))
    second = History("8", 0, ComparisonOptions(), first)
    errors = wrong(0.1, 3000, 2)
    second.add(np.zeros(3000, int), np.concatenate([errors, 9 * errors]))
    assert second.harms(AT) == []


def test_a_guardrail_that_is_worse_within_its_margin_is_no_harm() -> None:
    recall = ComparedMetric(
        metric=ThresholdMetric.RECALL, of_class="1", role=MetricRole.GUARDRAIL, margin=0.3
    )
    options = ComparisonOptions(metrics=(ACCURACY, recall))
    first = History("7", 0, options)
    first.add(np.zeros(3000, dtype=np.int64), np.repeat(wrong(0.1, 3000, 1), 2, axis=0))
    second = History("8", 0, options, first)
    losses = np.stack([wrong(0.1, 3000, 2)[0], wrong(0.3, 3000, 3)[0]])
    second.add(np.zeros(3000, dtype=np.int64), losses)

    assert second.harms(AT) == []


def test_a_state_goes_on_as_if_it_had_never_stopped() -> None:
    history = after(before(), 0.3, rows=20)
    restored = History.of(history.state(), OPTIONS)
    for each in (history, restored):
        each.add(np.zeros(2000, dtype=np.int64), wrong(0.3, 2000, 4))

    assert (restored.version, restored.since, restored.against) == ("8", 0, "7")
    assert [known for _, known in restored.harms(AT)] == [known for _, known in history.harms(AT)]
    assert restored.harms(AT)


def test_what_is_held_against_stands_when_the_next_version_begins() -> None:
    first = before()
    second = after(first, 0.1, rows=40)
    first.add(np.zeros(5000, dtype=np.int64), wrong(0.9, 5000, 5))
    second.add(np.zeros(2000, dtype=np.int64), wrong(0.3, 2000, 6))

    ((measured, _),) = second.harms(AT)
    assert measured.rows[0] == 3000
