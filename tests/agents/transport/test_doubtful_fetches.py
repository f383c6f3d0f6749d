import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from agents.transport.doubtful_fetches import DoubtingClient
from agents.transport.known_topics import TopicsChanged

FETCH = SimpleNamespace(API_KEY=1)
OUT_OF_RANGE, UNKNOWN, NO_LEADER = 1, 3, 6


class FakeClient:
    """Answers each request by the next of some answers: error and end of one partition."""

    name = "its own"

    def __init__(self, *answers: tuple[int, int]) -> None:
        self._answers = iter(answers)

    async def send(self, node: int, _request: Any) -> Any:
        assert node == 1
        error, end = next(self._answers)
        return SimpleNamespace(topics=[("in", [(0, error, end, b"")])])


class Asked:
    def __init__(self, error: Exception | None = None) -> None:
        self.topics: list[frozenset[str]] = []
        self._error = error

    async def __call__(self, topics: frozenset[str]) -> None:
        self.topics.append(topics)
        if self._error is not None:
            raise self._error


async def test_nothing_is_asked_while_a_log_grows() -> None:
    asked = Asked()
    client = DoubtingClient(FakeClient((0, 5), (0, 5), (0, 9)), asked)
    for _ in range(3):
        await client.send(1, FETCH)
    assert asked.topics == []


@pytest.mark.parametrize("error", [OUT_OF_RANGE, UNKNOWN, NO_LEADER])
async def test_an_error_raises_a_doubt(error: int) -> None:
    asked = Asked()
    await DoubtingClient(FakeClient((error, -1)), asked).send(1, FETCH)
    assert asked.topics == [frozenset({"in"})]


async def test_a_log_that_is_shorter_than_it_was_raises_a_doubt() -> None:
    asked = Asked()
    client = DoubtingClient(FakeClient((0, 5), (0, 4), (0, 4)), asked)
    for _ in range(3):
        await client.send(1, FETCH)
    assert asked.topics == [frozenset({"in"})]


async def test_an_answer_of_another_topic_is_never_given_on() -> None:
    client = DoubtingClient(
        FakeClient((OUT_OF_RANGE, -1)), Asked(TopicsChanged("in was made anew"))
    )
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.send(1, FETCH), 0.05)


async def test_all_else_is_the_clients_own() -> None:
    asked = Asked()
    client = DoubtingClient(FakeClient((UNKNOWN, -1)), asked)
    assert client.name == "its own"
    await client.send(1, SimpleNamespace(API_KEY=2))
    assert asked.topics == []
