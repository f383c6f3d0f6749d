"""Puts faults into a worker's app, from outside: the product has no switch for them.

An app's transport makes its consumer and its producer; here it gets ones that count what passes
through them and strike where a fault says so. All that a worker sends, acks and commits passes
through the two.
"""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, Final, NoReturn, cast

from faust.transport.drivers.aiokafka import Producer
from faust.types import TP, ConsumerMessage, Message

from agents.join.changelog import Changelog
from agents.join.fencing import Claims
from agents.join.stores import PendingStores
from agents.records.record import Record
from agents.transport.app import BatchApp
from agents.transport.consumer import BatchedConsumer
from agents.transport.known_topics import KnownTopic
from detectors.monitors import fused_models
from detectors.rows.row_log import RowLog
from detectors.rows.row_positions import FRESH, SEEN
from schemas.tables.observations import ObservationBatch
from tests.chaos.faults import Fault, FaultKind


class Sabotage(RuntimeError):
    """Raised on purpose in the midst of a handler."""


def sabotage(app: BatchApp, faults: Sequence[Fault]) -> None:
    """Put faults into an app that was not started yet."""
    plan = _Plan(faults)
    transport = cast("Any", app.transport)
    transport.Producer = partial(_FaultyProducer, plan)
    transport.Consumer = partial(_FaultyConsumer, plan)
    # Bugs, on purpose.
    for kind, plant in _PLANTED.items():
        if plan.has(kind):
            plant()


def _skip_marks() -> None:
    RowLog.unseen = _whole  # type: ignore[assignment,method-assign]
    fused = cast("Any", fused_models)
    fused.look_at_many = partial(_look, fused.look_at_many, {SEEN: FRESH})


def _count_last_again() -> None:
    log, fused = cast("Any", RowLog), cast("Any", fused_models)
    unseen, offsets = log.unseen, log._offsets

    def lowered(self: RowLog, batch: ObservationBatch) -> ObservationBatch:
        log._offsets = lambda each: {source: mark - 1 for source, mark in offsets(each).items()}
        try:
            return cast("ObservationBatch", unseen(self, batch))
        finally:
            log._offsets = offsets

    log.unseen = lowered
    # All rows go the way on which the marks are looked at one by one.
    fused.look_at_many = partial(_look, fused.look_at_many, {FRESH: SEEN})


def _leave_order() -> None:
    async def fixed(*_: object) -> bool:
        return True

    cast("Any", PendingStores).fix_order = fixed


def _ignore_claims() -> None:
    async def never(*_: object) -> bool:
        return False

    cast("Any", Changelog).has_claim = never
    cast("Any", Claims).admits = lambda *_: True


def _ignore_renewals() -> None:
    cast("Any", KnownTopic).is_other_than = lambda *_: False
    cast("Any", KnownTopic).source_name = lambda _, topic: topic


_PLANTED: Final[Mapping[FaultKind, Callable[[], None]]] = {
    FaultKind.SKIP_MARKS: _skip_marks,
    FaultKind.COUNT_LAST_AGAIN: _count_last_again,
    FaultKind.LEAVE_ORDER: _leave_order,
    FaultKind.IGNORE_CLAIMS: _ignore_claims,
    FaultKind.IGNORE_RENEWALS: _ignore_renewals,
}


def _whole(_: RowLog, batch: ObservationBatch) -> ObservationBatch:
    return batch


def _look(look_at_many: Callable[..., None], instead: Mapping[int, int], *arguments: Any) -> None:
    look_at_many(*arguments)
    verdicts = arguments[-1]
    for verdict, other in instead.items():
        verdicts[verdicts == verdict] = other


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


