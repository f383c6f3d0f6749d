"""The latest request of a kind: open, held back, extended, answered."""

import pytest

from detectors.requests.last_request import LastRequest
from detectors.requests.options import RequestOptions

OPTIONS = RequestOptions(cooldown=10.0, expiry=60.0)


def made(at: int = 100_000) -> LastRequest:
    latest = LastRequest()
    latest.make("a", at, OPTIONS)
    return latest


def test_nothing_is_held_back_before_the_first_request() -> None:
    latest = LastRequest()

    assert not latest.is_held_back(0, OPTIONS)
    assert not latest.is_open(0, OPTIONS)
    assert not latest.close()


@pytest.mark.parametrize(
    ("now", "is_open"), [(100_000, True), (159_999, True), (160_000, False), (40_000, True)]
)
def test_an_unanswered_request_is_open_until_it_expires(now: int, *, is_open: bool) -> None:
    assert made().is_open(now, OPTIONS) is is_open
    assert made().is_held_back(now, OPTIONS) is is_open


def test_an_answered_request_keeps_the_next_one_away_for_the_cooldown_alone() -> None:
    latest = made()

    assert latest.close()
    assert latest.is_held_back(109_999, OPTIONS)
    assert not latest.is_held_back(110_000, OPTIONS)


def test_a_request_from_the_far_future_keeps_nothing_away() -> None:
    assert not made(at=10_000_000).is_held_back(100_000, OPTIONS)


def test_who_is_at_it_gets_the_whole_time_again_but_only_while_it_is_open() -> None:
    latest = made()

    assert latest.extend(150_000, OPTIONS)
    assert latest.open_until == 210_000
    assert latest.extend(120_000, OPTIONS)
    assert latest.open_until == 210_000
    assert not latest.extend(210_000, OPTIONS)
