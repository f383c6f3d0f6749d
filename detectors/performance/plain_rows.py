"""Rows of a classification whose classes are numbers or booleans, judged in one compiled pass."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.performance.class_table import ELSE, OTHERS, ClassTable
from detectors.performance.judged_rows import ClassRows, Problem
from schemas.tables.columns import Column, Flag, Kind, Role

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.uint8]

UNKNOWN: Final = -1
"""In place of the number of a class that has none yet."""

_OK: Final = int(Flag.OK)
_NO_OUTCOME: Final = int(Problem.NO_OUTCOME)
_OUT_OF_RANGE: Final = int(Problem.SCORE_OUT_OF_RANGE)
_ALL_OK: Final = np.empty(0, dtype=np.uint8)
_NO_SCORES: Final = np.empty(0)


def plain_rows(
    columns: Sequence[Column], rows: int, table: ClassTable, positive: str, *, of_positive: bool
) -> ClassRows | None:
    """Return rows as `detectors.performance.judge.Judge` does; None where it has to.

    Parameters
    ----------
    columns
        What was predicted, what was true, and the scores.
    rows
        How many.
    table
        The numbers of the classes; a class without one is left to the judge.
    positive
        The class that is looked for.
    of_positive
        Whether scores are those of this class, and not of the predicted one.
    """
    said, true, score = (
        [column for column in columns if column.role is role]
        for role in (Role.PREDICTION, Role.LABEL, Role.SCORE)
    )
    if len(said) != 1 or len(true) != 1 or not _is_plain(said[0]) or not _is_plain(true[0]):
        return None
    probabilities, flags = _NO_SCORES, _ALL_OK
    if score:
        probabilities, flags = _values(score[0]), _flags(score[0])
    codes = np.empty((2, rows), dtype=np.int64)
    figures = np.empty((4, rows))
    problems = np.empty(rows, dtype=np.uint8)
    values, numbers = table.by_value
    unknown = judge_plain(
        _values(said[0]),
        _flags(said[0]),
        _values(true[0]),
        _flags(true[0]),
        probabilities,
        flags,
        values,
        numbers,
        OTHERS if table.is_full else UNKNOWN,
        table.known(positive),
        of_positive,
        problems,
        codes,
        figures,
    )
    if unknown:
        return None
    positives, likelihoods, squares, confidences = figures
    is_top = np.ones(rows, dtype=np.bool_)
    return ClassRows(
        problems, codes[0], codes[1], positives, likelihoods, squares, confidences, is_top
    )


@njit(cache=True, nogil=True, error_model="numpy")
def judge_plain(
    said: Numbers,
    said_flags: Flags,
    true: Numbers,
    true_flags: Flags,
    scores: Numbers,
    score_flags: Flags,
    values: Numbers,
    numbers: Codes,
    otherwise: int,
    positive: int,
    of_positive: bool,
    problems: Flags,
    codes: Codes,
    figures: Numbers,
) -> bool:
    """Judge rows; tell whether one has a class without a number, so that nothing is judged.

    Parameters
    ----------
    said, true, scores
        Shape ``(n,)``; that of scores may be 0.
    said_flags, true_flags, score_flags
        Their flags; of shape ``(0,)`` where all are usable.
    values, numbers
        Shape ``(k,)``: classes that are numbers, ascending, and the numbers that they have.
    otherwise
        The number of a class that is not among them; `UNKNOWN` where it is to get one.
    positive, of_positive
        The number of the class that is looked for, and whether scores are its own.
    problems, codes, figures
        Shapes ``(n,)``, ``(2, n)`` and ``(4, n)``: the fields of `ClassRows`, in their order.
    """
    for row in range(len(said)):
        codes[:, row] = 0
        figures[:, row] = np.nan
        problems[row] = 0
        if (len(said_flags) and said_flags[row] != _OK) or (
            len(true_flags) and true_flags[row] != _OK
        ):
            problems[row] = _NO_OUTCOME
            continue
        for side in range(2):
            value = said[row] if side == 0 else true[row]
            place = np.searchsorted(values, value)
            is_known = place < len(values) and values[place] == value
            codes[side, row] = numbers[place] if is_known else otherwise
            if codes[side, row] == UNKNOWN:
                return True
        if codes[0, row] == codes[1, row] == OTHERS and said[row] != true[row]:
            codes[0, row] = ELSE
        if not len(scores) or (len(score_flags) and score_flags[row] != _OK):
            continue
        score = scores[row]
        if not 0 <= score <= 1:
            problems[row] = _OUT_OF_RANGE
            continue
        is_positive = codes[0, row] == positive
        other = score if is_positive else 1 - score
        confidence = other if of_positive else score
        likely = confidence if codes[0, row] == codes[1, row] else 1 - confidence
        figures[0, row] = score if of_positive else other
        figures[1, row] = likely
        figures[2, row] = (1 - likely) ** 2
        figures[3, row] = confidence
    return False


def _is_plain(column: Column) -> bool:
    return column.kind is not Kind.CATEGORY and not column.name.endswith("]")


# Copies: read-only arrays, as of a frame, are another type, for which all would be compiled anew.
def _values(column: Column) -> Numbers:
    return np.array(column.values, dtype=np.float64)


def _flags(column: Column) -> Flags:
    return _ALL_OK if column.flags is None else np.array(column.flags)