class _Plan:
    """The faults, and how often each of their occasions has come."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._faults = faults
        self._counts: Counter[Fault] = Counter()

    def has(self, kind: FaultKind) -> bool:
        return any(fault.kind is kind for fault in self._faults)

    def occasions(self, kind: FaultKind, topic: str = "") -> Iterable[tuple[Fault, int]]:
        """Yield the faults of a kind and topic, with the number of this occasion."""
        for fault in self._faults:
            if fault.kind is kind and fault.topic in {"", topic}:
                self._counts[fault] += 1
                yield fault, self._counts[fault]

    def is_due(self, kind: FaultKind, topic: str = "") -> bool:
        """Tell whether a fault that strikes once strikes now."""
        # All of them count, so not with `any`.
        return sum(number == fault.nth for fault, number in self.occasions(kind, topic)) > 0

    def die_if_due(self, kind: FaultKind, topic: str = "") -> None:
        if self.is_due(kind, topic):
            _die()


class _FaultyProducer(Producer):
    def __init__(self, plan: _Plan, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._plan = plan
        self._late: set[asyncio.Task[object]] = set()

    async def send(self, topic: str, *args: Any, **kwargs: Any) -> Awaitable[Any]:
        plan = self._plan
        plan.die_if_due(FaultKind.DIE_BEFORE_SEND, topic)
        if plan.is_due(FaultKind.RAISE, topic):
            raise Sabotage(f"the handler fails where it sends to {topic}")
        for fault, number in plan.occasions(FaultKind.LOSE_SENDS, topic):
            if number % fault.nth == 0:
                return _done()
        for fault, _ in plan.occasions(FaultKind.FORGE_ACKS, topic):
            self._put_off(fault.nth, topic, *args, **kwargs)
            return _done()
        for fault, _ in plan.occasions(FaultKind.SLOW_SENDS, topic):
            return self._put_off(fault.nth, topic, *args, **kwargs)
        sent = await super().send(topic, *args, **kwargs)
        for fault, number in plan.occasions(FaultKind.DIE_AFTER_SEND, topic):
            if number == fault.nth:
                asyncio.ensure_future(sent).add_done_callback(lambda _: _die())
        return sent

    def _put_off(self, delay: float, *args: Any, **kwargs: Any) -> asyncio.Task[object]:
        late = asyncio.create_task(self._send_late(delay, *args, **kwargs))
        self._late.add(late)
        late.add_done_callback(self._late.discard)
        return late

    async def _send_late(self, delay: float, *args: Any, **kwargs: Any) -> object:
        await asyncio.sleep(delay)
        return await (await super().send(*args, **kwargs))


def _done() -> asyncio.Future[object]:
    future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    future.set_result(SimpleNamespace(offset=-1))  # as of a record that the broker has
    return future


class _FaultyConsumer(BatchedConsumer):
    def __init__(self, plan: _Plan, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._plan = plan
        self._next: dict[TP, int] = {}
        self._holes: dict[TP, int] = {}

    def _to_round(self, tp: TP) -> ConsumerMessage:
        message = super()._to_round(tp)
        slices = cast("Sequence[Sequence[Record]]", message.value)
        for records in slices:
            place = TP(records[0].topic, records[0].partition)
            offsets = [self._next.get(place, records[0].offset), *(each.offset for each in records)]
            hole = next((a + 1 for a, b in pairwise(offsets[1:]) if b > a + 1), None)
            hole = offsets[0] if offsets[1] > offsets[0] else hole
            if hole is not None:
                self._holes.setdefault(place, hole)
            self._next[place] = offsets[-1] + 1
        return message

    def ack(self, message: Message) -> bool:
        self._plan.die_if_due(FaultKind.DIE_BEFORE_ACK, message.topic)
        acked = super().ack(message)
        self._plan.die_if_due(FaultKind.DIE_AFTER_ACK, message.topic)
        return acked

    def _filter_committable_offsets(self, tps: Iterable[TP]) -> dict[TP, int]:
        if self._plan.has(FaultKind.COMMIT_TO_HOLES):
            offsets = super()._filter_committable_offsets(tps)
            return {tp: min(offset, self._holes.get(tp, offset)) for tp, offset in offsets.items()}
        if not self._plan.has(FaultKind.COMMIT_EARLY):
            return super()._filter_committable_offsets(tps)
        return {
            tp: progress.delivered_to
            for tp in tps
            if (progress := self.progress.get(tp)) is not None
            and progress.delivered_to is not None
            and progress.delivered_to > (progress.committed_to or 0)
        }

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        for fault, number in self._plan.occasions(FaultKind.REFUSE_COMMITS):
            if number <= fault.nth:
                return False
        self._plan.die_if_due(FaultKind.DIE_BEFORE_COMMIT)
        committed = await super()._commit(offsets)
        self._plan.die_if_due(FaultKind.DIE_AFTER_COMMIT)
        return committed
