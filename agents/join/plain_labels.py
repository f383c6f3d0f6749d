"""Labels of which each meets one prediction in memory, and nothing else: nearly all of them."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.join.early_labels import EarlyLabels
from agents.join.labels import Labels
from agents.join.taken import Rows
from agents.join.waiting_ids import Found, WaitingIds
from agents.prediction_log.predictions import NO_LABEL
from agents.prediction_log.tiered_log import TieredLog

_NONE: Final = -1


def plain_labels(
    labels: Labels, waiting: WaitingIds, log: TieredLog, on_disk: Found, early: EarlyLabels
) -> tuple[Rows, Rows]:
    """Return which labels meet one prediction in memory and nothing else, and the numbers.

    One of an id for which a label was there first may be that label again.
    """
    found = list(map(waiting.get, labels.ids))
    kinds = set(map(type, found))
    if kinds == {int}:
        numbers = np.array(found, dtype=np.int64)
    elif int not in kinds:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    else:
        numbers = np.fromiter(
            (each if type(each) is int else _NONE for each in found), np.int64, len(found)
        )
    plain = numbers >= 0
    if (np.diff(np.sort(numbers)) == 0).any():
        _, places, counts = np.unique(numbers, return_inverse=True, return_counts=True)
        plain &= counts[places.reshape(-1)] == 1
    if on_disk:
        plain &= np.fromiter((each not in on_disk for each in labels.ids), np.bool_, len(found))
    if early:
        plain &= np.fromiter((each not in early for each in labels.ids), np.bool_, len(found))
    rows = np.flatnonzero(plain)
    rows = rows[log.labels(numbers[rows]) == NO_LABEL]
    if labels.models.table != (None,):
        rows = rows[_names_its_model(labels, log, rows, numbers[rows])]
    return rows, numbers[rows]


def _names_its_model(
    labels: Labels, log: TieredLog, rows: Rows, numbers: Rows
) -> NDArray[np.bool_]:
    """Tell which labels name the model of a prediction, or none."""
    names = log.names(numbers)
    fits = np.array(
        [
            [model is None or model == name[0] for name in names.table]
            for model in labels.models.table
        ],
        dtype=np.bool_,
    ).reshape(len(labels.models.table), len(names.table))
    return fits[labels.models.codes[rows], names.codes]
