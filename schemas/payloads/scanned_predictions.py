"""The plain predictions of a batch, and the columns that they make."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.events.left_out import LeftOut
from schemas.payloads.category_texts import CategoryTexts
from schemas.payloads.prediction_members import (
    ABSENT,
    CODE,
    NOWHERE,
    Places,
    lay_out_features,
    list_features,
    mark_feature_sets,
    number_texts,
)
from schemas.payloads.segment import segment_text
from schemas.payloads.segment_texts import SegmentTexts
from schemas.payloads.slot_roles import Roles
from schemas.scan import Entries, KeyTable, TextTable, Token, intern, slices
from schemas.tables.coded import Coded
from schemas.tables.columns import ABSENT as NO_VALUE
from schemas.tables.columns import LONGEST_CATEGORY, Column, Flag, Kind, Role, Values, column_of
from schemas.tables.declared import Declared
from schemas.values.numbers import LARGEST_EXACT
from schemas.values.spellings import Spellings

Bytes = NDArray[np.uint8]
Rows = NDArray[np.bool_]

_FEW: Final = 1000

_EXACT: Final = float(LARGEST_EXACT)

_NUMBERS: Final = 1 << Token.INT | 1 << Token.FLOAT
_TEXTS: Final = 1 << Token.STRING
_BOOLEANS: Final = 1 << Token.FALSE | 1 << Token.TRUE
_KINDS: Final = (_NUMBERS, _TEXTS, _BOOLEANS, 1 << CODE)
_NOTHING: Final = 1 << Token.NULL | 1 << ABSENT
_NOT_FINITE: Final = 1 << Token.NAN | 1 << Token.POS_INF | 1 << Token.NEG_INF

# As plain numbers: members of an enumeration are slow to come by.
_INT: Final = int(Token.INT)
_FLOAT: Final = int(Token.FLOAT)
_STRING: Final = int(Token.STRING)

_FLAG_OF: Final = np.full(16, Flag.OK, dtype=np.uint8)
_FLAG_OF[[Token.NULL, ABSENT, Token.NAN]] = Flag.NULL, Flag.ABSENT, Flag.NAN
_FLAG_OF[[Token.POS_INF, Token.NEG_INF]] = Flag.INFINITE


@dataclass(frozen=True, slots=True)
class Spans:
    """Where keys and values of ``n`` records lie in their buffer; -1 for null.

    Attributes
    ----------
    buffer
        Shape ``(m,)``.
    key_start, key_end, value_start, value_end, times
        Shape ``(n,)``; the records' own times in milliseconds.
    """

    buffer: Bytes
    key_start: Places
    key_end: Places
    value_start: Places
    value_end: Places
    times: Places


@dataclass(frozen=True, slots=True, eq=False)
class ScannedPredictions:
    """The predictions of a batch that were plain, and which they are.

    Attributes
    ----------
    plain
        Shape ``(n,)``: False where a record must be looked at by itself; of these all else that is
        here has no meaning.
    times
        Shape ``(n,)``: event time in milliseconds.
    model, version
        Shape ``(n,)``: codes of the texts.
    texts
        The text of each code.
    ids_at
        Where the ids start and end in the buffer.
    scores
        Shape ``(n,)``; NaN where a prediction has none.
    left_out
        Scores that were left out, as often as they were.
    predictions_at
        Shape ``(n,)``: the predictions' places among the entries.
    forms
        Shape ``(n,)``: the role of the features of each row.
    names
        The name of the feature that each slot is.
    entries, spans, keys, roles, table, categories, groups
        What was scanned, and what the scanner knows.
    """

    plain: Rows
    times: Places
    model: NDArray[np.int32]
    version: NDArray[np.int32]
    texts: Sequence[str]
    ids_at: tuple[Places, Places]
    scores: Values
    left_out: Sequence[LeftOut]
    predictions_at: Places
    forms: Roles
    names: Sequence[str]
    entries: Entries
    spans: Spans
    keys: KeyTable
    roles: Roles
    table: TextTable
    categories: CategoryTexts
    groups: SegmentTexts

    def ids(self, rows: Places) -> list[bytes]:
        """Return the prediction ids of some rows, as UTF-8."""
        starts, ends = (bound[rows] for bound in self.ids_at)
        return slices(self.spans.buffer, starts, ends)

    def predictions(self, rows: Places) -> list[Any]:
        """Return what was predicted in some rows, as decoded."""
        return self._raw(self.predictions_at[rows])

    def segments(self, rows: Places) -> Coded[str | None]:
        """Return the segments of some rows, as `schemas.payloads.segment.segment_text`."""
        return self.groups.segments(
            self.spans.buffer, self.entries, self.roles, rows, self._segment
        )

    def _segment(self, places: Places) -> str | None:
        names = [self.keys.path(slot)[-1] for slot in self.entries.slot[places].tolist()]
        return segment_text(dict(zip(names, self._raw(places), strict=True)))

    def columns(self, rows: Places, declared: Declared) -> list[Column]:
        """Return the columns of some rows of one model: features, prediction, scores.

        Parameters
        ----------
        rows
            Shape ``(k,)``, at least one, ascending.
        declared
            What the settings say of the model.
        """
        columns = list(self._features(rows, declared))
        places = self.predictions_at[rows]
        tokens, numbers = self.entries.kind[places], self.entries.number[places]
        is_code = (tokens == _INT) & (np.abs(numbers) >= _EXACT)
        tokens = np.where(is_code, np.uint8(CODE), tokens)
        mark = _marks(tokens)
        identity = ("prediction", Role.PREDICTION, None)
        columns.append(self._column(identity, mark, numbers, tokens, places, declared.spellings))
        scores = self.scores[rows]
        absent = np.isnan(scores)
        if not absent.all():
            flags = np.where(absent, np.uint8(Flag.ABSENT), np.uint8(Flag.OK))
            scores = np.where(absent, 0.0, scores)
            marks = flags if absent.any() else None
            columns.append(Column("score", Role.SCORE, Kind.NUMBER, scores, flags=marks))
        return columns

    def mixes_kinds(self, rows: Places) -> bool:
        """Tell whether some rows have, in one column, values of several kinds."""
        marks = self._laid_out(rows).marks.tolist()
        marks.append(_marks(self.entries.kind[self.predictions_at[rows]]))
        return any(sum(bool(mark & kind) for kind in _KINDS) > 1 for mark in marks)

    def feature_sets(self) -> NDArray[np.uint64]:
        """Return a number for each row, shape ``(n,)``, the same where the features are the same.

        That of a row that is not plain has no meaning.
        """
        sets = np.empty(len(self.plain), dtype=np.uint64)
        mark_feature_sets(self.entries.row_ptr, self.entries.slot, self.roles, self.forms, sets)
        return sets

    def width(self, rows: Places) -> int:
        """Return how many features some rows have between them, at most."""
        # All that was ever met is mostly few enough to look no closer.
        known = len(self.roles)
        return known if known < _FEW else self._listed(rows)[2]

    def _listed(self, rows: Places) -> tuple[NDArray[np.int32], NDArray[np.int32], int]:
        """Return the number of each slot's feature, the slots by these numbers, how many."""
        entries, roles = self.entries, self.roles
        local = np.full(len(roles), NOWHERE, dtype=np.int32)
        found = np.empty(len(roles), dtype=np.int32)
        count = list_features(rows, entries.row_ptr, entries.slot, roles, self.forms, local, found)
        return local, found, count

    def _laid_out(self, rows: Places) -> "_Features":
        entries, roles = self.entries, self.roles
        local, found, count = self._listed(rows)
        shape = (count, len(rows))
        numbers = np.zeros(shape)
        tokens = np.full(shape, ABSENT, dtype=np.uint8)
        places = np.full(shape, NOWHERE, dtype=np.int32)
        marks = np.zeros(count, dtype=np.int64)
        lay_out_features(
            rows,
            entries.row_ptr,
            entries.slot,
            entries.kind,
            entries.number,
            roles,
            self.forms,
            local,
            numbers,
            tokens,
            places,
            marks,
        )
        return _Features(found[:count].tolist(), numbers, tokens, places, marks)

    def _features(self, rows: Places, declared: Declared) -> Iterator[Column]:
        kinds, spellings = declared.kinds, declared.spellings
        slots, numbers, tokens, places, marks = self._laid_out(rows)
        for number, (slot, mark) in enumerate(zip(slots, marks.tolist(), strict=True)):
            name = self.names[slot]
            if not mark & ~_NUMBERS and name not in kinds:  # as `_column`, without the way there
                yield Column(name, Role.FEATURE, Kind.NUMBER, numbers[number])
                continue
            identity = (name, Role.FEATURE, kinds.get(name))
            yield self._column(
                identity, mark, numbers[number], tokens[number], places[number], spellings
            )

    def _column(
        self,
        identity: tuple[str, Role, Kind | None],
        mark: int,
        numbers: Values,
        tokens: NDArray[np.uint8],
        places: NDArray[Any],
        spellings: Spellings,
    ) -> Column:
        """Return the column of one member; ``mark`` has a bit for each token that occurs."""
        name, role, declared = identity
        if not mark & ~_NUMBERS and declared in {None, Kind.NUMBER}:
            return Column(name, role, Kind.NUMBER, numbers)
        if not mark & ~_BOOLEANS and declared in {None, Kind.BOOLEAN}:
            return Column(name, role, Kind.BOOLEAN, numbers)
        other = mark & ~(_NOTHING | _NOT_FINITE)
        flags = _FLAG_OF[tokens] if other != mark else None
        if other and not other & ~_NUMBERS and declared in {None, Kind.NUMBER}:
            return Column(name, role, Kind.NUMBER, numbers, flags=flags)
        if other and not other & ~_BOOLEANS and declared in {None, Kind.BOOLEAN}:
            return Column(name, role, Kind.BOOLEAN, numbers, flags=flags)
        if other == _TEXTS and declared in {None, Kind.CATEGORY}:
            column = self._category(identity, tokens == _STRING, places, flags, spellings)
            if column is not None:
                return column
        return column_of(name, role, self._raw(places), declared, spellings)

    def _category(
        self,
        identity: tuple[str, Role, Kind | None],
        usable: Rows,
        places: NDArray[Any],
        flags: Any,
        spellings: Spellings,
    ) -> Column | None:
        """Return a column of texts; None where one needs a closer look, or they are too many."""
        name, role, _ = identity
        starts, ends = _bounds(self.entries, places, usable)
        if (ends - starts).max(initial=0) > LONGEST_CATEGORY:
            return None
        codes = intern(self.spans.buffer, starts, ends, self.table)
        if (codes < 0).any():
            return None
        unusable = len(self.table)
        local = np.full(unusable + 1, NOWHERE, dtype=np.int32)
        numbers = np.empty(len(codes), dtype=np.int32)
        found = np.empty(len(codes) + 1, dtype=np.int32)
        count = number_texts(codes, usable, local, numbers, found)
        texts = found[:count].tolist()
        known = [0 if code == unusable else code for code in texts]
        names = self.categories.names(known, role, spellings)
        if unusable in texts:
            names[texts.index(unusable)] = None
        if None in names:
            if set(names) == {None}:
                return None
            missing = np.array([name is None for name in names])[numbers]
            flags = np.zeros(len(numbers), dtype=np.uint8) if flags is None else flags
            flags[missing & usable] = Flag.NULL
        index: dict[str, int] = {}
        merged = [index.setdefault(name or "", len(index)) for name in names]
        if len(index) < count:  # several spellings of one
            numbers = np.array(merged, dtype=np.int32)[numbers]
        return Column(name, role, Kind.CATEGORY, numbers, tuple(index), flags)

    def _raw(self, places: NDArray[Any]) -> list[Any]:
        """Return values as orjson decodes them, `ABSENT` for places nowhere."""
        entries, data = self.entries, self.spans.buffer.data
        tokens = np.where(places == NOWHERE, ABSENT, entries.kind[places])
        numbers: Values = entries.number[places]
        if (tokens == _FLOAT).all():
            return list(numbers.tolist())
        if (tokens == _INT).all() and np.abs(numbers).max(initial=0.0) < _EXACT:
            return list(numbers.astype(np.int64).tolist())
        if (tokens == _STRING).all():
            codes = intern(self.spans.buffer, *_bounds(entries, places, tokens >= 0), self.table)
            if not (codes < 0).any():
                texts = self.table.texts
                return [texts[code] for code in codes.tolist()]
        kept = zip(
            tokens.tolist(),
            numbers.tolist(),
            entries.start[places].tolist(),
            entries.end[places].tolist(),
            strict=True,
        )
        return [
            number if token == _FLOAT else _decoded(token, bytes(data[start:end]))
            for token, number, start, end in kept
        ]


