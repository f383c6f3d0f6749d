from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.performance.label_dating import BLOCK, LabelDating


def _turns(dates: list[bool], cuts: list[int] | None = None) -> list[tuple[int, bool, float]]:
    dating = LabelDating()
    found = []
    for begin, end in pairwise(sorted({0, len(dates), *(cuts or ())})):
        times = np.arange(begin, end) * 1000
        found += [
            (begin + turn.row, turn.is_open, turn.after)
            for turn in dating.add(np.array(dates[begin:end], dtype=np.bool_), times)
        ]
        again = LabelDating()
        again.restore(dating.state())
        dating = again
    return found


def test_strays_are_not_told() -> None:
    assert _turns(([False] * 24 + [True]) * 40) == []


def test_many_are_told_once_and_few_again_as_well() -> None:
    many, few = ([False] * 9 + [True]) * 10, [False] * BLOCK
    assert _turns([*few, *many, *many, *few, *few]) == [(199, True, 0.1), (399, False, 0.0)]


def test_a_turn_says_how_it_was_before_and_since_when() -> None:
    dating = LabelDating()
    times = np.arange(3 * BLOCK) * 1000
    (turn,) = dating.add((times % 50_000 == 0) | (times >= 200_000), times)
    assert (turn.row, turn.before, turn.after, turn.since) == (299, 0.02, 1.0, 200_000)


@given(st.lists(st.booleans(), min_size=1, max_size=450), st.lists(st.integers(0, 449), max_size=5))
def test_what_is_told_does_not_depend_on_how_labels_are_cut(
    dates: list[bool], cuts: list[int]
) -> None:
    assert _turns(dates, [cut for cut in cuts if cut < len(dates)]) == _turns(dates)
