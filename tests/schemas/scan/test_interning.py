import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from schemas.scan.interning import (
    COUNT,
    MOST_PROBES,
    NONE,
    REFUSED,
    find_or_add,
    hash_of,
    no_strings,
    same,
)
from tests.schemas.scan.reading import joined


@given(st.lists(st.tuples(st.binary(max_size=20), st.integers(-1, 2))))
def test_numbers_are_those_of_a_dictionary(pairs: list[tuple[bytes, int]]) -> None:
    strings = no_strings(100, 1000)
    numbers: dict[tuple[bytes, int], int] = {}
    buffer, starts, ends = joined([text for text, _ in pairs], between=b"#")
    for pair, start, end in zip(pairs, starts.tolist(), ends.tolist(), strict=True):
        expected = numbers.setdefault(pair, len(numbers))
        assert expected == find_or_add(strings, buffer, start, end, pair[1])
    assert len(numbers) == strings.counters[COUNT]


@given(st.binary(max_size=30), st.binary(max_size=30), st.integers(0, 30))
def test_bytes_are_compared_to_the_size_and_no_further(
    left: bytes, right: bytes, size: int
) -> None:
    size = min(size, len(left), len(right))
    (one, _, _), (other, _, _) = joined([b"x" + left]), joined([right])
    assert (left[:size] == right[:size]) == same(one, 1, other, 0, size)


def test_strings_that_collide_are_refused_rather_than_searched_for_long() -> None:
    strings = no_strings(100, 10_000)
    buffer, starts, ends = joined([b"%d" % number for number in range(60_000)])
    spans = list(zip(starts.tolist(), ends.tolist(), strict=True))
    # All at the last place, so that the search goes on at the first.
    mask = np.uint64(len(strings.places) - 1)
    colliding = [span for span in spans if hash_of(buffer, *span, NONE) & mask == mask]
    assert len(colliding) > MOST_PROBES
    found = [find_or_add(strings, buffer, *span, NONE) for span in colliding]
    expected = [*range(MOST_PROBES), *([NONE] * (len(colliding) - MOST_PROBES))]
    assert expected == found
    assert len(colliding) - MOST_PROBES == strings.counters[REFUSED]
    assert find_or_add(strings, buffer, *colliding[7], NONE) == 7
