from typing import Any

import orjson

from agents.observations.label_reader import LabelReader, ReadLabels
from agents.records.block import RecordBlock
from agents.transport.rounds import records_of
from schemas.payloads.rows import FieldMap
from tests.agents.fakes import batch

NOW = 1_700_000_000_000


def read(*documents: dict[str, Any], tolerance: int = 60_000) -> ReadLabels:
    values = [orjson.dumps(each) for each in documents]
    records = records_of(batch("labels", values, first_offset=10, timestamp=NOW))
    reader = LabelReader(fields=FieldMap(), largest=10_000, tolerance=tolerance)
    return reader.read(RecordBlock.from_records("labels", 0, records))


def label(name: str, **fields: Any) -> dict[str, Any]:
    return {"prediction_id": name, "label": 1, **fields}


UNUSUAL = {"note": 'a "quoted" one'}
"""What sends a label the slow way."""


def test_plain_and_unusual_labels_come_in_the_order_of_their_offsets() -> None:
    found = read(
        label("a"), label("b", **UNUSUAL), label("c", model="fraud"), label("d", **UNUSUAL)
    ).waiting
    assert found.ids == [b"a", b"b", b"c", b"d"]
    assert found.offsets.tolist() == [10, 11, 12, 13]
    assert found.models.values() == [None, None, "fraud", None]


def test_a_label_that_carries_its_prediction_needs_no_join() -> None:
    found = read(label("a", prediction=0, model="fraud", version="7"), label("b"))
    assert found.waiting.ids == [b"b"]
    ((offset, join),) = found.carried.rows()
    assert (offset, join.model, join.version, join.prediction, join.label) == (
        10,
        "fraud",
        "7",
        0,
        1,
    )
    assert found.arrival >= NOW


def test_labels_from_the_future_get_their_records_times_plain_or_not() -> None:
    late = NOW / 1000 + 3600
    found = read(label("a", timestamp=late), label("b", timestamp=late, **UNUSUAL), label("c"))
    assert found.skewed == 2
    assert (found.waiting.times - NOW).max() < 10


def test_what_is_refused_or_says_nothing_is_told_with_its_record() -> None:
    found = read(label("a"), {"prediction_id": "b", "label": None}, {"x": 1}, label("c"))
    assert [record.offset for record, _ in found.not_taken] == [11, 12]
    assert found.waiting.ids == [b"a", b"c"]
