from types import ModuleType
from typing import Any

import aiokafka
import pytest
from aiokafka.consumer import fetcher

from agents.transport.aiokafka_seam import UnknownAiokafka, check, rebound

VERSION: str = aiokafka.__version__


def changed(**members: Any) -> ModuleType:
    """A module like aiokafka's fetcher, in which something is another."""
    module = ModuleType("fetcher")
    vars(module).update({**vars(fetcher), **members})
    return module


class WithoutGetall:
    def __init__(
        self, tp: object, *, assignment: object, partition_records: object, backoff: int
    ) -> None:
        self.given = (tp, assignment, partition_records, backoff)


class OtherGetall(WithoutGetall):
    def getall(self, max_records: int | None = None) -> list[object]:
        return [*self.given][:max_records]


class OtherReader:
    def __init__(self, tp: object, records: object) -> None:
        self.given = (tp, records)


class OneMoreUse(fetcher.Fetcher):  # type: ignore[misc] # aiokafka ships no types
    _proc_fetch_request = fetcher.Fetcher._proc_fetch_request
    fetched_records = fetcher.Fetcher.fetched_records
    next_record = fetcher.Fetcher.next_record

    def peek(self) -> object:
        return [fetcher.FetchResult for _ in self._records]


class OtherActions(fetcher.Fetcher):  # type: ignore[misc] # aiokafka ships no types
    _proc_fetch_request = fetcher.Fetcher._proc_fetch_request
    fetched_records = fetcher.Fetcher.fetched_records
    next_record = fetcher.Fetcher.next_record

    def _get_actions_per_node(self, assignment: object) -> object:
        return self._records, assignment


class OtherResets(fetcher.Fetcher):  # type: ignore[misc] # aiokafka ships no types
    _proc_fetch_request = fetcher.Fetcher._proc_fetch_request
    fetched_records = fetcher.Fetcher.fetched_records
    next_record = fetcher.Fetcher.next_record
    _get_actions_per_node = fetcher.Fetcher._get_actions_per_node

    async def _update_fetch_positions(
        self, assignment: object, node_id: int, tps: object
    ) -> tuple[object, ...]:
        return self._records, assignment, node_id, tps


def test_the_installed_aiokafka_is_the_one_expected() -> None:
    check(VERSION, fetcher)


@pytest.mark.parametrize("version", ["0.13.0", "0.15.0", "1.0", "0.140.0"])
def test_another_version_is_refused(version: str) -> None:
    with pytest.raises(UnknownAiokafka, match=rf"aiokafka is {version}; the transport needs 0.14"):
        check(version, fetcher)


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (
            changed(PartitionRecords=OtherReader),
            r"PartitionRecords.__init__ .* takes .*'records'\)",
        ),
        (changed(PartitionRecords=None), r"has no PartitionRecords.__init__"),
        (changed(FetchResult=WithoutGetall), r"has no FetchResult.getall"),
        (changed(FetchResult=OtherGetall), r"FetchResult .* has no \['_partition_records'"),
        (changed(Fetcher=OneMoreUse), r"uses its classes in .*'peek'"),
        (changed(Fetcher=OtherActions), r"decides elsewhere how long"),
        (changed(Fetcher=OtherResets), r"decides elsewhere where a log begins"),
        (changed(Fetcher=OtherReader), r"has no Fetcher._proc_fetch_request"),
    ],
)
def test_other_internals_are_refused(module: ModuleType, message: str) -> None:
    with pytest.raises(UnknownAiokafka, match=message):
        check(VERSION, module)


def test_a_rebound_function_sees_other_names_and_the_rest_as_it_was() -> None:
    def here(*, path: str = "OtherReader") -> tuple[object, object, str]:
        return OtherReader, OtherGetall, path

    other = rebound(here, {"OtherReader": 1})
    assert other() == (1, OtherGetall, "OtherReader")
    assert other(path="x") == (1, OtherGetall, "x")
    assert here() == (OtherReader, OtherGetall, "OtherReader")


def test_a_function_that_does_not_use_a_name_is_refused() -> None:
    with pytest.raises(UnknownAiokafka, match=r"start of aiokafka does not use \['Fetchers'\]"):
        rebound(aiokafka.AIOKafkaConsumer.start, {"Fetchers": object})
