"""The order in which events are sent: labels after their predictions, by their delay."""

import heapq
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from app.play.delay import LabelDelay
from app.play.events import Played


class Outgoing(NamedTuple):
    """One event to send; `time` in milliseconds of event time."""

    played: Played
    is_label: bool
    time: int


def in_order(rows: Iterable[Played], delay: LabelDelay) -> Iterator[Outgoing]:
    """Yield predictions in the order of their rows, and each label once it is due.

    A label is due when event time has gone on by the delay, or when as many further predictions
    were sent; what is not due at the end comes last. Event time never goes back: a row with an
    earlier time than the one before it is sent at its place, with its own time.
    """
    waiting: list[tuple[int, int, Played]] = []
    clock = 0
    number = -1
    for number, played in enumerate(rows):
        clock = max(clock, played.time)
        # In rows: the label follows the prediction after which it is due.
        while waiting and waiting[0][0] <= (number - 1 if delay.rows else clock):
            yield _label(waiting, clock, delay)
        yield Outgoing(played, is_label=False, time=played.time)
        if played.label is None:
            continue
        due = number + delay.rows if delay.rows else played.time + delay.milliseconds
        heapq.heappush(waiting, (due, number, played))
    while waiting:
        yield _label(waiting, clock, delay)


def _label(waiting: list[tuple[int, int, Played]], clock: int, delay: LabelDelay) -> Outgoing:
    due, _, played = heapq.heappop(waiting)
    return Outgoing(played, is_label=True, time=clock if delay.rows else due)
