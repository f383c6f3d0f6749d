import asyncio
import logging
import threading
from collections.abc import Callable

import pytest

from agents.work_thread import ThreadEnded, WorkThread


class Slow:
    """Work that begins, and goes on until it may end."""

    def __init__(self) -> None:
        self.has_begun, self.may_end = threading.Event(), threading.Event()
        self.is_done = False

    def __call__(self) -> str:
        self.has_begun.set()
        assert self.may_end.wait(10)
        self.is_done = True
        return "done"

    async def begun(self) -> None:
        await asyncio.to_thread(self.has_begun.wait, 10)


def names(prefix: str) -> list[str]:
    return [each.name for each in threading.enumerate() if each.name.startswith(prefix)]


async def test_work_is_done_in_a_thread_of_the_name_and_its_result_comes_back() -> None:
    thread = WorkThread("worker-a")
    assert (await thread.run(lambda: threading.current_thread().name)).startswith("worker-a")
    assert await thread.run(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await thread.run(divmod, 7, 0)
    await thread.end()


async def test_who_is_cancelled_waits_for_the_thread_however_often() -> None:
    thread, slow = WorkThread("worker-b"), Slow()
    waiting = asyncio.ensure_future(thread.run(slow))
    await slow.begun()
    for _ in range(3):
        waiting.cancel()
        await asyncio.sleep(0.01)
        assert not waiting.done()
    slow.may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert slow.is_done
    await thread.end()


async def test_a_time_out_waits_for_the_thread_too() -> None:
    thread, slow = WorkThread("worker-c"), Slow()
    asyncio.get_running_loop().call_later(0.1, slow.may_end.set)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await thread.run(slow)
    assert slow.is_done
    await thread.end()


async def test_work_that_has_not_begun_is_not_done_for_one_who_has_gone() -> None:
    thread, slow, never = WorkThread("worker-d"), Slow(), Slow()
    first = asyncio.ensure_future(thread.run(slow))
    second = asyncio.ensure_future(thread.run(never))
    await slow.begun()
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    slow.may_end.set()
    await first
    await thread.end()
    assert not never.has_begun.is_set()


async def test_the_end_waits_for_all_work_and_joins_the_thread() -> None:
    thread, slow = WorkThread("worker-e"), Slow()
    order: list[str] = []
    first = asyncio.ensure_future(thread.run(slow))
    second = asyncio.ensure_future(thread.run(order.append, "second"))
    await slow.begun()
    ending = asyncio.ensure_future(thread.end())
    await asyncio.sleep(0.01)
    assert not ending.done()
    with pytest.raises(ThreadEnded, match="worker-e"):
        await thread.run(order.append, "too late")
    slow.may_end.set()
    await ending
    assert order == ["second"]
    assert names("worker-e") == []
    await asyncio.gather(first, second)
    await thread.end()


async def test_a_cancelled_end_joins_the_thread_all_the_same() -> None:
    thread, slow = WorkThread("worker-f"), Slow()
    working = asyncio.ensure_future(thread.run(slow))
    await slow.begun()
    ending = asyncio.ensure_future(thread.end())
    await asyncio.sleep(0.01)
    ending.cancel()
    await asyncio.sleep(0.01)
    assert not ending.done()
    slow.may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await ending
    assert await working == "done"
    assert names("worker-f") == []


async def test_work_that_fails_with_nobody_waiting_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    thread, slow = WorkThread("worker-g"), Slow()

    def failing(work: Callable[[], str]) -> None:
        raise OSError(f"the disk is {work()}")

    waiting = asyncio.ensure_future(thread.run(failing, slow))
    await slow.begun()
    waiting.cancel()
    asyncio.get_running_loop().call_later(0.02, slow.may_end.set)
    with caplog.at_level(logging.WARNING), pytest.raises(asyncio.CancelledError):
        await waiting
    assert "the disk is done" in caplog.text
    await thread.end()
