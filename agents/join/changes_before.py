"""Records of the changelog as the first version of the format has them (``DLP1``).

They have predicted values alone: no arrivals (what waits grows old by event time there), scores,
segments or contents. Labels are lists in the header, one for each.
"""

from typing import Any, Final

import numpy as np

from agents.join.changes import Changes, LabelChanges
from agents.join.fencing import NO_EPOCH
from agents.join.labels import Label, Labels
from agents.prediction_log.predictions import NO_CONTENT, Predictions
from schemas.formats import CHANGES
from schemas.tables.coded import Coded

MAGIC_BEFORE: Final = CHANGES.magic(1)


def changes_of_before(record: bytes, header: dict[str, Any], at: int) -> Changes:
    """Return what a record says.

    Parameters
    ----------
    header
        As decoded.
    at
        Where in the record the columns begin.

    Raises
    ------
    ValueError, KeyError, TypeError, IndexError
        Where it is not of the format.
    """
    entries: list[Predictions | LabelChanges] = []
    for described in header["entries"]:
        if "met" in described:
            entries.append(_labels(described["met"]))
        else:
            entry, at = _predictions(record, described, at)
            entries.append(entry)
    epoch, clock = header.get("epoch"), int(header["clock"])
    return Changes(
        tuple(entries),
        since=int(header["since"]),
        clocks={"arrival": clock},
        epoch=None if epoch is None else int(epoch),
        since_epoch=int(header.get("since epoch", NO_EPOCH)),
        is_claim=bool(header.get("claim", False)),
    )


def _labels(rows: list[Any]) -> LabelChanges:
    labels = [
        Label(str(name).encode(), value, int(time), model, int(offset), int(age))
        for name, value, time, model, offset, age, _ in rows
    ]
    return LabelChanges(Labels.of(labels), np.array([row[-1] for row in rows], dtype=np.uint8))


def _predictions(record: bytes, described: dict[str, Any], at: int) -> tuple[Predictions, int]:
    rows = described["rows"]
    offsets = np.frombuffer(record, "<i8", rows, at).astype(np.int64)
    ages = np.frombuffer(record, "<i8", rows, at + 8 * rows).astype(np.int64)
    lengths = np.frombuffer(record, "<u4", rows, at + 16 * rows)
    codes = np.frombuffer(record, "<u4", rows, at + 20 * rows).astype(np.int32)
    at += 24 * rows
    ends = (at + np.cumsum(lengths, dtype=np.int64)).tolist()
    values = described["values"]
    if len(values) != rows or (rows and ends[-1] != at + described["bytes"]):
        raise ValueError("columns of different lengths")
    ids = []
    for end in ends:
        ids.append(record[at:end])
        at = end
    labelled = described.get("labels", ())
    times = ages.copy()
    for row, _, time in labelled:
        times[row] = time
    batch = Predictions(
        ids,
        offsets,
        times,
        ages,
        ages,
        Coded([(str(model), str(version)) for model, version in described["names"]], codes),
        values,
        np.full(rows, np.nan),
        Coded.same(None, rows),
        np.full(rows, NO_CONTENT, dtype=np.uint32),
        {int(row): label for row, label, _ in labelled},
    )
    return batch, at
