"""Batches of labels, read in compiled passes over their bytes.

What `schemas.payloads.json_labels.JsonLabels.rows` makes of one record after the other, for all
whose form is plain. The others are left to it, which is also the oracle of this module's tests.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from schemas.events.event import LONGEST_NAME
from schemas.payloads.label_members import ALLOWED, LabelRoles, find_label_fields
from schemas.payloads.member_roles import MemberRole
from schemas.payloads.prediction_members import Fields, Places, no_fields
from schemas.payloads.rows import FieldMap
from schemas.payloads.scanned_deletions import leave_deletions
from schemas.payloads.scanned_fields import after_prefixes, ids_of, times_of
from schemas.payloads.scanned_predictions import Rows, Spans
from schemas.scan import KeyTable, TextTable, Token, intern, scan, slices
from schemas.tables.coded import Coded
from schemas.values.numbers import LARGEST_EXACT

_MODEL: Final = int(MemberRole.MODEL)
_LABEL: Final = int(MemberRole.LABEL)
_NULL: Final = int(Token.NULL)
_INT: Final = int(Token.INT)
_FLOAT: Final = int(Token.FLOAT)
_STRING: Final = int(Token.STRING)
_TRUE: Final = int(Token.TRUE)


@dataclass(frozen=True, slots=True, eq=False)
class ScannedLabels:
    """The labels of a batch that were plain, and which they are.

    Attributes
    ----------
    plain
        Shape ``(n,)``: False where a record must be looked at by itself; of these all else that is
        here has no meaning.
    times
        Shape ``(n,)``: event time in milliseconds.
    """

    plain: Rows
    times: Places
    _ids_at: tuple[Places, Places]
    _found: Fields
    _spans: Spans
    _table: TextTable

    def ids(self, rows: Places) -> list[bytes]:
        """Return the prediction ids of some rows, as UTF-8."""
        starts, ends = (bound[rows] for bound in self._ids_at)
        return slices(self._spans.buffer, starts, ends)

    def models(self, rows: Places) -> Coded[str | None]:
        """Return the model that each of some rows names."""
        kinds = self._found.kind[_MODEL][rows]
        if (kinds == _NULL).all():
            return Coded.same(None, len(rows))
        codes = self._interned(_MODEL, rows, kinds == _STRING)
        used = np.unique(codes[kinds == _STRING])
        table = [None, *(self._table.texts[code] for code in used.tolist())]
        places = np.searchsorted(used, codes) + 1
        return Coded(table, np.where(kinds == _NULL, 0, places).astype(np.int32))

    def values(self, rows: Places) -> Sequence[Any]:
        """Return the labels of some rows, as decoded."""
        kinds, numbers = self._found.kind[_LABEL][rows], self._found.number[_LABEL][rows]
        if (kinds == _INT).all() and np.abs(numbers).max(initial=0.0) < LARGEST_EXACT:
            return list(numbers.astype(np.int64).tolist())
        if (kinds == _FLOAT).all():
            return list(numbers.tolist())
        is_text = kinds == _STRING
        codes = self._interned(_LABEL, rows, is_text)
        texts = self._table.texts
        if is_text.all() and not (codes < 0).any():
            return [texts[code] for code in codes.tolist()]
        data, found = self._spans.buffer.data, self._found
        columns = zip(
            kinds.tolist(),
            numbers.tolist(),
            found.start[_LABEL][rows].tolist(),
            found.end[_LABEL][rows].tolist(),
            strict=True,
        )
        return [_decoded(kind, number, data[start:end]) for kind, number, start, end in columns]

    def _interned(self, member: int, rows: Places, wanted: Rows) -> NDArray[np.int32]:
        starts = np.where(wanted, self._found.start[member][rows], 0)
        ends = np.where(wanted, self._found.end[member][rows], 0)
        return intern(self._spans.buffer, starts, ends, self._table)


class LabelScanner:
    """Reads the labels of one topic, batch by batch; belongs to one thread at a time.

    Parameters
    ----------
    fields
        Where the fields of a label stand.
    largest
        Bytes of a message above which it is refused.
    """

    def __init__(self, fields: FieldMap, largest: int) -> None:
        self._fields = fields
        self._largest = largest
        self._begin()

    def scan(self, spans: Spans) -> ScannedLabels | None:
        """Read a batch; None where none can be plain by what the settings say."""
        if self._keys.refused or self._table.refused:
            self._begin()
        # A model that the settings name would make each label carry its prediction, and each may
        # have the numbers of rates beside it.
        if not self._roles.are_apart or self._fields.model is not None or self._fields.rates:
            return None
        sizes = spans.value_end - spans.value_start
        starts = np.where(sizes <= self._largest, spans.value_start, -1)
        starts = after_prefixes(spans.buffer, starts, spans.value_end)
        entries = scan(spans.buffer, starts, spans.value_end, self._keys)
        found, plain, roles = no_fields(len(starts)), entries.accepted, self._roles.roles()
        find_label_fields(
            entries.row_ptr,
            entries.slot,
            entries.kind,
            entries.number,
            entries.start,
            entries.end,
            roles,
            ALLOWED,
            LONGEST_NAME,
            found,
            plain,
        )
        if self._roles.deletions:
            leave_deletions(
                spans.buffer, entries, self._keys, self._roles.deletions, plain, self._roles.told
            )
        ids = ids_of(spans, found, plain)
        scanned = ScannedLabels(
            plain, times_of(spans, found, plain), ids, found, spans, self._table
        )
        named = np.flatnonzero(plain & (found.kind[_MODEL] == _STRING))
        # Names that find no room have no code.
        if len(named):
            codes = intern(
                spans.buffer, found.start[_MODEL][named], found.end[_MODEL][named], self._table
            )
            plain[named[codes < 0]] = False
        return scanned

    def _begin(self) -> None:
        """Begin with empty tables: full ones would take nothing new."""
        self._keys = KeyTable()
        self._table = TextTable()
        self._roles = LabelRoles(self._keys, self._fields.paths)


def _decoded(kind: int, number: float, text: memoryview) -> Any:
    if kind == _STRING:
        return bytes(text).decode()
    if kind == _FLOAT:
        return number
    return int(bytes(text)) if kind == _INT else kind == _TRUE
