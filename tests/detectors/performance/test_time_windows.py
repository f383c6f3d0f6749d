import numpy as np
import pytest

from detectors.performance.time_windows import TICKS, TimeWindows, stretches


@pytest.fixture
def windows() -> TimeWindows:
    return TimeWindows(3, ())


def test_a_window_is_due_when_its_end_has_come_and_rows_are_untold(windows: TimeWindows) -> None:
    windows.changed(5)
    assert windows.due(6 * TICKS - 1) == []
    assert windows.due(6 * TICKS) == [5]
    windows.told([5], 6 * TICKS)
    assert windows.due(6 * TICKS + 1) == []
    windows.changed(5)
    assert windows.due(6 * TICKS) == []
    assert windows.due(6 * TICKS + 1) == [5]


def test_the_older_a_window_is_the_more_rarely_it_is_due_again(windows: TimeWindows) -> None:
    windows.changed(0)
    windows.told([0], TICKS + 160)
    windows.changed(0)
    assert windows.due(TICKS + 169) == []
    assert windows.due(TICKS + 170) == [0]
    assert windows[0].revision == 1


def test_the_first_rows_of_windows_that_are_due_are_found(windows: TimeWindows) -> None:
    numbers = np.array([4, 5, 5, 6, 1])
    is_kept = numbers > 3
    assert windows.first_of_tick(numbers, is_kept, 6 * TICKS, 6) == {0, 1}
    windows.changed(5)
    windows.told([5], 6 * TICKS)
    assert windows.first_of_tick(numbers, is_kept, 6 * TICKS, 6) == {0}


def test_windows_that_are_too_old_are_forgotten(windows: TimeWindows) -> None:
    for number in (4, 2, 3):
        windows.changed(number)
    assert windows.outdated(6) == [2, 3]
    windows.forget([2, 3])
    assert windows.outdated(7) == [4]


def test_restored_windows_are_due_as_those_that_they_are_of(windows: TimeWindows) -> None:
    windows.changed(5)
    windows.told([5], 6 * TICKS)
    windows.changed(4)
    again = TimeWindows(3, ())
    again.restore(windows.state())
    told = [(each["number"], each["told"]) for each in windows.state()]
    assert [(each["number"], each["told"]) for each in again.state()] == told
    assert again.due(7 * TICKS) == windows.due(7 * TICKS) == [4]


def test_rows_are_cut_where_a_tick_or_a_window_begins() -> None:
    ticks, newest = np.array([1, 1, 2, 2, 2]), np.array([0, 0, 0, 1, 1])
    assert list(stretches(ticks, newest)) == [(0, 2), (2, 3), (3, 5)]
