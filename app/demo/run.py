"""A run of the demo: broker, worker, traffic and what comes of it."""

import asyncio
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from time import monotonic
from typing import Final

from app.demo.ledger import Ledger
from app.demo.ledger_entries import entries_of
from app.demo.outbox import Outbox
from app.demo.report import Report
from app.demo.scenario import Scenario
from app.demo.schedule import BURN_IN, STORY_SECONDS, Schedule, plan
from app.demo.sender import Sender
from app.demo.stillness import until_done_or_still
from app.demo.traffic import Traffic
from app.demo.venue import Venue, cancelled_by_signals, open_venue
from app.demo.view import Places, Screen, Status
from app.demo.watch import Watch
from app.demo.worker import WorkerProcess
from app.settings import TopicRole

_STILL_SECONDS: Final = 6.0


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What a run was asked for.

    Attributes
    ----------
    seconds
        Its length; None for the usual one.
    endless
        Whether the traffic goes on after the story, until it is interrupted.
    rate
        Predictions a second; None where the run may choose.
    bootstrap
        Brokers to use; None for the embedded one.
    seed
        Seed of the traffic.
    """

    seconds: float | None
    endless: bool
    rate: float | None
    bootstrap: str | None
    seed: int


async def run_demo(options: DemoOptions, screen: Screen) -> Report:
    """Run the demo to its end, or until SIGINT or SIGTERM, and leave no process behind.

    Raises
    ------
    WorkerFailed
        If the worker ends before the demo does.
    ModuleNotFoundError
        If there is no embedded broker to be had.
    BrokersUnreachable
        If the brokers do not answer.
    """
    demo = _Demo(options, screen)
    task = asyncio.create_task(demo.run())
    with cancelled_by_signals(task), suppress(asyncio.CancelledError):
        await task
    return demo.report()


class _Demo:
    """The parts of one run, and the order in which they start and stop."""

    def __init__(self, options: DemoOptions, screen: Screen) -> None:
        self._options = options
        self._screen = screen
        self._began = monotonic()
        self._scenario = Scenario()
        self._ledger = Ledger(self._scenario)
        self._schedule: Schedule | None = None
        self._sender: Sender | None = None
        self._seconds = 0.0
        self._requests_shown = 0
        self._shift_seen = False
        self._complete = False

    def report(self) -> Report:
        sender = self._sender
        events = 0 if sender is None else sender.predictions_sent + sender.labels_sent
        return Report(self._ledger, events, self._seconds, self._complete)

    async def run(self) -> None:
        async with AsyncExitStack() as stack:
            venue = await open_venue(
                stack, self._options.bootstrap, {"monitor.burn_in": str(BURN_IN)}
            )
            for line in _places(venue).lines():
                self._screen.say(line)
            watch = Watch(venue.settings, entries_of(self._ledger))
            await watch.start()
            stack.push_async_callback(watch.stop)
            self._screen.say("starting a worker ...")
            await venue.worker.start()
            await self._tell(venue, watch)

    async def _tell(self, venue: Venue, watch: Watch) -> None:
        """Send the traffic and follow what comes of it."""
        ready_after = monotonic() - self._began
        length = self._options.seconds or STORY_SECONDS
        schedule = plan(length - ready_after, self._options.rate)
        topics = [
            venue.settings.topics.full_name(role)
            for role in (TopicRole.PREDICTIONS, TopicRole.LABELS)
        ]

        async def on_shift() -> None:
            partitions = [
                (topic, number)
                for topic in topics
                for number in await venue.producer.partitions_for(topic)
            ]
            self._ledger.shift(await watch.next_offsets(partitions), monotonic())
            self._shift_seen = True

        self._schedule = schedule
        self._sender = Sender(
            Outbox(venue.producer, predictions=topics[0], labels=topics[1]),
            scenario=self._scenario,
            traffic=Traffic(self._scenario, seed=self._options.seed),
            schedule=schedule,
            on_shift=on_shift,
        )
        self._screen.say(
            f"ready after {ready_after:.1f} s; {schedule.rate:.0f} predictions/s; the world shifts "
            f"after {schedule.shift_after:.0f} s in {', '.join(self._scenario.shifted)}"
        )
        tasks = [
            asyncio.create_task(self._send(self._sender)),
            asyncio.create_task(watch.run()),
            asyncio.create_task(self._follow(venue.worker, self._sender)),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._seconds = self._seconds or self._sender.seconds
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._show()

    async def _send(self, sender: Sender) -> None:
        await sender.run(endless=self._options.endless)
        self._seconds = sender.seconds
        self._complete = True
        # The last rows, and what they tip, are still on their way.
        await until_done_or_still(
            lambda: self._drained(sender), lambda: self._ledger.progress, seconds=_STILL_SECONDS
        )

    def _drained(self, sender: Sender) -> bool:
        ledger = self._ledger
        arrived = ledger.predictions_seen >= sender.predictions_sent and ledger.settled
        return arrived and (ledger.passed or bool(ledger.false))

    async def _follow(self, worker: WorkerProcess, sender: Sender) -> None:
        while True:
            worker.check()
            self._show()
            # Traffic without end is interrupted after the story, which is as good.
            self._complete = self._complete or self._told(sender)
            await asyncio.sleep(0.1)

    def _told(self, sender: Sender) -> bool:
        return self._schedule is not None and sender.seconds >= self._schedule.seconds

    def _show(self) -> None:
        sender = self._sender
        if sender is None:
            return
        for judged in self._ledger.judge():
            self._screen.alert(judged)
        for request, delay in self._ledger.requests[self._requests_shown :]:
            self._requests_shown += 1
            self._screen.request(request, delay)
        self._screen.refresh(
            Status(
                phase=self._phase(),
                seconds=self._seconds or sender.seconds,
                predictions=sender.predictions_sent,
                labels=sender.labels_sent,
                ledger=self._ledger,
            )
        )

    def _phase(self) -> str:
        if self._ledger.passed:
            more = "; the traffic goes on until Ctrl-C" if self._options.endless else ""
            return f"every drift is found{more}"
        if self._shift_seen:
            return "the world has shifted"
        counts = self._ledger.columns
        if any(counts.get(name, 0) < BURN_IN for name in self._scenario.watched):
            return "learning what is normal"
        return "nothing has changed: no alert should come"


def _places(venue: Venue) -> Places:
    full_name = venue.settings.topics.full_name
    return Places(
        bootstrap=venue.settings.kafka.bootstrap_servers,
        predictions=full_name(TopicRole.PREDICTIONS),
        labels=full_name(TopicRole.LABELS),
        alerts=full_name(TopicRole.ALERTS),
        requests=full_name(TopicRole.RETRAIN_REQUESTS),
        metrics=f"{venue.url}/metrics",
        log=str(venue.worker.log),
    )
