"""Batches of predictions, read in compiled passes over their bytes.

What `schemas.payloads.rows.prediction_row` and `schemas.tables.columns.column_of` make of one
event after the other, for all events whose form is plain. The others are left to these two, which
are also the oracle of this module's tests.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.events.event import LONGEST_NAME
from schemas.events.left_out import LeftOut, Oddity
from schemas.payloads.category_texts import CategoryTexts
from schemas.payloads.member_roles import FIELDS, MemberRole, RoleTable
from schemas.payloads.prediction_fields import PredictionFields
from schemas.payloads.prediction_members import (
    Fields,
    Places,
    allowed_kinds,
    choose_scores,
    find_fields,
    no_fields,
)
from schemas.payloads.rows import UNVERSIONED
from schemas.payloads.scanned_deletions import leave_deletions
from schemas.payloads.scanned_fields import after_prefixes, ids_of, times_of
from schemas.payloads.scanned_predictions import Rows, ScannedPredictions, Spans
from schemas.payloads.segment_texts import SegmentTexts
from schemas.payloads.slot_roles import Roles
from schemas.scan import Entries, KeyTable, TextTable, Token, intern, scan
from schemas.values.classes import class_name
from schemas.values.spellings import USUAL, Spellings

# As plain numbers: members of an enumeration are slow to come by.
_ID: Final = int(MemberRole.PREDICTION_ID)
_TIMESTAMP: Final = int(MemberRole.TIMESTAMP)
_PREDICTION: Final = int(MemberRole.PREDICTION)
_SCORE: Final = int(MemberRole.SCORE)
_SCORES: Final = int(MemberRole.SCORES)
_NULL: Final = int(Token.NULL)
_FLAT: Final = int(MemberRole.FLAT_FEATURE)


@dataclass(slots=True)
class PredictionScanner:
    """Reads the predictions of one topic, batch by batch; belongs to one thread at a time.

    Attributes
    ----------
    fields
        Where the fields of an event stand, and which members are no features.
    most_features
        Features of one event above which it is refused.
    largest
        Bytes of a message above which it is refused.
    spellings
        All that are in force, of one model or another.
    """

    fields: PredictionFields
    most_features: int
    largest: int
    spellings: Collection[Spellings] = (USUAL,)
    _keys: KeyTable = field(init=False)
    _roles: RoleTable | None = field(init=False)
    _table: TextTable = field(init=False)
    _categories: CategoryTexts = field(init=False)
    _groups: SegmentTexts = field(init=False)
    _allowed: Places = field(init=False)

    def __post_init__(self) -> None:
        """Find out where the fields stand."""
        self._allowed = allowed_kinds(needs_model=self.fields.model is None)
        self._begin()

    def scan(self, spans: Spans) -> ScannedPredictions | None:
        """Read a batch; None where the fields stand in one another, so that none is plain."""
        if self._keys.refused or self._table.refused or self._groups.refused:
            self._begin()
        if self._roles is None:
            return None
        sizes = spans.value_end - spans.value_start
        starts = np.where(sizes <= self.largest, spans.value_start, -1)
        starts = after_prefixes(spans.buffer, starts, spans.value_end)
        entries = scan(spans.buffer, starts, spans.value_end, self._keys)
        roles = self._roles.roles()
        found, scores = no_fields(len(starts)), np.empty(len(starts))
        forms, plain = np.empty(len(starts), dtype=np.uint8), entries.accepted
        unmatched, off = np.zeros((2, len(starts)), dtype=np.bool_)
        find_fields(
            entries.row_ptr,
            entries.slot,
            entries.kind,
            entries.number,
            entries.start,
            entries.end,
            roles,
            self._allowed,
            self.most_features,
            LONGEST_NAME,
            found,
            forms,
            plain,
        )
        _leave_the_rarer(forms, plain)
        if self._roles.deletions:
            leave_deletions(spans.buffer, entries, self._keys, self._roles.deletions, plain)
        choose_scores(
            spans.buffer,
            entries.row_ptr,
            entries.slot,
            entries.number,
            roles,
            self._keys.arrays.strings,
            found,
            scores,
            unmatched,
            off,
            plain,
        )
        unscored = np.isnan(scores)
        if unmatched.any():
            self._find_spellings(spans, found, roles, unmatched, plain)
        ids = ids_of(spans, found, plain)
        times = times_of(spans, found, plain)
        model = self._names(spans, found, plain, MemberRole.MODEL, self.fields.model)
        version = self._names(spans, found, plain, MemberRole.VERSION, UNVERSIONED)
        return ScannedPredictions(
            plain=plain,
            times=times,
            model=model,
            version=version,
            texts=self._table.texts,
            ids_at=ids,
            scores=np.where(unmatched | off, np.nan, scores),
            left_out=[
                *_left_out(plain & off, plain & unmatched & ~off),
                *_under_other_names(entries, self._keys, self._roles, found, unscored, plain),
            ],
            predictions_at=found.entry[_PREDICTION],
            forms=forms,
            names=self._roles.names,
            entries=entries,
            spans=spans,
            keys=self._keys,
            roles=roles,
            table=self._table,
            categories=self._categories,
            groups=self._groups,
        )

    def _begin(self) -> None:
        """Begin with empty tables: full ones would take nothing new."""
        self._keys = KeyTable()
        self._table = TextTable()
        self._categories = CategoryTexts(self._table)
        self._groups = SegmentTexts(self._table)
        try:
            self._roles = RoleTable(self._keys, self.fields)
        except ValueError:
            self._roles = None

    def _find_spellings(
        self, spans: Spans, found: Fields, roles: Roles, unmatched: Rows, plain: Rows
    ) -> None:
        """Leave rows to a closer look whose predicted class may have a score in other letters."""
        rows = np.flatnonzero(unmatched & plain)
        starts, ends = found.start[_PREDICTION][rows], found.end[_PREDICTION][rows]
        codes = intern(spans.buffer, starts, ends, self._table)
        slots = np.flatnonzero(roles == _SCORE).tolist()
        names = [self._keys.path(slot)[-1] for slot in slots]
        texts = self._table.texts
        spelled = []
        for spellings in self.spellings:
            scored = {class_name(name, spellings) for name in names}
            spelled += [
                code
                for code in set(codes.tolist())
                if code < 0 or class_name(texts[code], spellings) in scored
            ]
        plain[rows[np.isin(codes, spelled)]] = False

    def _names(
        self, spans: Spans, found: Fields, plain: Rows, member: int, default: str | None
    ) -> NDArray[np.int32]:
        codes = intern(spans.buffer, found.start[member], found.end[member], self._table)
        if default is not None:
            absent = found.kind[member] == _NULL
            if absent.any():
                text = np.frombuffer(default.encode(), dtype=np.uint8)
                code = intern(text, np.array([0]), np.array([len(text)]), self._table)
                codes = np.where(absent, code, codes)
        plain &= codes >= 0
        return codes


def _left_out(off: Rows, unmatched: Rows) -> list[LeftOut]:
    return [
        *[LeftOut("scores", Oddity.NOT_ONE)] * int(np.count_nonzero(off)),
        *[LeftOut("scores", Oddity.OTHER_CLASSES)] * int(np.count_nonzero(unmatched)),
    ]


def _under_other_names(
    entries: Entries,
    keys: KeyTable,
    table: RoleTable,
    found: Fields,
    unscored: Rows,
    plain: Rows,
) -> Iterator[LeftOut]:
    """Yield the fields that rows have under other names alone, as `under_other_names`."""
    if "scores" in table.called:
        empty = (table.roles()[entries.slot] == _SCORES) & (entries.kind != _NULL)
        unscored[np.searchsorted(entries.row_ptr, np.flatnonzero(empty), side="right") - 1] = False
    for name, slots in table.called.items():
        is_called, is_top = np.zeros((2, len(keys)), dtype=np.bool_)
        is_called[slots] = True
        is_top[[slot for slot in slots if len(keys.path(slot)) == 1]] = True
        there = is_called[entries.slot] & ~(is_top[entries.slot] & (entries.kind == _NULL))
        rows = np.unique(np.searchsorted(entries.row_ptr, np.flatnonzero(there), side="right") - 1)
        absent = unscored if name == "scores" else found.kind[FIELDS[name]] == _NULL
        count = np.count_nonzero((plain & absent)[rows])
        yield from [LeftOut(name, Oddity.OTHER_NAME)] * count


def _leave_the_rarer(forms: Roles, plain: Rows) -> None:
    """Leave rows to a closer look whose features stand otherwise than in most of the batch.

    A feature has one column, and here each path makes one.
    """
    is_flat = forms == _FLAT
    flat, others = np.count_nonzero(is_flat & plain), np.count_nonzero(~is_flat & plain)
    if flat and others:
        plain &= is_flat if flat > others else ~is_flat
