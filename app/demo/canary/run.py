"""A run of the second act: broker, worker, two versions of a model and what is decided of them."""

import asyncio
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial
from time import monotonic, time
from typing import Final

from app.demo.canary.report import CanaryReport
from app.demo.canary.requests import CUSTOMERS, Requests
from app.demo.canary.screen import CanaryScreen
from app.demo.canary.story import Story
from app.demo.canary.versions import BETTER, SERVING, WORSE
from app.demo.outbox import Outbox
from app.demo.scenario import Scenario
from app.demo.stillness import until_done_or_still
from app.demo.venue import Venue, cancelled_by_signals, open_venue
from app.demo.watch import Watch
from app.demo.worker import WorkerProcess
from app.routing.assignment import version_of
from app.routing.order import Order, decide
from app.routing.text import summary
from app.settings import TopicRole
from schemas.events.codec import decode_event, decode_object, encode_event
from schemas.events.event import Event
from schemas.events.model_comparison import ModelComparison
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.rollback_request import RollbackRequest
from schemas.events.routing import ModelRoute
from schemas.events.times import format_time

DEFAULT_RATE: Final = 400.0
STEPS: Final = (0.1, 0.5, 1.0)
_MODEL: Final = Scenario().model
_METRICS: Final = (
    '[{"metric": "accuracy", "smallest_effect": 0.02},'
    ' {"metric": "recall[fraud]", "role": "guardrail", "margin": 0.05, "smallest_effect": 0.1}]'
)
_READ: Final[dict[TopicRole, type[Event]]] = {
    TopicRole.MODEL_COMPARISONS: ModelComparison,
    TopicRole.ROLLBACK_REQUESTS: RollbackRequest,
    TopicRole.MODEL_ROUTING: ModelRoute,
}
_QUIET: Final = 4.0
"""Seconds in which the version before serves alone."""

_STEP_SECONDS: Final = 8.0
"""For how long a step of the ramp lasts at least."""

_STEP_LABELS: Final = 300
"""Of the new version that have to come in it."""

_ENOUGH: Final = 15_000
"""Labels of the new version after which a run ends though nothing is decided: in labels, since a
slow machine has the same story."""

_AFTER: Final = 3.0
_STILL_SECONDS: Final = 20.0
_TICK: Final = 0.02


@dataclass(frozen=True, slots=True)
class CanaryOptions:
    """What a run was asked for.

    Attributes
    ----------
    good
        Whether the new version is better, not worse.
    rate
        Requests a second.
    bootstrap
        Brokers to use; None for the embedded one.
    seed
        Seed of the traffic.
    """

    good: bool
    rate: float
    bootstrap: str | None
    seed: int


async def run_canary(options: CanaryOptions, screen: CanaryScreen) -> CanaryReport:
    """Run the act to its end, or until SIGINT or SIGTERM, and leave no process behind.

    Raises
    ------
    WorkerFailed
        If the worker ends before the act does.
    ModuleNotFoundError
        If there is no embedded broker to be had.
    BrokersUnreachable
        If the brokers do not answer.
    """
    act = _Act(options, screen)
    task = asyncio.create_task(act.run())
    with cancelled_by_signals(task), suppress(asyncio.CancelledError):
        await task
    return act.report()


