import numpy as np
import pytest

from detectors.monitors.joint_event import Event


@pytest.mark.parametrize("discovered", [frozenset({2}), frozenset[int]()])
def test_columns_are_listed_by_what_they_say_and_then_by_name(discovered: frozenset[int]) -> None:
    leans = np.array([[3.0, 0.0], [0.0, 3.0], [0.0, 0.0], [9.0, 1.0], [1.0, 0.0]])
    event = Event(np.array([0.0, 0.0, 9.0, 0.0, 0.0]), leans, discovered, whole=False)
    keys = [("feature", name) for name in "bacde"]
    assert event.listed(keys) == [*discovered, 3, 1, 0]
    assert [event.is_spread(number) for number in range(3)] == [False, True, False]
