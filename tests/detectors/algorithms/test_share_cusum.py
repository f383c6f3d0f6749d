import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from detectors.algorithms.share_cusum import (
    BROKEN,
    EARLY,
    EARLY_INFLATION,
    ERRORS_ON_TOP,
    FLAGS,
    HOPELESS,
    LOWEST_LIMIT,
    MEMORY,
    QUIET,
    RATIOS,
    ROWS_TO_A_FALSE_ALARM,
    SHORTEST_RUN,
    SMALLEST_SHARE,
    begin,
    feed,
    is_calm,
    restored,
    rise_of,
)
from schemas.tables.columns import Flag

Flags = NDArray[np.uint8]
ALL_OK = np.empty(0, dtype=np.uint8)


class Watch:
    """The state of one column."""

    def __init__(self, burn_in: int = 1000) -> None:
        self.memory = np.empty(MEMORY)
        self.counts = np.zeros(FLAGS, dtype=np.int64)
        self._burn_in = burn_in
        begin(self.memory, self.counts, burn_in)

    def feed(self, flags: Flags) -> int:
        return feed(flags, len(flags), self.memory, self.counts)

    def feed_ok(self, rows: int) -> int:
        return feed(ALL_OK, rows, self.memory, self.counts)

    def alarms(self, flags: Flags) -> list[int]:
        """The rows at which it tells, a new reference after each."""
        found, at = [], 0
        while (row := self.feed(flags[at:])) != QUIET:
            at += row + 1
            found.append(at - 1)
            begin(self.memory, self.counts, self._burn_in)
        return found


