import itertools
import tracemalloc
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from agents.dead_letters.limits import Excess, RefusalLimits, Refusals
from schemas.events.invalid import Reason

FEW = RefusalLimits(max_run=5, max_ratio=0.5, window=20, min_records=10)


def taken(
    verdicts: Sequence[bool], limits: RefusalLimits = FEW, *, cuts: Sequence[int] = ()
) -> Excess | None:
    """Count records, True where one is refused, cut into batches; return the first excess."""
    refusals = Refusals(limits)
    edges = sorted({0, len(verdicts), *cuts})
    for start, end in itertools.pairwise(edges):
        refused = {at: Reason.UNDECODABLE for at in range(start, end) if verdicts[at]}
        excess = refusals.take(range(start, end), refused)
        if excess is not None:
            return excess
    return None


def test_single_bad_records_in_a_good_stream_are_borne() -> None:
    assert taken([at % 7 == 0 for at in range(10_000)]) is None


def test_a_short_run_is_borne_and_the_next_record_of_it_is_too_much() -> None:
    assert taken([False] * 50 + [True] * 5 + [False]) is None
    excess = taken([False] * 50 + [True] * 9)
    assert excess == Excess("max_run", 6, 6, 50, 55, {Reason.UNDECODABLE: 6})


def test_too_many_of_the_latest_are_too_much_from_the_first_refused_on() -> None:
    limits = RefusalLimits(max_run=None, max_ratio=0.5, window=10, min_records=10)
    excess = taken([False] * 30 + [True, True, False] * 5, limits)
    assert excess is not None
    assert (excess.limit, excess.refused, excess.records) == ("max_ratio", 6, 10)
    assert (excess.first, excess.last) == (30, 37)


def test_a_ratio_of_a_few_records_does_not_count() -> None:
    limits = RefusalLimits(max_run=None, max_ratio=0.1, window=100, min_records=50)
    assert taken([True] * 40, limits) is None
    assert taken([True] * 50, limits) is not None


def test_without_limits_nothing_is_too_much() -> None:
    limits = RefusalLimits(max_run=None, max_ratio=None)
    assert taken([True] * 30_000, limits) is None


def test_a_stretch_without_end_takes_no_memory_without_end() -> None:
    limits = RefusalLimits(max_run=None, max_ratio=1.0, window=10)
    refusals = Refusals(limits)
    reasons = dict.fromkeys(range(100_000), Reason.NULL_VALUE)
    tracemalloc.start()
    for start in range(0, 100_000, 100):
        assert refusals.take(range(start, start + 100), reasons) is None
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 100_000
    assert refusals.stretch == 99_990


def test_records_that_come_again_are_not_counted_twice() -> None:
    refusals = Refusals(FEW)
    bad = dict.fromkeys(range(4), Reason.NULL_VALUE)
    for _ in range(5):
        assert refusals.take(range(4), bad) is None


def test_a_run_that_comes_again_in_part_is_counted_on() -> None:
    refusals = Refusals(FEW)
    bad = dict.fromkeys(range(100, 110), Reason.NULL_VALUE)
    refusals.take(range(90, 104), {at: bad[at] for at in range(100, 104)})
    excess = refusals.take(range(102, 108), bad)
    assert excess is not None
    assert (excess.first, excess.last, excess.refused) == (100, 105, 6)


def test_reasons_are_counted() -> None:
    refusals = Refusals(RefusalLimits(max_run=2))
    reasons = {0: Reason.NULL_VALUE, 1: Reason.TOO_LARGE, 2: Reason.NULL_VALUE}
    excess = refusals.take(range(3), reasons)
    assert excess is not None
    assert excess.reasons == {Reason.NULL_VALUE: 2, Reason.TOO_LARGE: 1}


def test_what_is_used_of_the_limit_rises_and_falls() -> None:
    refusals = Refusals(FEW)
    assert refusals.used == 0.0
    refusals.take(range(2), dict.fromkeys(range(2), Reason.NULL_VALUE))
    assert refusals.used == 0.4
    refusals.take(range(2, 10), {})
    assert refusals.used == 2 / 10 / 0.5
    refusals.take(range(10, 40), {})
    assert refusals.used == 0.0


VERDICTS = st.lists(st.booleans(), min_size=1, max_size=120)
LIMITS = st.builds(
    RefusalLimits,
    max_run=st.none() | st.integers(1, 8),
    max_ratio=st.none() | st.floats(0.05, 1.0),
    window=st.integers(1, 40),
    min_records=st.integers(1, 40),
)


@given(VERDICTS, LIMITS, st.lists(st.integers(0, 120), max_size=6))
def test_how_records_are_cut_into_batches_makes_no_difference(
    verdicts: list[bool], limits: RefusalLimits, cuts: list[int]
) -> None:
    inside = [cut for cut in cuts if cut < len(verdicts)]
    assert taken(verdicts, limits, cuts=inside) == taken(verdicts, limits)


@given(VERDICTS, LIMITS)
def test_the_limits_mean_what_they_say(verdicts: list[bool], limits: RefusalLimits) -> None:
    expected = None
    run = 0
    for at, refused in enumerate(verdicts):
        run = run + 1 if refused else 0
        latest = verdicts[max(0, at + 1 - limits.window) : at + 1]
        if not refused:
            continue
        if limits.max_run is not None and run > limits.max_run:
            expected = ("max_run", at)
            break
        ratio = sum(latest) / len(latest)
        enough = len(latest) >= limits.min_records
        if enough and limits.max_ratio is not None and ratio > limits.max_ratio:
            expected = ("max_ratio", at)
            break
    excess = taken(verdicts, limits)
    assert (excess and (excess.limit, excess.last)) == expected


@given(VERDICTS, LIMITS)
def test_whoever_reads_on_from_the_stretch_stops_for_it_again(
    verdicts: list[bool], limits: RefusalLimits
) -> None:
    excess = taken(verdicts, limits)
    # Whoever begins there has read nothing before it, and a ratio of too few does not count.
    if excess is None or excess.last + 1 - excess.first < limits.min_records:
        return
    again = taken(verdicts[excess.first :], limits)
    assert again is not None
    assert again.first == 0
    assert again.last <= excess.last - excess.first
