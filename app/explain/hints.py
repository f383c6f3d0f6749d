"""What is to be said of records that are taken, and yet may be understood otherwise than meant."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

from agents.records.record import Record
from app.explain.candidates import plain_step
from schemas.values.written import is_written

_LEAST: Final = 5
_MOSTLY: Final = 0.9
_MOST_TOLD: Final = 3
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
