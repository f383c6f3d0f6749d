import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import orjson
import pytest
from aiokafka.structs import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st

from agents.observations.prediction_reader import PredictionReader, ReadPredictions
from agents.observations.prediction_tables import MOST_CELLS
from agents.prediction_log.predictions import Predictions
from agents.records.block import RecordBlock
from agents.transport.rounds import records_of
from schemas.payloads.event_fields import Headers
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap, PredictionRow
from schemas.payloads.scanned_predictions import Spans
from schemas.tables.columns import Column, Flag, Kind, Role
from schemas.tables.declared import NO_DECLARATIONS, Declarations, Declared
from schemas.tables.observations import ObservationBatch, Origin, Run
from schemas.tables.retyping import retyped
from tests.agents.fakes import batch

UNUSUAL = {"note": 'a "quoted" one'}
"""What sends an event the slow way."""


def event(name: str = "p", **fields: Any) -> dict[str, Any]:
    document = {
        "prediction_id": name,
        "model": "fraud",
        "version": "7",
        "timestamp": 1_772_366_400.0,
        "features": {"x": 1.5},
        "prediction": 1,
    }
    return {**document, **fields}


def reader(
    kinds: Mapping[str, Mapping[str, Kind]] | None = None, **fields: Any
) -> PredictionReader:
    return PredictionReader(
        form=JsonPredictions(FieldMap(**fields)),
        tolerance=0,
        declarations=Declarations(
            models={name: Declared(each) for name, each in (kinds or {}).items()}
        ),
    )


def block(events: Sequence[Any], *, partition: int = 3, first: int = 0) -> RecordBlock:
    encoded = [orjson.dumps(each) for each in events]
    records = records_of(batch("predictions", encoded, partition=partition, first_offset=first))
    return RecordBlock.from_records("predictions", partition, records)


def read(
    *events: dict[str, Any], kinds: Mapping[str, Mapping[str, Kind]] | None = None, **fields: Any
) -> ReadPredictions:
    return reader(kinds, **fields).read([block(events)])


def batches(found: ReadPredictions) -> list[ObservationBatch]:
    return [batch for _, table in found.tables(lambda _: 0) for batch in table.batches()]


def waiting_of(found: ReadPredictions) -> list[Predictions]:
    return [each.predictions for those in found.waiting for each in those]


def by_name(columns: tuple[Column, ...]) -> dict[str, Column]:
    return {column.name: column for column in columns}


def test_a_record_that_its_headers_say_was_deleted_is_no_prediction() -> None:
    said = [(), (("__op", b"d"),), (("__op", b"u"),)]
    records = [
        replace(record, headers=headers)
        for record, headers in zip(block([event("a"), event("b"), event("c")]), said, strict=True)
        if isinstance(record, ConsumerRecord)
    ]
    found = reader().read([RecordBlock.from_records("predictions", 3, records)])
    assert [each.offsets.tolist() for each in batches(found)] == [[0, 2]]
    assert [(each.offset, str(why)) for each, why in found.not_taken] == [(1, "delete")]


@pytest.mark.parametrize("extra", [{}, UNUSUAL])
def test_rows_are_put_together_for_each_model_version(extra: dict[str, str]) -> None:
    found = batches(
        read(
            event(features={"x": 1.0}, **extra),
            event(model="churn", **extra),
            event(features={"x": 3.0}, **extra),
            event(version="8", **extra),
        )
    )
    assert [(each.model, each.version, each.offsets.tolist()) for each in found] == [
        ("fraud", "7", [0, 2]),
        ("churn", "7", [1]),
        ("fraud", "8", [3]),
    ]
    assert [each.runs for each in found] == [
        (Run("predictions", 3, 2),),
        (Run("predictions", 3, 1),),
        (Run("predictions", 3, 1),),
    ]
    assert {each.origin for each in found} == {Origin.PREDICTIONS}
    assert by_name(found[0].columns)["x"].values.tolist() == [1.0, 3.0]


def test_models_with_the_same_features_share_a_table_and_others_do_not() -> None:
    rows = [
        event(model="a", features={"x": 1.0, "y": 2.0}),
        event(model="b", features={"y": 3.0, "x": 4.0}),
        event(model="c", features={"x": 5.0}),
        event(model="d", features={"x": 6.0, "y": 7.0}),
        event(model="d", features={"x": 8.0}),
        event(model="e", features={"x": "text", "y": 1.0}),
    ]
    alike = read(*rows[:3])
    assert [[each.model for each in table.models] for _, table in alike.tables(lambda _: 0)] == [
        ["a", "b"],
        ["c"],
    ]
    columns = by_name(alike.tables(lambda _: 0)[0][1].columns)
    assert columns["x"].values.tolist() == [1.0, 4.0]
    assert columns["y"].values.tolist() == [2.0, 3.0]
    # Where rows of one model differ, or a feature has another kind, a model is by itself.
    found = read(*rows)
    assert sorted(len(table.models) for _, table in found.tables(lambda _: 0)) == [1] * 5
    assert {each.model: by_name(each.columns)["x"].kind for each in batches(found)} == {
        **dict.fromkeys("abcd", Kind.NUMBER),
        "e": Kind.CATEGORY,
    }


