"""Batches of predictions, read in compiled passes over their bytes.

What `schemas.incoming.prediction_row` and `schemas.columns.columns_of` make of one event after the
other, for all events whose form is plain. The others are left to these two, which are also the
oracle of this module's tests.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.event import LONGEST_NAME
from schemas.incoming import UNVERSIONED, FieldMap
from schemas.scan import Entries, KeyTable, TextTable, intern, scan, times
from schemas.scan import Kind as Token
from schemas.scan.members import ALLOWED, NOWHERE, SINGLE, Places, choose_scores, find_fields
from schemas.scan.roles import Role as Member
from schemas.scan.roles import RoleTable
from schemas.scanned_predictions import Bytes, Rows, ScannedPredictions, Spans, bounds
from schemas.times import EARLIEST_MS, LATEST_MS, MILLISECONDS_FROM

MOST_TEXTS: Final = 65_536
"""Distinct texts that a table holds; when it is full another begins."""


@dataclass(slots=True)
class PredictionScanner:
    """Reads the predictions of one topic, batch by batch; belongs to one thread at a time.

    Attributes
    ----------
    fields
        Where the fields of an event stand.
    most_features
        Features of one event above which it is refused.
    largest
        Bytes of a message above which it is refused.
    """

    fields: FieldMap
    most_features: int
    largest: int
    _keys: KeyTable = field(default_factory=KeyTable, init=False)
    _roles: RoleTable | None = field(default=None, init=False)
    _table: TextTable = field(default_factory=lambda: TextTable(most=MOST_TEXTS), init=False)
    _is_ambiguous: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        """Find out where the fields stand."""
        self._begin()

    def scan(self, spans: Spans) -> ScannedPredictions | None:
        """Read a batch; None where the fields stand in one another, so that none is plain."""
        if self._keys.refused or self._table.refused:
            self._begin()
        if self._roles is None:
            return None
        sizes = spans.value_end - spans.value_start
        starts = np.where(sizes <= self.largest, spans.value_start, -1)
        entries = scan(spans.buffer, starts, spans.value_end, self._keys)
        roles = self._roles.roles()
        rows = len(starts)
        at = np.full((SINGLE, rows), NOWHERE, dtype=np.int64)
        features = np.zeros(rows, dtype=np.int64)
        plain = entries.accepted.copy()
        find_fields(
            entries.row_ptr, entries.slot, entries.kind, roles, ALLOWED, at, features, plain
        )
        plain &= features <= self.most_features
        if len(entries.kind) == 0:
            plain[:] = False
        tokens = np.where(at == NOWHERE, Token.NULL, entries.kind[at]) if plain.any() else 0 * at
        predicted = tokens[Member.PREDICTION]
        plain &= (predicted != Token.NULL) & (predicted <= Token.STRING)
        plain &= tokens[Member.LABEL] == Token.NULL
        scores = np.empty(rows)
        choose_scores(
            spans.buffer,
            entries.row_ptr,
            entries.slot,
            entries.number,
            entries.start,
            entries.end,
            roles,
            self._keys.arrays.strings,
            at[Member.PREDICTION],
            scores,
            plain,
        )
        # Python writes a decimal number in its own way, which may not be that of the text.
        plain &= (predicted != Token.FLOAT) | np.isnan(scores)
        ids = self._ids(spans, entries, at, tokens, plain)
        model = self._names(spans, entries, at, tokens, plain, Member.MODEL, self.fields.model)
        version = self._names(spans, entries, at, tokens, plain, Member.VERSION, UNVERSIONED)
        moments = self._times(spans, entries, at, tokens, plain)
        return ScannedPredictions(
            plain,
            moments,
            model,
            version,
            self._table.texts,
            ids,
            scores,
            at,
            entries,
            spans,
            self._keys,
            roles,
            self._table,
        )

    def _begin(self) -> None:
        self._keys = KeyTable()
        self._table = TextTable(most=MOST_TEXTS)
        try:
            self._roles = RoleTable(self._keys, self.fields.paths)
        except ValueError:
            self._roles = None

    def _ids(
        self, spans: Spans, entries: Entries, at: Places, tokens: Places, plain: Rows
    ) -> tuple[Places, Places]:
        own = tokens[Member.PREDICTION_ID] == Token.STRING
        starts, ends = bounds(entries, at[Member.PREDICTION_ID], own)
        keyed = (tokens[Member.PREDICTION_ID] == Token.NULL) & (spans.key_start >= 0)
        if keyed.any():
            starts = np.where(keyed, spans.key_start, starts)
            ends = np.where(keyed, spans.key_end, ends)
            keyed[keyed] = _ascii(spans.buffer, starts[keyed], ends[keyed])
        plain &= (own | keyed) & _is_name(starts, ends)
        return starts, ends

    def _names(
        self,
        spans: Spans,
        entries: Entries,
        at: Places,
        tokens: Places,
        plain: Rows,
        member: Member,
        default: str | None,
    ) -> NDArray[np.int32]:
        own = tokens[member] == Token.STRING
        starts, ends = bounds(entries, at[member], own)
        fits = own & _is_name(starts, ends)
        codes = intern(
            spans.buffer, np.where(fits, starts, 0), np.where(fits, ends, 0), self._table
        )
        if default is not None:
            absent = tokens[member] == Token.NULL
            fits |= absent
            text = np.frombuffer(default.encode(), dtype=np.uint8)
            code = intern(text, np.array([0]), np.array([len(text)]), self._table)
            codes = np.where(absent, code, codes)
        plain &= fits & (codes >= 0)
        return codes

    def _times(
        self, spans: Spans, entries: Entries, at: Places, tokens: Places, plain: Rows
    ) -> Places:
        token, place = tokens[Member.TIMESTAMP], at[Member.TIMESTAMP]
        moments = np.clip(spans.times, EARLIEST_MS, LATEST_MS)
        written = token == Token.STRING
        if written.any():
            found, understood = times(spans.buffer, *bounds(entries, place, written))
            moments = np.where(written, found, moments)
            plain &= ~written | understood
        numeric = (token == Token.INT) | (token == Token.FLOAT)
        if numeric.any():
            number = np.where(numeric, entries.number[place], 0.0)
            with np.errstate(over="ignore"):
                number = np.rint(
                    np.where(np.abs(number) >= MILLISECONDS_FROM, number, number * 1000.0)
                )
            within = (number >= EARLIEST_MS) & (number <= LATEST_MS)
            moments = np.where(numeric & within, number, moments).astype(np.int64)
            plain &= ~numeric | within
        plain &= written | numeric | (token == Token.NULL)
        return moments


def _is_name(starts: Places, ends: Places) -> Rows:
    """Tell which spans are surely of 1 to `LONGEST_NAME` characters: so many bytes."""
    sizes = ends - starts
    fits: Rows = (sizes > 0) & (sizes <= LONGEST_NAME)
    return fits


def _ascii(buffer: Bytes, starts: Places, ends: Places) -> list[bool]:
    data = buffer.data
    return [
        bytes(data[start:end]).isascii()
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
