"""Compiled passes over the members of a batch: which row has what, and columns of it."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.payloads.member_roles import MemberRole
from schemas.payloads.slot_roles import Roles
from schemas.scan.interning import Strings, same
from schemas.scan.kernel import kernel
from schemas.scan.tokens import Token
from schemas.scan.words import Bytes, Positions
from schemas.values.numbers import LARGEST_EXACT
from schemas.values.probabilities import ROUNDING, SEVERAL

SINGLE: Final = int(MemberRole.FEATURES)
"""Roles below it come at most once a row."""

ABSENT: Final = 15
"""In place of a kind where a row has no such member."""

CODE: Final = 14
"""In place of the kind of a whole number of which float64 would lose digits."""

NOWHERE: Final = -1

_FEATURES: Final = int(MemberRole.FEATURES)
_FEATURE: Final = int(MemberRole.FEATURE)
_FLAT_FEATURE: Final = int(MemberRole.FLAT_FEATURE)
_NO_FEATURE: Final = int(MemberRole.NO_FEATURE)
_SCORE: Final = int(MemberRole.SCORE)
_PREDICTION: Final = int(MemberRole.PREDICTION)
_LAST_NAME: Final = int(MemberRole.VERSION)
_NULL: Final = int(Token.NULL)
_INT: Final = int(Token.INT)
_FLOAT: Final = int(Token.FLOAT)

_0: Final = np.uint64(0)
_27: Final = np.uint64(27)
_30: Final = np.uint64(30)
_31: Final = np.uint64(31)
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)

_EXACT: Final = float(LARGEST_EXACT)

_ANY: Final = 0xFFFF
_EMPTY: Final = 1 << Token.EMPTY_OBJECT
_NUMBER: Final = 1 << Token.INT | 1 << Token.FLOAT
_NAME: Final = 1 << Token.STRING | _NUMBER
_SCALAR: Final = _NUMBER | 1 << Token.STRING | 1 << Token.FALSE | 1 << Token.TRUE
_ALLOWED: Final = {
    MemberRole.PREDICTION_ID: _NAME | 1 << Token.NULL,
    MemberRole.MODEL: _NAME,
    MemberRole.VERSION: _NAME | 1 << Token.NULL,
    MemberRole.TIMESTAMP: 1 << Token.STRING | _NUMBER | 1 << Token.NULL,
    MemberRole.PREDICTION: _SCALAR,
    MemberRole.LABEL: 1 << Token.NULL,
    MemberRole.FEATURES: _EMPTY,
    MemberRole.SCORES: _EMPTY | 1 << Token.NULL,
    MemberRole.SEGMENT: _EMPTY | 1 << Token.NULL,
    MemberRole.FEATURE: _ANY & ~_EMPTY,
    MemberRole.SCORE: _NUMBER,
    MemberRole.SEGMENT_VALUE: _SCALAR | 1 << Token.NULL,
    MemberRole.BARRED: 0,
    MemberRole.NONE: _ANY,
    MemberRole.FLAT_FEATURE: _ANY & ~_EMPTY,
    MemberRole.NO_FEATURE: _ANY,
}


def allowed_kinds(*, needs_model: bool) -> NDArray[np.int64]:
    """Return for each role a bit for each kind that a plain event may have there."""
    allowed = np.array([_ALLOWED[role] for role in MemberRole], dtype=np.int64)
    if not needs_model:
        allowed[MemberRole.MODEL] |= 1 << Token.NULL
    return allowed


Places = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Fields(NamedTuple):
    """The members of ``n`` rows that come once, shape ``(SINGLE, n)`` each.

    Attributes
    ----------
    entry
        Their places among the entries, or `NOWHERE`.
    kind, start, end, number
        As in `schemas.scan.Entries`; null where a row has none.
    """

    entry: Places
    kind: NDArray[np.uint8]
    start: Places
    end: Places
    number: NDArray[np.float64]


def no_fields(rows: int) -> Fields:
    """Return the fields of rows that have none."""
    shape = (SINGLE, rows)
    return Fields(
        np.full(shape, NOWHERE, dtype=np.int64),
        np.full(shape, Token.NULL, dtype=np.uint8),
        np.zeros(shape, dtype=np.int64),
        np.zeros(shape, dtype=np.int64),
        np.zeros(shape),
    )


@kernel()
def find_fields(
    row_ptr: Positions,
    slot: NDArray[np.int32],
    kind: NDArray[np.uint8],
    number: NDArray[np.float64],
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    roles: Roles,
    allowed: Places,
    most_features: int,
    longest_name: int,
    fields: Fields,
    forms: Roles,
    good: Flags,
) -> None:
    """Find the members of each row that come once.

    ``forms``, shape ``(n,)``, gets the role of each row's features: those of an object of their
    own, or, where it has none, all that is no field. ``good``, likewise, becomes False where a row
    needs a closer look; names of more bytes than ``longest_name`` have characters to be counted.
    """
    for row in range(len(good)):
        features, flat = -1, 0
        fine, flat_fine = np.int64(good[row]), np.int64(1)
        for entry in range(row_ptr[row], row_ptr[row + 1]):
            role = roles[slot[entry]]
            if role < SINGLE:
                fields.entry[role, row] = entry
                fields.kind[role, row] = kind[entry]
                fields.start[role, row] = start[entry]
                fields.end[role, row] = end[entry]
                fields.number[role, row] = number[entry]
                continue
            if role == _FLAT_FEATURE:
                flat_fine &= allowed[role] >> kind[entry]
                flat += 1
                continue
            fine &= allowed[role] >> kind[entry]
            if role == _FEATURE:
                features = max(features, 0) + 1
            elif role in (_FEATURES, _NO_FEATURE):
                features = max(features, 0)
        forms[row] = _FEATURE
        if features < 0 < flat:
            forms[row] = _FLAT_FEATURE
            features = flat
            fine &= flat_fine
        for role in range(SINGLE):
            fine &= allowed[role] >> fields.kind[role, row]
            size = fields.end[role, row] - fields.start[role, row]
            if role <= _LAST_NAME and fields.kind[role, row] != _NULL:
                fine &= 0 < size <= longest_name
        good[row] = fine & 1 != 0 and 0 <= features <= most_features


@kernel()
def choose_scores(
    buffer: Bytes,
    row_ptr: Positions,
    slot: NDArray[np.int32],
    number: NDArray[np.float64],
    roles: Roles,
    strings: Strings,
    fields: Fields,
    scores: NDArray[np.float64],
    unmatched: Flags,
    off: Flags,
    good: Flags,
) -> None:
    """Find each row's score: that of the predicted class, or the highest; NaN where it has none.

    ``unmatched`` tells where there are scores and none has the class's very spelling, and ``off``
    where they are those of several classes and more than 1 in all. ``good``
    becomes False where a decimal number was predicted: Python writes it in its own way, which may
    not be that of the text.
    """
    for row in range(len(good)):
        scores[row] = np.nan
        if not good[row]:
            continue
        begin = fields.start[_PREDICTION, row]
        size = fields.end[_PREDICTION, row] - begin
        matched = False
        total, count, are_probabilities = 0.0, 0, True
        for entry in range(row_ptr[row], row_ptr[row + 1]):
            if roles[slot[entry]] != _SCORE:
                continue
            place = strings.bounds[slot[entry]]
            has_size = strings.bounds[slot[entry] + 1] - place == size
            total += number[entry]
            count += 1
            are_probabilities &= 0.0 <= number[entry] <= 1.0
            if has_size and same(buffer, begin, strings.text, place, size):
                scores[row] = number[entry]
                matched = True
            if not matched and not scores[row] >= number[entry]:
                scores[row] = number[entry]
        off[row] = are_probabilities and count >= SEVERAL and total - 1.0 > ROUNDING
        if not np.isnan(scores[row]):
            unmatched[row] = not matched and fields.kind[_PREDICTION, row] != _NULL
            if fields.kind[_PREDICTION, row] == _FLOAT:
                good[row] = False


@kernel()
def list_features(
    rows: Places,
    row_ptr: Positions,
    slot: NDArray[np.int32],
    roles: Roles,
    forms: Roles,
    local: NDArray[np.int32],
    found: NDArray[np.int32],
) -> int:
    """Give the features of some rows numbers, in the order in which they come; return how many.

    ``forms`` is as `find_fields` writes it. ``local``, one of each slot, all `NOWHERE` before, gets
    the numbers; ``found`` the slots.
    """
    count = 0
    for row in rows:
        for entry in range(row_ptr[row], row_ptr[row + 1]):
            place = slot[entry]
            if local[place] == NOWHERE and roles[place] == forms[row]:
                local[place] = count
                found[count] = place
                count += 1
    return count


@kernel()
def lay_out_features(
    rows: Places,
    row_ptr: Positions,
    slot: NDArray[np.int32],
    kind: NDArray[np.uint8],
    number: NDArray[np.float64],
    roles: Roles,
    forms: Roles,
    local: NDArray[np.int32],
    values: NDArray[np.float64],
    kinds: NDArray[np.uint8],
    entries: NDArray[np.int32],
    marks: NDArray[np.int64],
) -> None:
    """Write the features of some rows as columns.

    ``values``, ``kinds`` and ``entries`` have the shape ``(m, len(rows))``; ``kinds`` holds
    `ABSENT` before, and gets `CODE` for whole numbers beyond what float64 can tell apart.
    ``marks``, shape ``(m,)``, gets a bit for each kind that occurs.
    """
    for i in range(len(rows)):
        for entry in range(row_ptr[rows[i]], row_ptr[rows[i] + 1]):
            if roles[slot[entry]] == forms[rows[i]]:
                column = local[slot[entry]]
                values[column, i] = number[entry]
                is_code = kind[entry] == _INT and abs(number[entry]) >= _EXACT
                kinds[column, i] = CODE if is_code else kind[entry]
                entries[column, i] = entry
    for column in range(len(marks)):
        seen = 0
        for i in range(len(rows)):
            seen |= 1 << kinds[column, i]
        marks[column] = seen


@kernel()
def mark_feature_sets(
    row_ptr: Positions,
    slot: NDArray[np.int32],
    roles: Roles,
    forms: Roles,
    sets: NDArray[np.uint64],
) -> None:
    """Write for each row, shape ``(n,)``, a number that depends on which features it has alone."""
    for row in range(len(sets)):
        total = _0
        for entry in range(row_ptr[row], row_ptr[row + 1]):
            if roles[slot[entry]] == forms[row]:
                # SplitMix64's finalizer: sums of plain slots would meet.
                z = np.uint64(slot[entry] + 1) * _GOLDEN
                z = (z ^ (z >> _30)) * _FIRST
                z = (z ^ (z >> _27)) * _SECOND
                total += z ^ (z >> _31)
        sets[row] = total


@kernel()
def number_texts(
    codes: NDArray[np.int32],
    usable: Flags,
    local: NDArray[np.int32],
    numbers: NDArray[np.int32],
    found: NDArray[np.int32],
) -> int:
    """Give the texts of a column numbers, in the order in which they come; return how many.

    Those of rows that are not usable count as one more text, the last place of ``local``, which is
    all `NOWHERE` before, and again afterwards. ``found`` gets their codes.
    """
    count = 0
    for i in range(len(codes)):
        code = codes[i] if usable[i] else len(local) - 1
        if local[code] == NOWHERE:
            local[code] = count
            found[count] = code
            count += 1
        numbers[i] = local[code]
    for i in range(count):
        local[found[i]] = NOWHERE
    return count
