from faust.types import TP

from agents.transport.assignment import Assignment
from agents.transport.publisher import partition_of
from app.mlflow.ownership import Ownership

MODELS = [f"model-{number}" for number in range(40)]


class App:
    consumer_generation_id = 1


async def four(_: str) -> int:
    return 4


def assigned(*partitions: int, topic: str = "observations") -> Assignment:
    return Assignment(1, frozenset(TP(topic, number) for number in partitions), App())


async def test_each_model_is_of_one_worker() -> None:
    owned = []
    for partitions in ((0, 2), (1, 3)):
        ownership = Ownership("observations", four)
        ownership.keep(assigned(*partitions))
        found = await ownership.owned(MODELS)
        assert {partition_of(each.encode(), 4) for each in found} == set(partitions)
        owned += sorted(found)
    assert sorted(owned) == sorted(MODELS)


async def test_no_model_is_of_a_worker_without_partitions_of_the_observations() -> None:
    ownership = Ownership("observations", four)
    assert await ownership.owned(MODELS) == set()
    ownership.keep(assigned(0, 1, 2, 3, topic="predictions"))
    assert await ownership.owned(MODELS) == set()


async def test_no_model_is_of_a_worker_whose_state_is_not_loaded() -> None:
    is_loaded = False
    ownership = Ownership("observations", four, lambda: is_loaded)
    ownership.keep(assigned(0, 1, 2, 3))
    assert await ownership.owned(MODELS) == set()
    is_loaded = True
    assert await ownership.owned(MODELS) == set(MODELS)
