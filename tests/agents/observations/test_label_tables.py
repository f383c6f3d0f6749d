from typing import Any

import numpy as np

from agents.join.joined import Joined, JoinedRows
from agents.observations.label_tables import Labelled, label_tables
from schemas.tables.columns import Column, Flag, Kind, Role
from schemas.tables.frames import decode_frame, encode_frame
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Source
from schemas.values.rated_label import rated


def tables(*rows: Labelled) -> list[ObservationTable]:
    return [table for _, table in label_tables(rows, lambda _: 0)]


def labelled(
    offset: int, model: str, label: object, *, topic: str = "labels", **more: Any
) -> Labelled:
    join = Joined(model, "1", 1, label, 1000 + offset)._replace(**more)
    return Labelled(Source(topic, 3), JoinedRows.of([(offset, join)]))


def by_name(table: ObservationTable) -> dict[str, Column]:
    return {column.name: column for column in table.columns}


def test_labelled_rows_carry_what_was_predicted_and_what_was_true() -> None:
    (table,) = tables(labelled(0, "fraud", 3), labelled(1, "fraud", 1))
    assert table.origin is Origin.LABELS
    assert [(each.name, each.role) for each in table.columns] == [
        ("prediction", Role.PREDICTION),
        ("label", Role.LABEL),
    ]
    assert by_name(table)["label"].values.tolist() == [3.0, 1.0]


def test_score_segment_and_delay_are_columns_where_any_row_has_one() -> None:
    (table,) = tables(
        labelled(0, "fraud", 1, score=0.9, delay=500.0, segment="a"),
        labelled(1, "fraud", 1),
        labelled(2, "fraud", 1, segment="a", delay=0.0),
    )
    columns = by_name(table)
    for name, role, flags in (
        ("score", Role.SCORE, [0, 1, 1]),
        ("delay", Role.DELAY, [0, 1, 0]),
        ("segment", Role.SEGMENT, [0, 1, 0]),
    ):
        assert columns[name].role is role
        assert np.asarray(columns[name].flags).tolist() == flags
    assert columns["segment"].kind is Kind.CATEGORY
    assert columns["segment"].categories[int(columns["segment"].values[2])] == "a"


def test_lists_are_columns_by_position_and_a_list_of_one_is_what_is_in_it() -> None:
    (table,) = tables(
        labelled(0, "fraud", [1.0, 2.0], prediction=[0.5, 0.5]),
        labelled(1, "fraud", [3.0], prediction=[2.0]),
    )
    columns = by_name(table)
    assert columns["prediction[1]"].values.tolist() == [0.5, 0.0]
    assert np.asarray(columns["prediction"].flags).tolist() == [Flag.ABSENT, Flag.OK]
    assert columns["label"].values.tolist()[1] == 3.0
    assert {"label[0]", "label[1]"} < columns.keys()


def test_models_share_a_table_in_the_order_of_their_rows() -> None:
    (table,) = tables(
        labelled(0, "fraud", 1),
        labelled(1, "churn", 0),
        labelled(7, "fraud", 0, topic="predictions"),
        labelled(2, "fraud", 0),
    )
    assert table.models == (ModelRows("fraud", "1", 3), ModelRows("churn", "1", 1))
    assert [table.sources[number].topic for number in table.source_of.tolist()] == [
        "labels",
        "predictions",
        "labels",
        "labels",
    ]
    assert table.offsets.tolist() == [0, 7, 2, 1]
    assert table.times.tolist() == [1000, 1007, 1002, 1001]
    assert by_name(table)["label"].values.tolist() == [1.0, 0.0, 0.0, 0.0]


def test_models_that_are_watched_in_different_partitions_share_none() -> None:
    rows = [labelled(0, "fraud", 1), labelled(1, "churn", 0)]
    found = list(label_tables(rows, lambda model: int(model == "churn")))
    assert [(shard, table.models[0].model) for shard, table in found] == [
        (0, "fraud"),
        (1, "churn"),
    ]


def test_the_numbers_of_label_events_are_features_of_their_rows() -> None:
    (table,) = tables(
        labelled(0, "fraud", rated(3, {"escalated": 1.0})),
        labelled(1, "fraud", 1),
        labelled(2, "fraud", rated(1, {"escalated": None})),
    )
    columns = by_name(table)
    assert columns["label"].values.tolist() == [3.0, 1.0, 1.0]
    assert columns["escalated"].role is Role.FEATURE
    assert np.asarray(columns["escalated"].flags).tolist() == [0, Flag.ABSENT, Flag.MISTYPED]
    assert decode_frame(encode_frame([table]))[0].columns[-1].name == "escalated"
