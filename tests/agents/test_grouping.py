from typing import Any

import numpy as np

from agents.errors import Task
from agents.grouping import (
    LARGEST_BATCH,
    LARGEST_FRAME,
    Source,
    framed,
    label_batches,
    prediction_batches,
)
from agents.pending import Joined
from schemas.columns import Column, Flag, Kind, Role
from schemas.incoming import PredictionRow
from schemas.observations import Origin, decode_observations, encode_observations

SOURCE = Source("predictions", 3)


def row(model: str = "fraud", version: str = "7", **features: Any) -> PredictionRow:
    return PredictionRow("id", model, version, 1000, features, 1, None, None)


def no_kinds(_: str) -> dict[str, Kind]:
    return {}


def by_name(columns: tuple[Column, ...]) -> dict[str, Column]:
    return {column.name: column for column in columns}


def test_rows_become_one_batch_for_each_model_version() -> None:
    rows = [(0, row(x=1.0)), (1, row("churn", x=2.0)), (2, row(x=3.0)), (4, row(version="8", x=4))]
    batches = list(prediction_batches(rows, SOURCE, no_kinds))
    assert [(found.model, found.version, found.offsets.tolist()) for found in batches] == [
        ("fraud", "7", [0, 2]),
        ("churn", "7", [1]),
        ("fraud", "8", [4]),
    ]
    assert {(found.topic, found.partition, found.origin) for found in batches} == {
        ("predictions", 3, Origin.PREDICTIONS)
    }
    assert by_name(batches[0].columns)["x"].values.tolist() == [1.0, 3.0]


def test_a_feature_that_a_row_lacks_is_absent_there() -> None:
    (found,) = prediction_batches([(0, row(x=1.0)), (1, row(y="a"))], SOURCE, no_kinds)
    columns = by_name(found.columns)
    assert columns["x"].flags is not None
    assert columns["x"].flags.tolist() == [Flag.OK, Flag.ABSENT]
    assert columns["y"].flags is not None
    assert columns["y"].flags.tolist() == [Flag.ABSENT, Flag.OK]


def test_the_score_is_a_column_only_where_there_is_one() -> None:
    scored = row(x=1)._replace(score=0.9)
    (plain,) = prediction_batches([(0, row(x=1))], SOURCE, no_kinds)
    (mixed,) = prediction_batches([(0, row(x=1)), (1, scored)], SOURCE, no_kinds)
    assert [column.role for column in plain.columns] == [Role.FEATURE, Role.PREDICTION]
    assert mixed.columns[-1].role is Role.SCORE
    assert mixed.columns[-1].flags is not None
    assert mixed.columns[-1].flags.tolist() == [Flag.ABSENT, Flag.OK]


def test_a_declared_kind_holds_for_its_model_only() -> None:
    def kinds(model: str) -> dict[str, Kind]:
        return {"zip": Kind.CATEGORY} if model == "fraud" else {}

    rows = [(0, row(zip=8001)), (1, row("churn", zip=8001))]
    fraud, churn = prediction_batches(rows, SOURCE, kinds)
    assert by_name(fraud.columns)["zip"].categories == ("8001",)
    assert by_name(churn.columns)["zip"].kind is Kind.NUMBER


def test_a_wide_group_is_cut_so_that_its_records_stay_small() -> None:
    features: dict[str, Any] = {f"f{number:04}": float(number) for number in range(1000)}
    rows = [(offset, row(**features)) for offset in range(300)]
    batches = list(prediction_batches(rows, SOURCE, no_kinds))
    assert len(batches) > 1
    assert np.concatenate([found.offsets for found in batches]).tolist() == list(range(300))
    assert all(len(encode_observations(found)) < 1.5 * LARGEST_BATCH for found in batches)


def test_labelled_rows_become_errors_by_the_models_task() -> None:
    rows = [(0, Joined("price", "1", 2, 4, 1)), (1, Joined("fraud", "1", 1, 1, 2))]

    def task(model: str) -> Task:
        return Task.REGRESSION if model == "price" else Task.AUTO

    price, fraud = label_batches(rows, SOURCE, task)
    assert price.origin is Origin.LABELS
    assert (price.columns[0].kind, price.columns[0].values.tolist()) == (Kind.NUMBER, [2.0])
    assert (fraud.columns[0].kind, fraud.columns[0].values.tolist()) == (Kind.BOOLEAN, [0.0])


def test_sparse_or_wordy_rows_are_cut_until_each_frame_fits_and_no_row_is_lost() -> None:
    names = [[f"f{(offset * 30 + n) % 15_000}" for n in range(30)] for offset in range(500)]
    sparse = [
        (offset, row()._replace(features=dict.fromkeys(some, 1.0)))
        for offset, some in enumerate(names)
    ]
    texts = [f"{offset:05}" * 50 for offset in range(500)]
    wordy = [
        (offset, row()._replace(features={f"t{n}": text for n in range(20)}))
        for offset, text in enumerate(texts)
    ]
    for rows in (sparse, wordy):
        found = list(framed(prediction_batches(rows, SOURCE, no_kinds)))
        assert max(len(frame) for _, frame in found) <= LARGEST_FRAME
        offsets = [offset for part, _ in found for offset in part.offsets.tolist()]
        assert offsets == list(range(500))
        assert decode_observations(found[0][1]).offsets.tolist() == found[0][0].offsets.tolist()