def test_models_that_are_watched_in_different_partitions_share_no_table() -> None:
    events = [event(model="a"), event(model="b"), event(model="c")]
    shared = reader().read([block(events)]).tables(lambda model: int(model == "b"))
    assert sorted((shard, len(table.models)) for shard, table in shared) == [(0, 2), (1, 1)]


def test_several_slices_are_read_as_one_in_their_order() -> None:
    first = block([event("a"), event("b", model="churn")], partition=0)
    second = block([event("c", **UNUSUAL, features={"x": 2.5}), event("d")], partition=1, first=50)
    found = reader().read([first, second[1:], second[:1]])
    assert [(each.model, each.offsets.tolist(), each.runs) for each in batches(found)] == [
        ("fraud", [0, 51], (Run("predictions", 0, 1), Run("predictions", 1, 1))),
        ("fraud", [50], (Run("predictions", 1, 1),)),
        ("churn", [1], (Run("predictions", 0, 1),)),
    ]
    assert [[each.predictions.ids for each in those] for those in found.waiting] == [
        [[b"a", b"b"]],
        [[b"d"]],
        [[b"c"]],
    ]


def test_what_is_refused_is_told_by_its_record_whatever_the_slice() -> None:
    bad = [{"model": "fraud"}]
    found = reader().read([block([event()]), block([*bad, event()], partition=1, first=7)])
    assert [(record.partition, record.offset) for record, _ in found.not_taken] == [(1, 7)]


def test_a_score_is_a_column_only_where_there_is_one() -> None:
    (plain,) = batches(read(event()))
    (mixed,) = batches(read(event(), event(scores={"1": 0.9})))
    assert [column.role for column in plain.columns] == [Role.FEATURE, Role.PREDICTION]
    assert mixed.columns[-1].role is Role.SCORE
    assert mixed.columns[-1].flags is not None
    assert mixed.columns[-1].flags.tolist() == [Flag.ABSENT, Flag.OK]


def test_a_declared_kind_holds_for_its_model_only() -> None:
    rows = event(features={"zip": 8001}), event(model="churn", features={"zip": 8001})
    found = batches(read(*rows, kinds={"fraud": {"zip": Kind.CATEGORY}}))
    columns = {each.model: by_name(each.columns)["zip"] for each in found}
    assert columns["fraud"].categories == ("8001",)
    assert columns["churn"].kind is Kind.NUMBER


def test_what_waits_for_labels_are_all_predictions_plain_or_not() -> None:
    found = read(
        event("a", model="churn"),
        event("b", **UNUSUAL, label=0),
        event("c", prediction="yes"),
        event("d", prediction=2.5),
    )
    waiting = [
        (name.decode(), int(offset), model, value)
        for each in waiting_of(found)
        for name, offset, (model, _), value in zip(
            each.ids, each.offsets, each.names.values(), each.values, strict=True
        )
    ]
    assert sorted(waiting) == [
        ("a", 0, "churn", 1),
        ("b", 1, "fraud", 1),
        ("c", 2, "fraud", "yes"),
        ("d", 3, "fraud", 2.5),
    ]
    assert [each.labels for each in waiting_of(found)] == [{}, {0: 0}]


def test_fields_that_stand_in_one_another_are_read_one_by_one() -> None:
    found = read(event(features={"x": 1.5, "y": 2}), paths={"prediction": "features.y"})
    (batch,) = batches(found)
    assert [column.name for column in batch.columns] == ["x", "prediction"]
    assert [each.values for each in waiting_of(found)] == [[2]]


@pytest.mark.parametrize("extra", [{}, UNUSUAL])
def test_rows_that_have_little_in_common_make_several_small_tables(
    extra: dict[str, str],
) -> None:
    events = [
        event(features={f"f{row}-{number}": number for number in range(100)}, **extra)
        for row in range(400)
    ]
    found = batches(read(*events))
    assert np.concatenate([each.offsets for each in found]).tolist() == list(range(400))
    assert 1 < len(found) < 40
    for each in found:
        assert len(each) * len(each.columns) <= 1.1 * MOST_CELLS


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.dictionaries(st.sampled_from("xyz"), st.sampled_from([1, 2.5, "t", True, None])),
            st.booleans(),
        ),
        min_size=1,
        max_size=20,
    ),
    st.lists(st.integers(1, 20), max_size=3),
)
def test_slices_read_together_give_each_model_the_rows_that_they_give_one_by_one(
    rows: list[tuple[str, dict[str, Any], bool]], cuts: list[int]
) -> None:
    events = [
        event(f"p{at}", model=model, features=features, **(UNUSUAL if unusual else {}))
        for at, (model, features, unusual) in enumerate(rows)
    ]
    whole = block(events)
    bounds = sorted({0, len(events), *(cut for cut in cuts if cut < len(events))})
    parts = [whole[begin:end] for begin, end in pairwise(bounds)]
    together = reader().read(parts)
    single = [reader().read([part]) for part in parts]
    assert values(batches(together)) == values(
        [batch for found in single for batch in batches(found)]
    )
    assert [[each.predictions.ids for each in those] for those in together.waiting] == [
        [each.predictions.ids for each in those] for found in single for those in found.waiting
    ]


