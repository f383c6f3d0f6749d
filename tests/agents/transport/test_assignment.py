import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from faust.types import TP

from agents.transport.assignment import (
    Assignment,
    Keeper,
    SplitPartitions,
    check_together,
    keep_assigned,
)
from agents.transport.rounds import BatchEvent


class Signal:
    def __init__(self) -> None:
        self.receivers: list[Callable[..., Awaitable[None]]] = []

    def connect(self, receiver: Callable[..., Awaitable[None]], *, weak: bool) -> None:
        assert not weak  # nobody else holds it
        self.receivers.append(receiver)

    async def send(self, *arguments: object) -> None:
        for receiver in self.receivers:
            await receiver("the app", *arguments, signal=self)


class FakeApp:
    def __init__(self) -> None:
        self.consumer_generation_id = 1
        self.on_partitions_assigned = Signal()
        self.on_rebalance_complete = Signal()
        self.assigned: set[TP] = set()
        self.consumer = SimpleNamespace(assignment=lambda: self.assigned)
        self.crash_reason: Exception | None = None

    async def crash(self, reason: Exception) -> None:
        self.crash_reason = reason

    async def assign(self, *tps: tuple[str, int]) -> None:
        self.consumer_generation_id += 1
        self.assigned = {TP(*tp) for tp in tps}
        await self.on_partitions_assigned.send(self.assigned)

    async def complete(self) -> None:
        await self.on_rebalance_complete.send()


def event(tp: TP, generation: int) -> BatchEvent:
    message = SimpleNamespace(tp=tp, generation_id=generation)
    return cast("BatchEvent", SimpleNamespace(message=message))


async def test_an_assignment_is_current_until_the_next_rebalance() -> None:
    app = FakeApp()
    await app.assign(("in", 0), ("in", 2), ("out", 1))
    assignment = Assignment.present(app)
    assert (sorted(assignment.of("in")), sorted(assignment.of("out"))) == ([0, 2], [1])
    assert assignment.of("elsewhere") == frozenset()
    assert assignment.is_current()
    await app.assign(("in", 0), ("in", 2), ("out", 1))
    assert not assignment.is_current()
    assert Assignment.present(app).is_current()


async def test_an_event_is_of_the_assignment_that_it_was_fetched_under() -> None:
    app = FakeApp()
    await app.assign(("in", 0))
    before, there = Assignment.present(app), event(TP("in", 0), app.consumer_generation_id)
    assert before.brought(there)
    assert Assignment.of_event(app, there).is_current()
    await app.assign(("in", 0))
    assert not Assignment.present(app).brought(there)
    assert not Assignment.of_event(app, there).is_current()


async def test_keepers_follow_in_their_order_and_begin_before_reading_goes_on() -> None:
    app, done = FakeApp(), list[str]()

    def keeper(name: str) -> Keeper:
        async def begin(assignment: Assignment) -> None:
            done.append(f"{name} begins {sorted(assignment.of('in'))}")

        return Keeper(
            topics=("in",),
            keep=lambda assignment: done.append(f"{name} keeps {sorted(assignment.of('in'))}"),
            begin=begin,
        )

    only_drops = Keeper(keep=lambda _: done.append("c"))
    keep_assigned(app, [keeper("a"), keeper("b"), only_drops])
    await app.assign(("in", 1))
    assert done == ["a keeps [1]", "b keeps [1]", "c"]
    await app.complete()
    assert done[3:] == ["a begins [1]", "b begins [1]"]


async def test_what_is_brought_back_is_brought_back_at_once() -> None:
    app, first, second = FakeApp(), asyncio.Event(), asyncio.Event()

    async def wait(_: Assignment) -> None:
        first.set()
        await second.wait()

    async def release(_: Assignment) -> None:
        await first.wait()
        second.set()

    nothing: Any = lambda _: None  # noqa: E731 - a keeper that drops nothing
    keep_assigned(app, [Keeper(keep=nothing, begin=wait), Keeper(keep=nothing, begin=release)])
    await asyncio.wait_for(app.complete(), 5)


@pytest.mark.parametrize("begins", [False, True])
async def test_an_error_crashes_the_app_for_faust_would_go_on(begins: bool) -> None:
    app = FakeApp()

    def fail(_: Assignment) -> None:
        raise LookupError("it is gone")

    async def begin(assignment: Assignment) -> None:
        fail(assignment)

    nothing: Any = lambda _: None  # noqa: E731 - a keeper that drops nothing
    failing = Keeper(keep=nothing, begin=begin) if begins else Keeper(keep=fail)
    keep_assigned(app, [failing])
    with pytest.raises(LookupError):
        await (app.complete() if begins else app.assign(("in", 0)))
    assert isinstance(app.crash_reason, LookupError)


async def test_partitions_that_belong_together_and_are_apart_crash_the_app() -> None:
    app, kept = FakeApp(), list[Assignment]()
    keep_assigned(app, [Keeper(topics=("predictions", "labels"), keep=kept.append)])
    await app.assign(("predictions", 0), ("labels", 0), ("other", 5))
    assert len(kept) == 1
    with pytest.raises(SplitPartitions):
        await app.assign(("predictions", 0), ("labels", 1))
    assert "predictions [0], labels [1]" in str(app.crash_reason)
    assert len(kept) == 1


def test_topics_alone_or_none_are_never_apart() -> None:
    assignment = Assignment(1, frozenset({TP("in", 0)}), FakeApp())
    check_together(assignment, ["in"])
    check_together(assignment, [])
    check_together(assignment, ["neither", "nor"])


async def test_where_one_thing_cannot_be_brought_back_the_others_have_ended_too() -> None:
    app, ends = FakeApp(), list[str]()

    async def failing(_: Assignment) -> None:
        await asyncio.sleep(0.01)
        raise ValueError("damaged")

    async def lasting(_: Assignment) -> None:
        try:
            await asyncio.sleep(10)
        finally:
            ends.append("ended")

    def keep(_: Assignment) -> None:
        """Keep nothing."""

    keepers = [Keeper(keep=keep, begin=begin) for begin in (failing, lasting)]
    keep_assigned(app, keepers)
    await app.assign(("in", 0))
    with pytest.raises(ValueError, match="damaged"):
        await app.complete()
    assert ends == ["ended"]
    assert isinstance(app.crash_reason, ValueError)
