"""What is to be said of records that are taken, and yet may be understood otherwise than meant."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

from agents.records.record import Record
from app.explain.candidates import plain_step
from app.explain.reading import Understood
from schemas.values.written import is_written

_LEAST: Final = 5
_MOSTLY: Final = 0.9
_MOST_TOLD: Final = 3
_IDENTITY: Final = ("prediction_id", "model", "version")
_MOST_AGAIN: Final = 0.05
"""Of ids that come again: producers write some events twice."""

_NEAR: Final = 0.05
"""Hours by which a time may be off: what is served is written soon."""

_WIDEST: Final = 14
"""Hours by which zones differ from UTC."""

_FIELDS: Final = frozenset(
    {
        *("predictionid", "model", "modelname", "modelid", "version", "modelversion"),
        *("timestamp", "eventtime", "label"),
    }
)
"""What headers are called that say what fields do; those of CloudEvents have a prefix."""


def label_hints(labels: Sequence[Any]) -> Iterator[str]:
    """Yield what is to be said of the labels of a sample.

    Examples
    --------
    >>> list(label_hints(["12,5", "13,5", "14,5", "15,5", "16,5"]))
    ["labels are numbers that are written as texts, such as '12,5': they are classes; send numbers"]
    >>> list(label_hints([1, 2, 3, 4, "?"]))
    ["1 label is a text among numbers, such as '?': no error can be reckoned of a regression's"]
    >>> list(label_hints([[0, 1]]))
    ['1 label is a list, for a prediction of as many; a row of a request has its own, such as a1/0']
    """
    texts = [each for each in labels if isinstance(each, str) and not _is_number(each)]
    lists = sum(isinstance(each, list) for each in labels)
    numbers = len(labels) - len(texts) - lists
    if lists:
        said = "label is a list" if lists == 1 else "labels are lists"
        yield (
            f"{lists} {said}, for a prediction of as many; a row of a request has its own, such as "
            "a1/0"
        )
    written = [each for each in texts if is_written(each)]
    if len(written) >= _LEAST and len(written) >= _MOSTLY * len(labels):
        yield (
            f"labels are numbers that are written as texts, such as {written[0]!r}: they are "
            "classes; send numbers"
        )
    elif 0 < len(texts) < numbers:
        said = "label is a text" if len(texts) == 1 else "labels are texts"
        yield (
            f"{len(texts)} {said} among numbers, such as {texts[0]!r}: no error can be reckoned of "
            "a regression's"
        )


def id_hints(rows: Sequence[Understood]) -> Iterator[str]:
    """Yield what is to be said of ids that several events of one model version have.

    Rows that are numbered by another member, or ids of customers, look so.
    """
    names = [tuple(row.fields.get(each) for each in _IDENTITY) for row in rows]
    ids = [name for name in names if name[0] is not None]
    again = len(ids) - len(set(ids))
    if again >= _LEAST and again > _MOST_AGAIN * len(ids):
        yield (
            f"{again:,} of {len(ids):,} events have the id of another one of their model version: "
            "of predictions the later one counts (intake.pending.reused_ids), of labels the first "
            "one; rows of one request need ids of their own"
        )


def zone_hints(lags: Sequence[float]) -> Iterator[str]:
    """Yield what is to be said of times that lie as far before their records as zones from UTC.

    Parameters
    ----------
    lags
        Of each event by how many hours its time is before that of its record.

    Examples
    --------
    >>> list(zone_hints([5.01, 5.0, 5.02, 5.0, 5.0]))
    ['times lie 5 hours before those of their records: are they of a zone, and read as UTC?']
    >>> list(zone_hints([0.01, 0.0, 0.02, 0.0, 0.0])), list(zone_hints([1.0, 2.0, 3.0, 4.0, 5.0]))
    ([], [])
    """
    if len(lags) < _LEAST:
        return
    hours = Counter(round(2 * lag) / 2 for lag in lags).most_common(1)[0][0]
    near = sum(abs(lag - hours) <= _NEAR for lag in lags)
    if 0 < hours <= _WIDEST and near >= _MOSTLY * len(lags):
        unit = "hour" if hours == 1 else "hours"
        yield (
            f"times lie {hours:g} {unit} before those of their records: are they of a zone, and "
            "read as UTC?"
        )


def header_hints(records: Sequence[Record]) -> Iterator[str]:
    """Yield which headers of records have names of fields: fields are read from values alone."""
    found = Counter(
        name
        for record in records
        for name, _ in record.headers
        if not name.startswith("ce_") and plain_step(name) in _FIELDS
    )
    for name, count in islice(found.most_common(), _MOST_TOLD):
        yield (
            f"the header {name!r} of {count:,} records is not read: fields are those of the value"
        )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