def values(found: list[ObservationBatch]) -> dict[str, list[Any]]:
    """Return the usable values of each model's rows by their names, in the rows' order."""
    rows: dict[str, list[Any]] = {}
    for each in found:
        named = [retyped(column, Kind.CATEGORY) for column in each.columns]
        for at, offset in enumerate(each.offsets.tolist()):
            usable = {
                column.name: column.categories[int(column.values[at])]
                for column in named
                if column.flags is None or column.flags[at] == Flag.OK
            }
            rows.setdefault(each.model, []).append((offset, usable))
    return rows


class Several:
    """A format whose records hold as many predictions as they say, none of them plain."""

    def __init__(self) -> None:
        self.headers: list[Headers] = []

    def scan(self, spans: Spans) -> None:
        del spans

    def rows(
        self, value: bytes | None, *, key: bytes | None, headers: Headers, time: int
    ) -> Sequence[PredictionRow]:
        del key
        self.headers.append(headers)
        return [
            PredictionRow(f"p{number}", "m", "1", time, {"x": float(number)}, number, None, None)
            for number in range(int(value or b"1"))
        ]


def test_what_the_join_keeps_is_that_of_each_row_plain_or_not() -> None:
    first = event("a", scores={"1": 0.9, "0": 0.1}, segment={"tier": 1.0, "channel": "app"})
    rows = [first, event("b"), {**first, **UNUSUAL}, event("d", segment={"tier": 2})]
    found = {
        offset: (score, segment)
        for each in waiting_of(read(*rows))
        for offset, score, segment in zip(
            each.offsets.tolist(), each.scores.tolist(), each.segments.values(), strict=True
        )
    }
    same = (0.9, '{"channel":"app","tier":"1"}')
    assert (found[0], found[2]) == (same, same)
    assert math.isnan(found[1][0])
    assert (found[1][1], found[3][1]) == (None, '{"tier":"2"}')


def test_the_same_bytes_are_the_same_content_and_others_are_not() -> None:
    (plain,) = waiting_of(read(event("a"), event("a"), event("a", prediction=0)))
    one, again, other = plain.contents.tolist()
    assert one == again != other
    (unusual,) = waiting_of(read(event("a", **UNUSUAL), event("a", **UNUSUAL)))
    assert len(set(unusual.contents.tolist())) == 1
    assert 0 not in {one, other, *unusual.contents.tolist()}


def test_rows_that_came_before_are_left_out_and_so_are_models_of_no_other_row() -> None:
    rows = [event("a"), event("b", model="churn"), event("c"), event("d", **UNUSUAL)]
    found = read(*rows).tables(lambda _: 0, [1, 2])
    left = [(each.model, each.offsets.tolist()) for _, table in found for each in table.batches()]
    assert left == [("fraud", [0]), ("fraud", [3])]
    assert read(*rows).tables(lambda _: 0, [0, 1, 2, 3]) == []


def test_a_record_may_hold_several_predictions() -> None:
    form = Several()
    some = PredictionReader(form=form, tolerance=0, declarations=NO_DECLARATIONS)
    found = some.read([block([2, 1]), block([3], partition=4, first=9)])
    (batch,) = batches(found)
    assert batch.offsets.tolist() == [0, 0, 1, 9, 9, 9]
    assert batch.source_of.tolist() == [0, 0, 0, 1, 1, 1]
    assert by_name(batch.columns)["x"].values.tolist() == [0.0, 1.0, 0.0, 0.0, 1.0, 2.0]
    assert [each.predictions.ids for those in found.waiting for each in those] == [
        [b"p0", b"p1", b"p0"],
        [b"p0", b"p1", b"p2"],
    ]


def test_the_headers_of_a_record_reach_its_format() -> None:
    form = Several()
    records = records_of(batch("predictions", [b"1"]))
    records[0].headers = (("content-type", b"application/json"),)
    some = PredictionReader(form=form, tolerance=0, declarations=NO_DECLARATIONS)
    some.read([RecordBlock.from_records("predictions", 0, records)])
    assert form.headers == [(("content-type", b"application/json"),)]
