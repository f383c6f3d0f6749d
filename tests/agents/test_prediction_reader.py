from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
import pytest

from agents.batch import records_of
from agents.prediction_reader import MOST_CELLS, PredictionReader, ReadPredictions
from agents.record_block import RecordBlock
from schemas.columns import Column, Flag, Kind, Role
from schemas.incoming import FieldMap
from schemas.observations import Origin
from tests.agents.fakes import batch

UNUSUAL = {"note": 'a "quoted" one'}
"""What sends an event the slow way."""


def event(name: str = "p", **fields: Any) -> dict[str, Any]:
    document = {
        "prediction_id": name,
        "model": "fraud",
        "version": "7",
        "timestamp": 1000.0,
        "features": {"x": 1.5},
        "prediction": 1,
    }
    return {**document, **fields}


def read(
    *events: dict[str, Any], kinds: Mapping[str, Mapping[str, Kind]] | None = None, **fields: Any
) -> ReadPredictions:
    reader = PredictionReader(
        fields=FieldMap(**fields),
        largest=1_000_000,
        most_features=2000,
        tolerance=0,
        kinds_of=lambda model: (kinds or {}).get(model, {}),
    )
    values = [orjson.dumps(each) for each in events]
    records = records_of(batch("predictions", values, partition=3))
    return reader.read(RecordBlock.from_records("predictions", 3, records))


def by_name(columns: tuple[Column, ...]) -> dict[str, Column]:
    return {column.name: column for column in columns}


@pytest.mark.parametrize("extra", [{}, UNUSUAL])
def test_rows_become_one_batch_for_each_model_version(extra: dict[str, str]) -> None:
    found = read(
        event(features={"x": 1.0}, **extra),
        event(model="churn", **extra),
        event(features={"x": 3.0}, **extra),
        event(version="8", **extra),
    ).observations
    assert [(each.model, each.version, each.offsets.tolist()) for each in found] == [
        ("fraud", "7", [0, 2]),
        ("churn", "7", [1]),
        ("fraud", "8", [3]),
    ]
    assert {(each.topic, each.partition, each.origin) for each in found} == {
        ("predictions", 3, Origin.PREDICTIONS)
    }
    assert by_name(found[0].columns)["x"].values.tolist() == [1.0, 3.0]


def test_a_score_is_a_column_only_where_there_is_one() -> None:
    (plain,) = read(event()).observations
    (mixed,) = read(event(), event(scores={"1": 0.9})).observations
    assert [column.role for column in plain.columns] == [Role.FEATURE, Role.PREDICTION]
    assert mixed.columns[-1].role is Role.SCORE
    assert mixed.columns[-1].flags is not None
    assert mixed.columns[-1].flags.tolist() == [Flag.ABSENT, Flag.OK]


def test_a_declared_kind_holds_for_its_model_only() -> None:
    rows = event(features={"zip": 8001}), event(model="churn", features={"zip": 8001})
    fraud, churn = read(*rows, kinds={"fraud": {"zip": Kind.CATEGORY}}).observations
    assert by_name(fraud.columns)["zip"].categories == ("8001",)
    assert by_name(churn.columns)["zip"].kind is Kind.NUMBER


def test_what_waits_for_labels_are_all_predictions_plain_or_not() -> None:
    found = read(
        event("a", model="churn"),
        event("b", **UNUSUAL, label=0),
        event("c", prediction="yes"),
        event("d", prediction=2.5),
    )
    waiting = [
        (name.decode(), int(offset), model, value)
        for each in found.waiting
        for name, offset, (model, _), value in zip(
            each.ids, each.offsets, each.names, each.values, strict=True
        )
    ]
    assert sorted(waiting) == [
        ("a", 0, "churn", 1),
        ("b", 1, "fraud", 1),
        ("c", 2, "fraud", "yes"),
        ("d", 3, "fraud", 2.5),
    ]
    assert [each.labels for each in found.waiting] == [{}, {0: 0}]


def test_fields_that_stand_in_one_another_are_read_one_by_one() -> None:
    found = read(event(features={"x": 1.5, "y": 2}), paths={"prediction": "features.y"})
    (batch,) = found.observations
    assert [column.name for column in batch.columns] == ["x", "y", "prediction"]
    assert [each.values for each in found.waiting] == [[2]]


@pytest.mark.parametrize("extra", [{}, UNUSUAL])
def test_rows_that_have_little_in_common_make_several_small_batches(
    extra: dict[str, str],
) -> None:
    events = [
        event(features={f"f{row}-{number}": number for number in range(100)}, **extra)
        for row in range(400)
    ]
    found = read(*events).observations
    assert np.concatenate([each.offsets for each in found]).tolist() == list(range(400))
    assert 1 < len(found) < 40
    for each in found:
        assert len(each) * len(each.columns) <= 1.1 * MOST_CELLS
