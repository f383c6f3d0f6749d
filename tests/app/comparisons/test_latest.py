from types import SimpleNamespace
from typing import Any, cast

import orjson

from agents.records.record import Record
from app.comparisons.latest import latest_looks, lines_of
from schemas.documents import examples


def record(partition: int = 0, timestamp: int = 0, **more: Any) -> Record:
    value = orjson.dumps({**examples.MODEL_COMPARISON, **more})
    found = SimpleNamespace(value=value, partition=partition, timestamp=timestamp)
    return cast("Record", found)


def test_the_last_look_at_each_pair_counts_whatever_its_number() -> None:
    other = record(version="5", look=0)
    found, strange = latest_looks([record(look=9), other, record(look=0)])
    assert [(each.version, each.look) for each in found] == [("4", 0), ("5", 0)]
    assert strange == 0


def test_of_several_partitions_the_one_that_was_written_last_counts() -> None:
    found, _ = latest_looks([record(0, 200, look=2), record(1, 100, look=1)])
    assert [each.look for each in found] == [2]


def test_what_is_no_comparison_is_counted() -> None:
    strange = cast("Record", SimpleNamespace(value=b"{}", partition=0, timestamp=0))
    deleted = cast("Record", SimpleNamespace(value=None, partition=0, timestamp=0))
    assert latest_looks([strange, deleted]) == ([], 2)


def test_people_are_told_what_was_decided_and_on_which_evidence() -> None:
    (found,), _ = latest_looks([record()])
    lines = lines_of(found)
    assert lines[0] == found.message
    assert "rollback, failed (guardrail_worse)" in lines[1]
    assert "4120 labels of 4391 predictions of 3" in lines[3]
    assert lines[5] == (
        "  recall[1] (guardrail): worse; difference -0.1049 (-0.1921 to -0.0178), "
        "evidence 71.3 of 40"
    )
