"""Which events of a batch may be rows that were deleted, by what a change feed says beside them."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.payloads.envelope import NO_ROWS, OPERATIONS
from schemas.payloads.flink_changes import DELETION, TYPE
from schemas.payloads.row_marks import SAYS, WITHIN
from schemas.payloads.withdrawn import YES, is_mark
from schemas.scan import Entries, KeyTable, Token

SAID: Final[Mapping[tuple[str, ...], frozenset[str]]] = {
    **{(name,): said for name, said in SAYS.items()},
    **{(name,): NO_ROWS for name in OPERATIONS},
    **WITHIN,
    TYPE: frozenset({DELETION}),
}
"""What members of documents say of a row that is gone, in small letters, by their paths."""

_SMALL: Final = 0x20
"""The bit that capital letters have not; digits and signs have it."""


def leave_deletions(
    buffer: NDArray[np.uint8],
    entries: Entries,
    keys: KeyTable,
    slots: Sequence[int],
    plain: NDArray[np.bool_],
    told: Mapping[tuple[str, ...], frozenset[str]] = SAID,
) -> None:
    """Leave rows to a closer look that may have been deleted: ``plain`` becomes False there.

    Of texts their lengths and first letters are compared. What a feed says of a row that is there
    costs nothing else, or all of a feed would be read one by one.

    Parameters
    ----------
    buffer, entries, keys
        The bytes of the batch, and what was found in them.
    slots
        Those of members that may tell of a deletion.
    plain
        Of each row whether it needs no closer look.
    told
        What texts and numbers say of a row that is gone, by the paths of members; elsewhere any of
        them may.
    """
    for slot in slots:
        places = np.flatnonzero(entries.slot == slot)
        if not len(places):
            continue
        path = keys.path(slot)
        said = told.get(path, YES if len(path) == 1 and is_mark(path[0]) else None)
        kinds = entries.kind[places]
        says = kinds == Token.TRUE
        numbers = (kinds == Token.INT) | (kinds == Token.FLOAT)
        lengths = entries.end[places] - entries.start[places]
        texts = (kinds == Token.STRING) & (lengths > 0)
        if said is not None:
            known = [int(each) for each in said if each.lstrip("-").isdigit()]
            numbers &= np.isin(entries.number[places], known)
            first = buffer[np.minimum(entries.start[places], len(buffer) - 1)] | _SMALL
            texts &= np.isin(lengths, [len(each) for each in said])
            texts &= np.isin(first, [ord(each[0]) | _SMALL for each in said])
        else:
            numbers &= entries.number[places] > 0.0
        rows = np.searchsorted(entries.row_ptr, places[says | numbers | texts], side="right") - 1
        plain[rows] = False
