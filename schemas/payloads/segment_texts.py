"""The segments of a batch of predictions, each made once."""

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.payloads.member_roles import MemberRole
from schemas.payloads.slot_roles import Roles
from schemas.scan import Entries, TextTable, intern
from schemas.scan.kernel import kernel
from schemas.scan.words import Bytes, Positions
from schemas.tables.coded import Coded

Places = NDArray[np.int64]

_SEGMENT_VALUE: Final = int(MemberRole.SEGMENT_VALUE)
_KIND: Final = 32
_CODE: Final = 36


class SegmentTexts:
    """The segment of each combination of members that were met, found once.

    Parameters
    ----------
    table
        Texts, in which the members' bytes get their codes.
    """

    def __init__(self, table: TextTable) -> None:
        self._table = table
        self._combinations = TextTable()
        self._segments: dict[int, str | None] = {}

    @property
    def refused(self) -> int:
        """How many times a combination found no room."""
        return self._combinations.refused

    def segments(
        self,
        buffer: Bytes,
        entries: Entries,
        roles: Roles,
        rows: Places,
        segment_of: Callable[[Places], str | None],
    ) -> Coded[str | None]:
        """Return the segments of some rows.

        Parameters
        ----------
        buffer, entries, roles
            What was scanned.
        rows
            Shape ``(n,)``.
        segment_of
            Makes a segment of the places of its members among the entries.
        """
        if len(rows) == 0 or not (roles == _SEGMENT_VALUE).any():
            return Coded.same(None, len(rows))
        ends = np.empty(len(rows), dtype=np.int64)
        places = np.empty(_count(rows, entries.row_ptr, entries.slot, roles, ends), dtype=np.int64)
        _list(rows, entries.row_ptr, entries.slot, roles, places)
        starts = np.concatenate([[0], ends[:-1]])
        combined = self._combined(buffer, entries, places, starts, ends)
        codes, first, numbers = np.unique(combined, return_index=True, return_inverse=True)
        table = [
            self._segment(code, partial(segment_of, places[starts[row] : ends[row]]))
            for code, row in zip(codes.tolist(), first.tolist(), strict=True)
        ]
        return Coded(table, numbers.astype(np.int32))

    def _segment(self, code: int, made: Callable[[], str | None]) -> str | None:
        """Return the segment of a combination; those that found no room are below 0."""
        if code < 0:
            return made()
        if code not in self._segments:
            self._segments[code] = made()
        return self._segments[code]

    def _combined(
        self, buffer: Bytes, entries: Entries, places: Places, starts: Places, ends: Places
    ) -> Places:
        """Return a code for each row, the same only where its members have the same bytes."""
        begins = entries.start[places].astype(np.int64)
        texts = intern(buffer, begins, entries.end[places].astype(np.int64), self._table)
        marks = (
            texts.astype(np.int64) << _CODE
            | entries.kind[places].astype(np.int64) << _KIND
            | entries.slot[places]
        )
        size = marks.itemsize
        codes = intern(marks.view(np.uint8), starts * size, ends * size, self._combinations)
        found = codes.astype(np.int64)
        unsure = np.flatnonzero(_has_none(texts, starts, ends) | (found < 0))
        found[unsure] = -1 - unsure
        return found


def _has_none(texts: NDArray[np.int32], starts: Places, ends: Places) -> NDArray[np.bool_]:
    """Tell which rows have a text without a code."""
    before = np.concatenate([[0], np.cumsum(texts < 0)])
    return np.asarray(before[ends] > before[starts], dtype=np.bool_)


@kernel()
def _count(
    rows: Positions,
    row_ptr: Positions,
    slot: NDArray[np.int32],
    roles: Roles,
    ends: Positions,
) -> int:
    """Count the members of rows' segments; ``ends`` gets how many there are up to each row's."""
    count = 0
    for i in range(len(rows)):
        for entry in range(row_ptr[rows[i]], row_ptr[rows[i] + 1]):
            count += roles[slot[entry]] == _SEGMENT_VALUE
        ends[i] = count
    return count


@kernel()
def _list(
    rows: Positions,
    row_ptr: Positions,
    slot: NDArray[np.int32],
    roles: Roles,
    places: Positions,
) -> None:
    """Write the places of the members of rows' segments, one row's after the other's."""
    at = 0
    for row in rows:
        for entry in range(row_ptr[row], row_ptr[row + 1]):
            if roles[slot[entry]] == _SEGMENT_VALUE:
                places[at] = entry
                at += 1
