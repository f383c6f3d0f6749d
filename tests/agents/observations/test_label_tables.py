from agents.join.joined import Joined, JoinedRows
from agents.observations.label_tables import Labelled, label_tables
from detectors.performance.error import Task
from schemas.tables.columns import Flag, Kind
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Source


def tables(*rows: Labelled, task: Task = Task.AUTO) -> list[ObservationTable]:
    def task_of(model: str) -> Task:
        return Task.REGRESSION if model == "price" else task

    return [table for _, table in label_tables(rows, task_of, lambda _: 0)]


def labelled(offset: int, model: str, label: object, *, topic: str = "labels") -> Labelled:
    join = Joined(model, "1", 1, label, 1000 + offset)
    return Labelled(Source(topic, 3), JoinedRows.of([(offset, join)]))


def test_labelled_rows_become_errors_by_the_models_task() -> None:
    price, fraud = tables(labelled(0, "price", 3), labelled(1, "fraud", 1))
    assert price.origin is Origin.LABELS
    assert (price.columns[0].kind, price.columns[0].values.tolist()) == (Kind.NUMBER, [2.0])
    assert (fraud.columns[0].kind, fraud.columns[0].values.tolist()) == (Kind.BOOLEAN, [0.0])


def test_models_with_errors_of_one_kind_share_a_table() -> None:
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
    assert table.columns[0].values.tolist() == [0.0, 1.0, 1.0, 1.0]


def test_models_that_are_watched_in_different_partitions_share_none() -> None:
    rows = [labelled(0, "fraud", 1), labelled(1, "churn", 0)]
    found = list(label_tables(rows, lambda _: Task.AUTO, lambda model: int(model == "churn")))
    assert [(shard, table.models[0].model) for shard, table in found] == [
        (0, "fraud"),
        (1, "churn"),
    ]


def test_an_error_that_cannot_be_told_has_a_table_of_its_own() -> None:
    found = tables(labelled(0, "price", "much"), labelled(1, "fraud", 1))
    (price,) = [table for table in found if table.models[0].model == "price"]
    assert price.columns[0].flags is not None
    assert price.columns[0].flags.tolist() != [Flag.OK]
