from typing import Any

import orjson
import pytest

from agents.observations.label_reader import LabelReader, LabelsOfSlice, ReadLabels
from agents.records.block import RecordBlock
from agents.transport.rounds import records_of
from schemas.payloads.json_labels import JsonLabels
from schemas.payloads.rows import FieldMap
from schemas.values.rated_label import label_of, numbers_of
from tests.agents.fakes import batch

NOW = 1_700_000_000_000


def block(*documents: dict[str, Any], first_offset: int = 10) -> RecordBlock:
    values = [orjson.dumps(each) for each in documents]
    records = records_of(batch("labels", values, first_offset=first_offset, timestamp=NOW))
    return RecordBlock.from_records("labels", 0, records)


def reader() -> LabelReader:
    return LabelReader(form=JsonLabels(FieldMap()), tolerance=60_000)


def read(*documents: dict[str, Any]) -> tuple[LabelsOfSlice, ReadLabels]:
    found = reader().read([block(*documents)])
    return found.slices[0], found


def label(name: str, **fields: Any) -> dict[str, Any]:
    return {"prediction_id": name, "label": 1, **fields}


UNUSUAL = {"note": 'a "quoted" one'}
"""What sends a label the slow way."""


def test_plain_and_unusual_labels_come_in_the_order_of_their_offsets() -> None:
    (found, _, _), _ = read(
        label("a"), label("b", **UNUSUAL), label("c", model="fraud"), label("d", **UNUSUAL)
    )
    assert found.ids == [b"a", b"b", b"c", b"d"]
    assert found.offsets.tolist() == [10, 11, 12, 13]
    assert found.models.values() == [None, None, "fraud", None]


def test_a_label_that_carries_its_prediction_needs_no_join() -> None:
    found, _ = read(label("a", prediction=0, model="fraud", version="7"), label("b"))
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
    found, whole = read(
        label("a", timestamp=late), label("b", timestamp=late, **UNUSUAL), label("c")
    )
    assert whole.skewed == 2
    assert (found.waiting.times - NOW).max() < 10


def test_what_is_refused_or_says_nothing_is_told_with_its_record() -> None:
    found, whole = read(label("a"), {"prediction_id": "b", "label": None}, {"x": 1}, label("c"))
    assert [record.offset for record, _ in whole.not_taken] == [11, 12]
    assert found.waiting.ids == [b"a", b"c"]


def test_slices_that_are_read_together_give_what_each_gives_alone() -> None:
    late = NOW / 1000 + 3600
    blocks = [
        block(label("a"), label("b", **UNUSUAL), label("c", label="x")),
        block({"x": 1}, label("d", prediction=0, model="fraud"), first_offset=20),
        block(label("e", timestamp=late), label("f", model="fraud"), first_offset=30),
        block(label("g", timestamp=late, **UNUSUAL), label("h", label=None), first_offset=40),
    ]
    together = reader().read(blocks)
    alone = [reader().read([each]) for each in blocks]
    for slices, (other,) in zip(together.slices, (each.slices for each in alone), strict=True):
        assert list(map(slices.waiting.__getitem__, range(len(slices.waiting)))) == list(
            map(other.waiting.__getitem__, range(len(other.waiting)))
        )
        assert slices.carried.rows() == other.carried.rows()
        assert slices.arrival == other.arrival
    assert together.skewed == sum(each.skewed for each in alone) == 2
    refused = [record.offset for record, _ in together.not_taken]
    assert refused == [20, 41]


RATED = FieldMap(
    {"label": "truth.class"}, rates=("truth.escalated", "payload.op.cost", "cost", "share")
)


@pytest.mark.parametrize(
    ("document", "numbers"),
    [
        ({"truth": {"class": 1, "escalated": True}}, {"truth.escalated": 1.0}),
        ({"truth": {"class": 1}, "share": "0.25", "cost": None}, {"share": 0.25}),
        ({"truth": {"class": 1}, "share": "often", "cost": "NaN"}, {"share": None}),
        ({"truth": {"class": 1, "escalated": ""}, "cost": 12}, {"cost": 12.0}),
        ({"truth": '{"class": 1, "escalated": "no"}'}, {"truth.escalated": 0.0}),
        ({"truth": {"class": 1}, "\x00rates": {"cost": 1.0}}, {}),
    ],
)
def test_the_numbers_of_rates_come_beside_the_label(
    document: dict[str, Any], numbers: dict[str, float | None]
) -> None:
    form = LabelReader(form=JsonLabels(RATED), tolerance=0)
    ((value,), _) = labels_of(form, {"prediction_id": "a", **document})
    assert (label_of(value), numbers_of(value)) == (1, numbers)


def test_the_numbers_of_rates_are_found_in_the_envelopes_of_change_feeds_and_clouds() -> None:
    form = LabelReader(form=JsonLabels(FieldMap(rates=("escalated",))), tolerance=0)
    row = {"prediction_id": "a", "label": "ok", "escalated": True}
    for document in (
        row,
        {"before": None, "after": row, "op": "c"},
        {"specversion": "1.0", "type": "t", "source": "s", "id": "1", "data": row},
    ):
        ((value,), _) = labels_of(form, document)
        assert (label_of(value), numbers_of(value)) == ("ok", {"escalated": 1.0})


def test_a_label_that_carries_its_prediction_brings_its_numbers() -> None:
    form = LabelReader(form=JsonLabels(FieldMap(rates=("escalated",))), tolerance=0)
    document = label("a", prediction=0, model="fraud", escalated=1)
    _, (value,) = labels_of(form, document)
    assert (label_of(value), numbers_of(value)) == (1, {"escalated": 1.0})


def labels_of(form: LabelReader, *documents: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """Labels that wait, and those that need no join."""
    (found,) = form.read([block(*documents)]).slices
    return list(found.waiting.values), list(found.carried.labels)