class _Act:
    """The parts of one run, and the order in which they start and stop."""

    def __init__(self, options: CanaryOptions, screen: CanaryScreen) -> None:
        self._options = options
        self._screen = screen
        candidate = BETTER if options.good else WORSE
        self._versions = {each.name: each for each in (SERVING, candidate)}
        self._story = Story(candidate, is_worse=not options.good)
        self._requests = Requests(options.seed)
        self._route: ModelRoute | None = None
        self._began = monotonic()
        self._seconds = 0.0
        self._complete = False

    def report(self) -> CanaryReport:
        return CanaryReport(self._story, self._seconds, self._complete)

    @property
    def _now(self) -> float:
        return monotonic() - self._began

    async def run(self) -> None:
        own = {
            f"models.{_MODEL}.comparison.metrics": _METRICS,
            f"models.{_MODEL}.routing.automatic": "true",
            f"models.{_MODEL}.routing.step_seconds": str(_STEP_SECONDS),
            f"models.{_MODEL}.routing.labels": str(_STEP_LABELS),
        }
        async with AsyncExitStack() as stack:
            venue = await open_venue(stack, self._options.bootstrap, own)
            name = venue.settings.topics.full_name
            for what, where in (
                ("Kafka", venue.settings.kafka.bootstrap_servers),
                ("comparisons out", name(TopicRole.MODEL_COMPARISONS)),
                ("routes", name(TopicRole.MODEL_ROUTING)),
                ("verdict", f"{venue.url}/v1/models/{_MODEL}/verdict"),
                ("worker's log", str(venue.worker.log)),
            ):
                self._screen.say(f"{what:16}{where}")
            watch = Watch(
                venue.settings, {role: partial(self._read, kind) for role, kind in _READ.items()}
            )
            await watch.start()
            stack.push_async_callback(watch.stop)
            self._screen.say("starting a worker ...")
            await venue.worker.start()
            self._screen.say(
                f"ready after {self._now:.1f} s; {self._options.rate:.0f} requests a second of "
                f"{CUSTOMERS} customers; a label for each within 2 s"
            )
            await self._tell(venue, watch)

    async def _tell(self, venue: Venue, watch: Watch) -> None:
        """Send the traffic and follow what comes of it."""
        self._began = monotonic()
        await self._happens(venue, ModelEventType.VERSION_DEPLOYED, SERVING.name)
        await self._order(venue, Order(only=SERVING.name, by="demo", reason="it serves"))
        tasks = [
            asyncio.create_task(self._play(venue)),
            asyncio.create_task(watch.run()),
            asyncio.create_task(_check(venue.worker)),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._seconds = self._now
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _play(self, venue: Venue) -> None:
        """Play the traffic to the end of the story."""
        full_name = venue.settings.topics.full_name
        outbox = Outbox(
            venue.producer,
            predictions=full_name(TopicRole.PREDICTIONS),
            labels=full_name(TopicRole.LABELS),
        )
        traffic = asyncio.create_task(self._serve(outbox))
        try:
            await asyncio.sleep(_QUIET)
            candidate = self._story.candidate.name
            await self._happens(venue, ModelEventType.VERSION_CHALLENGER, candidate)
            await self._order(
                venue,
                Order(canary=candidate, baseline=SERVING.name, steps=STEPS, by="demo"),
            )
            await until_done_or_still(
                lambda: self._story.ended is not None or self._story.labelled >= _ENOUGH,
                lambda: self._story.progress,
                seconds=_STILL_SECONDS,
            )
            await asyncio.sleep(_AFTER)
            self._complete = True
        finally:
            traffic.cancel()
            with suppress(asyncio.CancelledError):
                await traffic

    async def _serve(self, outbox: Outbox) -> None:
        """Answer the requests as the route says, and tell the truth about each a little later."""
        while True:
            due = int(self._now * self._options.rate) - self._requests.produced
            for request in self._requests.take(max(due, 0)):
                route = self._route
                name = SERVING.name if route is None else version_of(route, request.customer)
                version = self._versions[name]
                self._story.answer(request, version, self._now)
                await outbox.predict(Scenario(version=name), request.judged_by(version))
            await outbox.send_due()
            await asyncio.sleep(_TICK)

    def _read(self, kind: type[Event], value: bytes) -> None:
        self._take(decode_event(kind, decode_object(value)))

    def _take(self, event: Event) -> None:
        """Take what was said of the versions; the route is obeyed from the next request on."""
        if isinstance(event, ModelRoute):
            self._route = event
            self._story.route(event, self._now)
            shares = ", ".join(f"{each.version} {each.share:.0%}" for each in event.versions)
            why = f": {event.decision.reason}" if event.decision.reason else ""
            self._screen.say(
                f"route by {event.decision.by}: {summary(event)} ({shares}){why}", self._now
            )
        elif isinstance(event, ModelComparison):
            self._story.look(event, self._now)
            self._screen.look(event, self._now)
        elif isinstance(event, RollbackRequest):
            self._story.ask(event, self._now)
            self._screen.say(f"rollback request: {event.message}", self._now, style="red")

    async def _order(self, venue: Venue, order: Order) -> None:
        route = decide(order, _MODEL, self._route, SERVING.name, _wall_clock())
        await venue.producer.send_and_wait(
            venue.settings.topics.full_name(TopicRole.MODEL_ROUTING),
            key=route.key,
            value=encode_event(route),
            headers=list(route.headers().items()),
        )

    async def _happens(self, venue: Venue, kind: ModelEventType, version: str) -> None:
        event = ModelEvent(
            type=kind, model=_MODEL, version=version, timestamp=format_time(_wall_clock())
        )
        await venue.producer.send_and_wait(
            venue.settings.topics.full_name(TopicRole.MODEL_EVENTS),
            key=_MODEL.encode(),
            value=encode_event(event),
        )


async def _check(worker: WorkerProcess) -> None:
    while True:
        worker.check()
        await asyncio.sleep(0.1)


def _wall_clock() -> int:
    return int(time() * 1000)
