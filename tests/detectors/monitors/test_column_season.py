"""The season of a column by itself, with a reference as its monitor has it."""

import numpy as np
import pytest

from detectors.monitors.column_season import ColumnSeason
from detectors.reference import block_means, season
from detectors.reference.reference import Reference
from detectors.reference.season import Integers
from detectors.reference.told_season import ToldSeason
from schemas.events.durations import MS_PER_HOUR
from schemas.tables.columns import Column, Kind, Role
from tests.detectors.batches import plain

HOUR = MS_PER_HOUR
DAY = 24 * HOUR
MONDAY = 19_674 * DAY
ROWS = 480
"""Of a day."""

NAMES = ("card", "cash")


def _times(days: int) -> Integers:
    times: Integers = MONDAY + np.arange(days * ROWS) * (DAY // ROWS)
    return times


def _reference(kind: Kind = Kind.NUMBER, seed: int = 0) -> Reference:
    return Reference(
        burn_in=100, bins=16, categorical=kind is Kind.CATEGORY, finds_faults=True, seed=seed
    )


def _day(times: Integers, kind: Kind) -> Column:
    """Return rows of which a quarter is 1, or the second category, and of nights three quarters."""
    late = (((np.arange(len(times)) % 4 == 0) + times // (DAY // 2)) % 2).astype(np.int32)
    if kind is Kind.CATEGORY:
        return Column("x", Role.FEATURE, kind, late, NAMES)
    return Column("x", Role.FEATURE, kind, late.astype(np.float64))


def _burnt_in(own: ColumnSeason, column: Column, times: Integers) -> Reference:
    """Return the reference of the first hundred rows, of which the season has learned."""
    reference = _reference(column.kind)
    own.begin(reference.block, column.kind)
    own.begin_values(reference.block, int(times[0]))
    values = column.values[:100].astype(np.float64)
    if reference.categories is not None:
        values = reference.categories.of(column.values[:100], column.categories)
    taken, step = own.burn(reference, values, np.arange(100))
    assert (taken, step) == (100, None)
    own.note(column.between(0, 100), times, reference.block)
    own.gauge(reference, reference.latest(96)[0])
    own.stand(reference)
    return reference


@pytest.mark.parametrize("kind", [Kind.BOOLEAN, Kind.CATEGORY])
def test_a_course_that_has_come_again_is_taken_off(kind: Kind) -> None:
    times, own = _times(3), ColumnSeason(ToldSeason.AUTO)
    column = _day(times, kind)
    reference, at = _burnt_in(own, column, times), 100
    assert own.judged(column, 0, times, reference.block) is column
    while at < len(times):
        rest = column.since(at)
        end = own.rows_until_change(rest, times[at:], reference.block)
        end = len(rest.values) if end == season.STAYS else end
        own.note(rest.between(0, end), times[at:], reference.block)
        at += end
        if end == 0 and block_means.until_next(reference.block.blocks) > 0.0:
            own.turn(reference.block, int(times[at]))
    own.turn(reference.block, int(times[-1]) + HOUR)
    assert season.words(reference.block.season) == "the course of its days"
    left = own.judged(column, 0, times, reference.block)
    before, after = column.values[-ROWS:], left.values[-ROWS:]
    assert left.categories == column.categories
    assert abs(before[ROWS // 2 :].mean() - before[: ROWS // 2].mean()) == 0.5
    assert abs(after[ROWS // 2 :].mean() - after[: ROWS // 2].mean()) < 0.2


def test_rows_that_are_looked_at_are_not_learned() -> None:
    times, own = _times(2), ColumnSeason(ToldSeason.AUTO)
    column = _day(times, Kind.NUMBER)
    reference = _burnt_in(own, column, times)
    before = reference.block.words.copy()
    own.rows_until_change(column.since(100), times[100:], reference.block)
    np.testing.assert_array_equal(reference.block.words, before)


def test_a_season_that_is_told_not_to_be_learns_nothing() -> None:
    times, own = _times(2), ColumnSeason(ToldSeason.NONE)
    column = _day(times, Kind.NUMBER)
    reference = _burnt_in(own, column, times)
    before = reference.block.season.copy()
    assert own.rows_until_change(column, times, reference.block) == season.STAYS
    own.note(column, times, reference.block)
    np.testing.assert_array_equal(reference.block.season, before)


def test_it_goes_with_the_column_to_another_reference_and_through_a_state() -> None:
    times, own = _times(2), ColumnSeason(ToldSeason.AUTO)
    column = _day(times, Kind.CATEGORY)
    first = _burnt_in(own, column, times)
    assert own.state(first.block)["slots"] == ["card", "cash"]
    second = _reference(Kind.CATEGORY, seed=1)
    own.begin(second.block, Kind.CATEGORY)
    own.carry(first.block, second)
    assert plain(own.state(second.block)["blocks"]) == plain(own.state(first.block)["blocks"])
    other, third = ColumnSeason(ToldSeason.AUTO), _reference(Kind.CATEGORY, seed=2)
    other.begin(third.block, Kind.CATEGORY)
    other.restore(third, own.state(second.block))
    assert plain(other.state(third.block)) == plain(own.state(second.block))
    np.testing.assert_array_equal(third.block.season, second.block.season)


def test_a_column_of_another_kind_has_no_slots_and_nothing_held_back() -> None:
    times, own = _times(2), ColumnSeason(ToldSeason.AUTO)
    first = _burnt_in(own, _day(times, Kind.CATEGORY), times)
    own.forget()
    state = own.state(first.block)
    assert (state["slots"], state["held"]) == ([], None)