class _Features(NamedTuple):
    """The features of some rows, by their numbers: slots, values, tokens, places, and marks."""

    slots: list[int]
    numbers: Values
    tokens: NDArray[np.uint8]
    places: NDArray[np.int32]
    marks: Places


def _marks(tokens: NDArray[np.uint8]) -> int:
    """Return a number with a bit for each token that occurs."""
    return int(np.bitwise_or.reduce(1 << tokens.astype(np.int64)))


_CONSTANTS: Final[Mapping[int, Any]] = {
    Token.NULL: None,
    Token.FALSE: False,
    Token.TRUE: True,
    Token.NAN: float("nan"),
    Token.POS_INF: float("inf"),
    Token.NEG_INF: float("-inf"),
    ABSENT: NO_VALUE,
}


def _decoded(token: int, text: bytes) -> Any:
    if token == _STRING:
        return text.decode()
    return int(text) if token == _INT else _CONSTANTS[token]


def _bounds(entries: Entries, places: Places, wanted: Rows) -> tuple[Places, Places]:
    """Return the spans of the entries at some places; empty ones for rows that are not wanted."""
    starts = np.where(wanted, entries.start[places], 0).astype(np.int64)
    ends = np.where(wanted, entries.end[places], 0).astype(np.int64)
    return starts, ends