class Plain:
    """The same, one row at a time, from the formulae: the oracle."""

    def __init__(self, burn_in: int) -> None:
        self.burn_in = burn_in
        self.begin()

    def begin(self) -> None:
        self.ok = [0.0]  # of each row since the reference began, behind a 0 for none
        self.next = max(self.burn_in // EARLY, 1)
        self.run, self.longest = 0, math.inf
        self.steps: list[tuple[float, float, float]] = []
        self.levels = [0.0] * len(RATIOS)
        self.since = [0] * len(RATIOS)

    def feed(self, flag: int) -> bool:
        self.ok.append(float(flag != 0))
        told = False
        for number, (gain, loss, limit) in enumerate(self.steps):
            if self.levels[number] == 0.0:
                self.since[number] = len(self.ok) - 2
            self.levels[number] = max(0.0, self.levels[number] + (gain if flag else loss))
            told |= self.levels[number] >= limit
        self.run = 0 if flag else self.run + 1
        if self.run >= self.longest:
            self.begin()
        elif len(self.ok) - 1 == self.next and not told:
            self.estimate()
        return told

    def estimate(self) -> None:
        rows, wrong = len(self.ok) - 1, sum(self.ok)
        share = max((wrong + 1) / (rows + 2), SMALLEST_SHARE)
        is_early = rows < self.burn_in
        self.next = min(2 * rows, self.burn_in) if is_early else 2 * rows
        if is_early:
            share += ERRORS_ON_TOP * math.sqrt(share / (rows + 2))
            share = min(share, (rows + 1) / (rows + 2))
        turns = sum(a != b for a, b in zip(self.ok, self.ok[1:], strict=False))
        turned = (turns + 1) / (2 * wrong * (rows - wrong) / rows + 1)
        inflation = max(EARLY_INFLATION if is_early else 1.0, (2 - turned) / turned)
        was, self.longest = self.longest, math.inf
        if share > BROKEN and (not is_early or wrong == rows):
            turning = share * (turns / 2 + 1) / (2 * wrong * (rows - wrong) / rows + 1)
            run = math.log(ROWS_TO_A_FALSE_ALARM) / -math.log(1 - min(turning, 0.999))
            self.longest = max(SHORTEST_RUN, math.ceil(run))
            if was == math.inf:
                self.run = 0  # counted from here
        self.steps = []
        for ratio in RATIOS:
            odds = ratio * share / (1 - share)
            risen = odds / (1 + odds)
            gain = math.log(risen / share) / inflation
            loss = math.log((1 - risen) / (1 - share)) / inflation
            mean = -(share * gain + (1 - share) * loss)
            limit = math.log(ROWS_TO_A_FALSE_ALARM * len(RATIOS) * mean)
            self.steps.append((gain, loss, max(limit, LOWEST_LIMIT)))
        if share > HOPELESS:
            self.steps = [(0.0, loss, limit) for _, loss, limit in self.steps]
            self.levels = [0.0] * len(RATIOS)


def flags_of(seed: int, shares: Sequence[float], rows: int, flag: Flag = Flag.NULL) -> Flags:
    """Rows of each share in turn."""
    random = np.random.default_rng(seed % 2**63)
    wrong = np.concatenate([random.random(rows) < share for share in shares])
    return np.where(wrong, np.uint8(flag), np.uint8(0))


@given(
    st.integers(0, 2**32),
    st.lists(st.sampled_from([0.0, 0.01, 0.2, 0.6, 1.0]), min_size=1, max_size=4),
    st.integers(2, 60),
)
def test_the_kernel_gives_what_the_formulae_give_row_by_row(
    seed: int, shares: list[float], burn_in: int
) -> None:
    flags = flags_of(seed, shares, 150)
    watch, oracle = Watch(burn_in), Plain(burn_in)
    expected = next((row for row, flag in enumerate(flags) if oracle.feed(flag)), QUIET)
    assert watch.feed(flags) == expected
    if expected != QUIET:
        rise = rise_of(watch.memory, watch.counts)
        number = RATIOS.index(rise.ratio)
        assert rise.statistic == pytest.approx(oracle.levels[number])
        assert rise.before.sum() == oracle.since[number]
        assert rise.before.sum() + rise.after.sum() == len(oracle.ok) - 1


@given(
    st.integers(0, 2**32),
    st.lists(st.sampled_from([0.0, 0.02, 0.5]), min_size=1, max_size=4),
    st.lists(st.integers(1, 200), min_size=1, max_size=12),
)
def test_what_it_finds_and_knows_does_not_depend_on_where_rows_are_cut(
    seed: int, shares: list[float], sizes: list[int]
) -> None:
    flags = flags_of(seed, shares, 200)
    whole, cut = Watch(50), Watch(50)
    expected = whole.feed(flags)
    found, at = QUIET, 0
    for size in [*sizes, len(flags)]:
        piece = flags[at : at + size]
        row = cut.feed(piece) if piece.any() else cut.feed_ok(len(piece))
        if row != QUIET:
            found = at + row
            break
        at += len(piece)
    assert found == expected
    assert cut.memory.tolist() == whole.memory.tolist()
    assert cut.counts.tolist() == whole.counts.tolist()


@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.05]), st.integers(1, 300))
def test_calm_is_where_ok_rows_change_their_count_alone(seed: int, share: float, rows: int) -> None:
    watch = Watch(100)
    watch.feed(flags_of(seed, [share], 150))
    memory, counts = watch.memory.copy(), watch.counts.copy()
    calm = is_calm(rows, watch.memory, watch.counts)
    assert watch.feed_ok(rows) == QUIET
    counts[Flag.OK] += rows
    assert watch.counts.tolist() == counts.tolist()
    assert calm is (watch.memory.tolist() == memory.tolist())


@pytest.mark.parametrize("share", [0.0, 1e-4, 0.01, 0.3])
def test_false_alarms_of_a_stationary_share_keep_the_budget(share: float) -> None:
    """Twenty columns of 100,000 rows: two are stated; more than five are one in 60 such runs."""
    alarms = [Watch().alarms(flags_of(seed, [share], 100_000)) for seed in range(20)]
    assert sum(map(len, alarms)) <= 5


@pytest.mark.parametrize(("stay", "most"), [(0.9, 3), (0.99, 9)])
def test_faults_that_come_in_bursts_are_no_rise_of_their_share(stay: float, most: int) -> None:
    """A third of the rows, in bursts of some 10 and 100: the first long one of a column is told."""
    random = np.random.default_rng(3)
    alarms = []
    for _ in range(5):
        changes = random.random(100_000) >= stay
        drawn = random.random(100_000) < 1 / 3
        last = np.maximum.accumulate(np.where(changes, np.arange(100_000), 0))
        alarms += Watch().alarms(drawn[last].astype(np.uint8))
    assert len(alarms) <= most


