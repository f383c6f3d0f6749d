import asyncio
import threading

import pytest
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from app.metrics import Metrics
from app.web.renderings import MOST, Renderings, TooManyRenderings


class SlowFormat:
    """A format that takes until it is let go on, and counts."""

    def __init__(self) -> None:
        self.begun = self.together = self.most_together = 0
        self.under_way = asyncio.Event()
        self._go_on = threading.Event()
        self._loop = asyncio.get_running_loop()

    def __call__(self, source: Collector) -> bytes:
        self.begun += 1
        self.together += 1
        self.most_together = max(self.most_together, self.together)
        self._loop.call_soon_threadsafe(self.under_way.set)
        try:
            self._go_on.wait(30)
            return generate_latest(source)
        finally:
            self.together -= 1

    def go_on(self) -> None:
        self._go_on.set()


def renderings_of(metrics: Metrics, outcome: str) -> float:
    value = metrics.registry.get_sample_value("driftline_renderings_total", {"outcome": outcome})
    assert value is not None
    return value


async def test_all_who_wait_share_one_refresh_and_one_rendering() -> None:
    metrics, refreshed = Metrics(), 0

    async def refresh() -> None:
        nonlocal refreshed
        refreshed += 1

    metrics.refreshed_by(refresh, [])
    renderings, encode = Renderings(metrics), SlowFormat()
    waiting = [asyncio.create_task(renderings.render((), "text", encode)) for _ in range(50)]
    await encode.under_way.wait()
    encode.go_on()
    bodies = await asyncio.gather(*waiting)

    assert (refreshed, encode.begun) == (1, 1)
    assert len({id(body) for body in bodies}) == 1
    assert await renderings.render((), "text", encode) is not bodies[0]
    assert encode.begun == 2
    await renderings.end()


async def test_different_ones_are_made_one_after_the_other_and_bounded_in_number() -> None:
    renderings, encode = Renderings(Metrics()), SlowFormat()
    waiting = [
        asyncio.create_task(renderings.render((f"name_{number}",), "text", encode))
        for number in range(MOST)
    ]
    await encode.under_way.wait()
    with pytest.raises(TooManyRenderings):
        await renderings.render(("one_too_many",), "text", encode)
    encode.go_on()
    await asyncio.gather(*waiting)

    assert (encode.begun, encode.most_together) == (MOST, 1)
    await renderings.end()


async def test_what_nobody_waits_for_is_given_up() -> None:
    metrics = Metrics()
    renderings, encode = Renderings(metrics), SlowFormat()
    first, second = (asyncio.create_task(renderings.render((), "text", encode)) for _ in range(2))
    await encode.under_way.wait()
    first.cancel()
    await asyncio.wait([first])
    second.cancel()
    await asyncio.wait([second])
    encode.go_on()
    await renderings.end()

    assert encode.begun == 1
    assert (renderings_of(metrics, "given_up"), renderings_of(metrics, "done")) == (1, 0)


async def test_one_who_goes_takes_nothing_from_the_others() -> None:
    renderings, encode = Renderings(Metrics()), SlowFormat()
    first, second = (asyncio.create_task(renderings.render((), "text", encode)) for _ in range(2))
    await encode.under_way.wait()
    first.cancel()
    await asyncio.wait([first])
    encode.go_on()
    body = await second
    assert body is not None
    assert b"driftline_build_info" in body
    await renderings.end()


async def test_what_waits_for_its_turn_is_not_begun_once_nobody_waits() -> None:
    renderings, encode = Renderings(Metrics()), SlowFormat()
    first = asyncio.create_task(renderings.render((), "text", encode))
    await encode.under_way.wait()
    second = asyncio.create_task(renderings.render(("a",), "text", encode))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.wait([second])
    encode.go_on()
    await first
    await renderings.end()
    assert encode.begun == 1
