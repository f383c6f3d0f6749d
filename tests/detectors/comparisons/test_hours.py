import numpy as np

from detectors.comparisons.hours import HOUR, Hours


def test_stretches_grow_until_there_are_few_and_lose_nothing() -> None:
    hours = Hours((1,), 4)
    for hour in (9, 3, 0, 7, 1, 2):
        at, places = hours.at(np.array([hour * HOUR, hour * HOUR + 1]))
        hours.cells[at, 0] += np.bincount(places)
        hours.settle()
    state = hours.state()
    assert state["width"] == 2 * HOUR
    assert state["hours"].tolist() == [0, 1, 3, 4]
    assert state["cells"][:, 0].tolist() == [4, 4, 2, 2]
    other = Hours((1,), 4)
    other.restore(state)
    at, _ = other.at(np.array([9 * HOUR]))
    assert at.tolist() == [3]
