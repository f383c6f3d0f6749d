"""Predictions and labels as the tests of the join give them to a store, one step at a time."""

from typing import Any

import numpy as np

from agents.join.joined import Joined
from agents.join.labels import Label, Labels
from agents.join.store import PendingStore
from agents.prediction_log.predictions import Predictions
from schemas.tables.coded import Coded
from schemas.tables.model_version import ModelVersion

NOW = 1_700_000_000_000
HOUR = 3_600_000
FRAUD = ("fraud", "7")
CHURN = ("churn", "1")
JOINED = Joined("fraud", "7", 1, 0, NOW, delay=0.0)


def predictions(
    *ids: str,
    first: int = 0,
    time: int = NOW,
    age: int | None = None,
    arrival: int | None = None,
    name: ModelVersion = FRAUD,
    label: Any = None,
    content: int = 0,
    score: float = np.nan,
    segment: str | None = None,
    value: Any = 1,
) -> Predictions:
    n = len(ids)
    aged = time if age is None else age
    return Predictions(
        [each.encode() for each in ids],
        np.arange(first, first + n),
        np.full(n, time),
        np.full(n, aged),
        np.full(n, aged if arrival is None else arrival),
        Coded.same(name, n),
        [value] * n,
        np.full(n, score),
        Coded.same(segment, n),
        np.full(n, content, dtype=np.uint32),
        {} if label is None else dict.fromkeys(range(n), label),
    )


def label(name: str, time: int = NOW, *, label: Any = 0, model: str | None = None) -> Label:
    return Label(name.encode(), label, time, model, 0, 0)


def add_predictions(store: PendingStore, batch: Predictions) -> list[tuple[int, Joined]]:
    return store.add_predictions(batch).joined.rows()


def add_label(store: PendingStore, row: Label, offset: int, arrival: int) -> list[Joined] | str:
    """Return the joins of a label, or what it counts as."""
    taken = store.add_labels(Labels.of([row._replace(offset=offset, arrival=arrival)]))
    for outcome in ("early", "duplicate", "corrected"):
        if getattr(taken, outcome):
            return outcome
    return [join for _, join in taken.joined.rows()]
