from agents.errors import Task
from agents.label_batches import Source, label_batches
from agents.pending import Joined
from schemas.columns import Kind
from schemas.observations import Origin

SOURCE = Source("labels", 3)


def test_labelled_rows_become_errors_by_the_models_task() -> None:
    rows = [(0, Joined("price", "1", 2, 4, 1)), (1, Joined("fraud", "1", 1, 1, 2))]

    def task(model: str) -> Task:
        return Task.REGRESSION if model == "price" else Task.AUTO

    price, fraud = label_batches(rows, SOURCE, task)
    assert price.origin is Origin.LABELS
    assert (price.columns[0].kind, price.columns[0].values.tolist()) == (Kind.NUMBER, [2.0])
    assert (fraud.columns[0].kind, fraud.columns[0].values.tolist()) == (Kind.BOOLEAN, [0.0])
