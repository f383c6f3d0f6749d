"""Looks whether the topics that a worker works with stay what they were when it started."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from mode import Service

from agents.transport.known_topics import KnownTopic, TopicsChanged
from agents.transport.topic_metadata import DescribedTopic
from app.kafka.brokers import TopicRefused, connected
from app.kafka.permissions import NotAuthorized
from app.kafka.reachability import BrokersUnreachable
from app.kafka.topics import TopicPlan, find_problems, plan_topics
from app.settings import Settings, TopicRole

INTERVAL: Final = 5.0
"""Seconds between two looks: a request of a kilobyte or two."""

ABSENCE: Final = 10.0
"""Seconds for which a topic may be absent: while it is made anew, or a broker starts."""

_CONFIGURED: Final = 12
"""Looks between two at the topics' configurations."""

_AGAIN: Final = 0.2

_MAY_WIDEN: Final = frozenset(
    {
        TopicRole.MODEL_EVENTS,
        TopicRole.MODEL_PERFORMANCE,
        TopicRole.RETRAIN_REQUESTS,
        TopicRole.ROLLBACK_REQUESTS,
        TopicRole.MODEL_VERSIONS,
        TopicRole.CDEVENTS,
        TopicRole.DEAD_LETTERS,
        TopicRole.PENDING,
        TopicRole.STATE,
        TopicRole.POLICY_STATE,
    }
)
"""Topics of which further partitions change nothing for who writes and reads those there were."""

logger = logging.getLogger(__name__)

Look = Callable[[], Awaitable[Mapping[str, DescribedTopic | None]]]


class TopicWatch(Service):
    """Ends a worker whose topics were deleted, made anew or given more partitions.

    ``app.add_dependency(watch)`` before the app starts; the consumer asks `confirm` wherever it may
    meet another topic of the same name, and takes nothing before that returns.

    Parameters
    ----------
    app
        Crashes with `TopicsChanged`, which commits nothing.
    plan
        What each topic is for.
    known
        Full name to the topic as it was found at the start.
    look
        Asks the brokers; raises `BrokersUnreachable` where none answers.
    warn
        Returns what is wrong with the topics' configurations, and bears being ignored.
    """

    def __init__(
        self,
        app: Any,
        plan: TopicPlan,
        known: Mapping[str, KnownTopic],
        look: Look,
        warn: Callable[[], Awaitable[list[str]]],
        *,
        interval: float = INTERVAL,
        absence: float = ABSENCE,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._app = app
        self._roles = {topic.name: topic.role for topic in plan.values()}
        self._known = known
        self._look = look
        self._warn = warn
        self._interval = interval
        self._absence = absence
        self._told: set[str] = set()

    async def confirm(self, topics: frozenset[str]) -> None:
        """Return once the brokers say that these topics are still the same.

        Raises
        ------
        TopicsChanged
            If one is not; the app crashes with it.
        """
        await self._confirm(topics & self._known.keys(), until_answered=True)

    @Service.task
    async def _watch(self) -> None:
        looks = 0
        while not self.should_stop:
            await self.sleep(self._interval)
            with suppress(TopicsChanged):  # the app knows
                await self._confirm(frozenset(self._known), until_answered=False)
            looks += 1
            if looks % _CONFIGURED == 0:
                await self._warn_of_configurations()

    async def _confirm(self, topics: frozenset[str], *, until_answered: bool) -> None:
        loop = asyncio.get_running_loop()
        absent_since: float | None = None
        while topics:
            try:
                found = await self._look()
            except NotAuthorized:
                return  # the answer that raised the doubt says so itself, and ends the worker
            except (BrokersUnreachable, TopicRefused):
                if not until_answered:
                    return
                await asyncio.sleep(_AGAIN)
                continue
            changed = [said for name in sorted(topics) if (said := self._change(name, found[name]))]
            absent = sorted(name for name in topics if found[name] is None)
            if not changed and absent:
                absent_since = absent_since or loop.time()
                if loop.time() - absent_since < self._absence:
                    await asyncio.sleep(_AGAIN)
                    continue
                changed = [f"{name} was deleted" for name in absent]
            if not changed:
                return
            error = TopicsChanged("; ".join(changed))
            await self._app.crash(error)
            raise error

    def _change(self, name: str, found: DescribedTopic | None) -> str | None:
        """Return what has become of a topic that exists."""
        known = self._known[name]
        if found is None:
            return None
        if found.known.is_other_than(known):
            return f"{name} was deleted and made anew"
        if found.known.partitions != known.partitions and self._roles[name] not in _MAY_WIDEN:
            return f"{name} has {found.known.partitions} partitions and had {known.partitions}"
        return None

    async def _warn_of_configurations(self) -> None:
        with suppress(BrokersUnreachable, TopicRefused, NotAuthorized):
            for problem in await self._warn():
                if problem not in self._told:
                    self._told.add(problem)
                    logger.warning("a worker would not start any more: %s", problem)


def watch_topics(app: Any, settings: Settings, known: Mapping[str, KnownTopic]) -> TopicWatch:
    """Return a watch that asks the brokers of the settings."""
    plan = plan_topics(settings)

    async def look() -> Mapping[str, DescribedTopic | None]:
        async with connected(settings.kafka) as brokers:
            return await brokers.topics(known)

    async def warn() -> list[str]:
        async with connected(settings.kafka) as brokers:
            report = await find_problems(brokers, plan)
        return [f"{each.topic} {each.message}" for each in report.problems]

    return TopicWatch(app, plan, known, look, warn)
