from collections.abc import Iterator, Sequence

from app.play.delay import LabelDelay
from app.play.events import Played
from app.play.order import in_order


def _played(times: Sequence[int], *, unlabelled: frozenset[int] = frozenset()) -> Iterator[Played]:
    for number, time in enumerate(times):
        yield Played(time, str(number), {}, None if number in unlabelled else "yes")


def _order(rows: Iterator[Played], delay: LabelDelay) -> list[tuple[str, int]]:
    return [
        (("label " if one.is_label else "") + one.played.key, one.time)
        for one in in_order(rows, delay)
    ]


def test_a_label_follows_when_event_time_has_gone_on_by_its_delay() -> None:
    assert _order(_played([0, 1000, 2000, 9000]), LabelDelay(milliseconds=1500)) == [
        ("0", 0),
        ("1", 1000),
        ("label 0", 1500),
        ("2", 2000),
        ("label 1", 2500),
        ("label 2", 3500),
        ("3", 9000),
        ("label 3", 10500),
    ]


def test_a_label_follows_after_so_many_predictions() -> None:
    order = _order(_played([0, 1, 2, 3], unlabelled=frozenset({1})), LabelDelay(rows=2))

    assert [name for name, _ in order] == ["0", "1", "2", "label 0", "3", "label 2", "label 3"]


def test_a_row_from_the_past_keeps_its_place_and_its_time() -> None:
    order = _order(_played([5000, 1000, 6000]), LabelDelay(milliseconds=500))

    assert order[:5] == [
        ("0", 5000),
        ("1", 1000),
        ("label 1", 1500),
        ("label 0", 5500),
        ("2", 6000),
    ]