@pytest.mark.parametrize(
    ("before", "after", "delay"),
    [
        (0.0, 1.0, 7),
        (0.0, 0.9, 12),
        (0.0, 0.2, 70),
        (0.0, 0.05, 330),
        (0.01, 0.05, 520),
        (0.1, 0.2, 600),
        (0.3, 0.9, 35),
    ],
)
def test_a_rise_is_found_within_so_many_rows(before: float, after: float, delay: int) -> None:
    """The largest of twenty delays, 2,000 rows after the reference began."""
    rows = []
    for seed in range(20):
        flags = np.concatenate([flags_of(seed, [before], 2000), flags_of(~seed, [after], 2000)])
        rows.append(Watch().alarms(flags)[0])
    assert min(rows) >= 2000
    assert max(rows) < 2000 + delay


def flags_below(share: float) -> Flags:
    return np.concatenate([flags_of(1, [0.5], 3000), flags_of(2, [share], 3000)])


@pytest.mark.parametrize("share", [0.0, 0.1, 0.4])
def test_a_share_that_falls_is_no_fault(share: float) -> None:
    assert Watch().alarms(flags_below(share)) == []


def test_a_rise_is_told_with_what_there_was_before_and_since() -> None:
    flags = np.concatenate([flags_of(1, [0.0], 2000), flags_of(2, [0.9], 500, Flag.ABSENT)])
    watch = Watch()
    row = watch.feed(flags)
    rise = rise_of(watch.memory, watch.counts)
    assert rise.before.tolist() == [2000, 0, 0, 0, 0, 0]
    assert rise.after[Flag.ABSENT] >= 7
    assert rise.after.sum() == row + 1 - 2000
    assert rise.statistic >= rise.limit
    assert rise.inflation == 1.0


def test_there_are_as_many_flags_as_qualities() -> None:
    assert len(Flag) == FLAGS
    assert min(Flag) is Flag.OK


def between(begin: int, end: int, share: float = 1.0) -> Flags:
    """Rows all of which are ok, but for some."""
    flags = flags_of(1, [share], 24_000)
    flags[:begin] = flags[end:] = 0
    return flags


def test_a_column_without_a_usable_value_raises_no_alarm_however_long_it_is() -> None:
    assert Watch(1000).alarms(flags_of(1, [1.0], 200_000)) == []


@pytest.mark.parametrize(("begin", "share"), [(100, 1.0), (500, 1.0), (990, 1.0), (200, 0.9)])
def test_a_column_that_breaks_within_its_burn_in_is_told(begin: int, share: float) -> None:
    (row,) = Watch(1000).alarms(between(begin, 24_000, share))
    assert begin < row < begin + 300


@pytest.mark.parametrize("end", [64, 500, 1000, 1007, 5000])
@pytest.mark.parametrize("share", [1.0, 0.9, 0.2])
def test_a_reference_that_began_amiss_does_not_hide_the_next_fault(end: int, share: float) -> None:
    flags = np.maximum(between(0, end), between(12_000, 24_000, share))
    rows = Watch(1000).alarms(flags)
    assert rows
    assert 12_000 <= rows[0] < 12_100


@pytest.mark.parametrize("length", [1000, 1007, 3000])
def test_each_burst_of_a_burn_in_and_longer_is_told(length: int) -> None:
    flags = np.maximum(between(5000, 5000 + length), between(12_000, 12_000 + length))
    rows = Watch(1000).alarms(flags)
    assert [row // 1000 for row in rows] == [5, 12]


def test_a_memory_of_before_goes_on_without_what_it_lacks() -> None:
    watch = Watch(1000)
    watch.feed(flags_of(1, [0.1], 3000))
    old = restored(watch.memory[:-3])
    assert len(old) == MEMORY
    assert old[:-3].tolist() == watch.memory[:-3].tolist()
    assert feed(flags_of(2, [0.9], 500), 500, old, watch.counts) != QUIET


def test_a_reference_is_not_judged_by_the_first_of_its_burn_in() -> None:
    assert Watch(1000).alarms(flags_of(1, [1.0], 999)) == []
