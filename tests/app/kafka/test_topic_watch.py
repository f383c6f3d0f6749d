import asyncio
from collections.abc import Mapping

import pytest

from agents.transport.known_topics import KnownTopic, TopicsChanged
from agents.transport.topic_metadata import DescribedTopic
from app.kafka.permissions import NotAuthorized
from app.kafka.reachability import BrokersUnreachable
from app.kafka.topic_watch import TopicWatch
from app.kafka.topics import plan_topics
from app.settings import load_settings

PLAN = plan_topics(load_settings(None, {"kafka.bootstrap_servers": "k:1"}, {}))
KNOWN = {topic.name: KnownTopic(f"id of {topic.name}", 4) for topic in PLAN.values()}

Found = Mapping[str, DescribedTopic | None]


def found(**changes: KnownTopic | None) -> Found:
    known = KNOWN | {name.replace("_", "-"): each for name, each in changes.items()}
    return {
        name: None if each is None else DescribedTopic(name, 0, each, 1)
        for name, each in known.items()
    }


class FakeApp:
    def __init__(self) -> None:
        self.crashes: list[BaseException] = []
        self.has_crashed = asyncio.Event()

    async def crash(self, error: BaseException) -> None:
        self.crashes.append(error)
        self.has_crashed.set()


class Looks:
    """What the brokers say, one look after the other; the last for ever."""

    def __init__(self, *found: Found | Exception) -> None:
        self.found = list(found)
        self.count = 0

    async def __call__(self) -> Found:
        self.count += 1
        answer = self.found.pop(0) if len(self.found) > 1 else self.found[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


async def no_warnings() -> list[str]:
    return []


def watch(app: FakeApp, looks: Looks, absence: float = 0.0) -> TopicWatch:
    return TopicWatch(app, PLAN, KNOWN, looks, no_warnings, interval=0.01, absence=absence)


ALL = frozenset(KNOWN)


async def test_topics_that_are_what_they_were_are_confirmed() -> None:
    app = FakeApp()
    await watch(app, Looks(found())).confirm(ALL)
    assert app.crashes == []


async def test_a_worker_that_may_not_look_goes_on_to_be_told_so_by_what_it_asks_for() -> None:
    app, looks = FakeApp(), Looks(NotAuthorized((), "the client"))
    await asyncio.wait_for(watch(app, looks).confirm(ALL), 5)
    assert (app.crashes, looks.count) == ([], 1)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"labels": KnownTopic("another", 4)}, "labels was deleted and made anew"),
        ({"labels": None}, "labels was deleted"),
        ({"drift_alerts": KnownTopic("id of drift-alerts", 7)}, "drift-alerts has 7 partitions"),
        (
            {"model_comparisons": KnownTopic("id of model-comparisons", 7)},
            "model-comparisons has 7 partitions",
        ),
    ],
)
async def test_one_that_is_not_ends_the_worker(
    changed: dict[str, KnownTopic | None], said: str
) -> None:
    app = FakeApp()
    with pytest.raises(TopicsChanged, match=said):
        await watch(app, Looks(found(**changed))).confirm(ALL)
    (crash,) = app.crashes
    assert isinstance(crash, TopicsChanged)


@pytest.mark.parametrize("name", ["model-events", "driftline-state", "driftline-dead-letters"])
async def test_some_may_be_given_partitions_at_any_time(name: str) -> None:
    app = FakeApp()
    wider = {name.replace("-", "_"): KnownTopic(f"id of {name}", 9)}
    await watch(app, Looks(found(**wider))).confirm(ALL)
    assert app.crashes == []


async def test_a_topic_that_is_absent_for_a_moment_is_waited_for() -> None:
    app, looks = FakeApp(), Looks(found(labels=None), found())
    await watch(app, looks, absence=10.0).confirm(ALL)
    assert (app.crashes, looks.count) == ([], 2)


async def test_brokers_that_are_away_confirm_nothing() -> None:
    app, looks = FakeApp(), Looks(BrokersUnreachable("away"), BrokersUnreachable("away"), found())
    await watch(app, looks).confirm(ALL)
    assert looks.count == 3


async def test_what_it_does_not_know_needs_no_look() -> None:
    looks = Looks(found())
    await watch(FakeApp(), looks).confirm(frozenset({"another"}))
    assert looks.count == 0


async def test_it_looks_by_itself(caplog: pytest.LogCaptureFixture) -> None:
    app = FakeApp()
    looks = Looks(*[found()] * 13, found(labels=KnownTopic("another", 4)))

    async def wrong() -> list[str]:
        return ["driftline-state has cleanup.policy=delete"]

    service = TopicWatch(app, PLAN, KNOWN, looks, wrong, interval=0.001, absence=0.0)
    async with service:
        await asyncio.wait_for(app.has_crashed.wait(), 5)
    # Of what the next start would refuse it tells once.
    assert caplog.text.count("driftline-state has cleanup.policy=delete") == 1
