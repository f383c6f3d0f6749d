import numpy as np

from detectors.comparisons.hours import FINEST, Hours
from schemas.events.durations import MS_PER_HOUR as HOUR


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


def hours_of(times: list[int], most: int = 256) -> Hours:
    hours = Hours((1,), most)
    at, places = hours.at(np.array(times))
    hours.cells[at, 0] += np.bincount(places, minlength=len(at))
    hours.settle()
    return hours


def test_many_rows_are_matched_by_parts_of_an_hour_and_few_by_hours() -> None:
    many = hours_of([minute * 60_000 + row for minute in range(60) for row in range(40)])
    assert len(many.matched(many.cells[:, 0])) == len(many.cells) == 60
    few = hours_of([minute * 60_000 for minute in range(0, 120, 10)])
    assert few.matched(few.cells[:, 0])[:, 0].tolist() == [6.0, 6.0]
    some = hours_of([minute * 60_000 + row for minute in range(64) for row in range(6)])
    assert some.matched(some.cells[:, 0])[:, 0].sum() == 64 * 6
    assert 8 <= len(some.matched(some.cells[:, 0])) <= 64 * 6 / 20


def test_what_a_release_before_kept_by_the_hour_goes_on_by_the_hour() -> None:
    hours = Hours((1,), 256)
    hours.restore({"width": HOUR, "hours": np.array([3]), "cells": np.array([[7.0]])})
    at, _ = hours.at(np.array([3 * HOUR + 5 * FINEST]))
    assert at.tolist() == [0]


def test_times_that_are_far_apart_have_their_own_stretches() -> None:
    hours = hours_of([0, 10**15, 5, 10**12])
    assert hours.cells[:, 0].tolist() == [2.0, 1.0, 1.0]
    assert hours.at(np.zeros(0, dtype=np.int64))[0].tolist() == []
