"""Lists of numbers as columns: one for each position, or what sums up a long one."""

import math
from collections.abc import Iterator
from typing import Any, Final

from schemas.events.digits import is_code
from schemas.payloads.typed_values import without_type
from schemas.payloads.vectors import LONGEST, of_vector

MOST_POSITIONS: Final = 16
"""Numbers of a list that get a column each."""

_DEEPEST: Final = 4


def unwrapped(value: Any, longest: int = LONGEST) -> Any:
    """Return what is in lists of one, and in objects that name a value's type or are vectors.

    Sparse vectors of more than ``longest`` numbers are left as they are.

    Examples
    --------
    >>> unwrapped([[0.83]]), unwrapped([1, 2]), unwrapped([])
    (0.83, [1, 2], [])
    """
    while type(value) is list and len(value) == 1:
        (value,) = value
    return of_vector(without_type(value), longest) if type(value) is dict else value


def positions(name: str, values: list[Any]) -> dict[str, Any] | None:
    """Return the numbers of a list, or of lists in it, by their names.

    Of more than `MOST_POSITIONS`, as of an embedding, their count, mean and Euclidean norm; both
    are NaN where one of them is missing or not finite. None where not all are numbers, codes,
    booleans or null, or where there are none.

    Examples
    --------
    >>> positions("box", [[1, 2.5], [3, None]])
    {'box[0][0]': 1, 'box[0][1]': 2.5, 'box[1][0]': 3, 'box[1][1]': None}
    >>> positions("text", [0.5] * 100)
    {'text[count]': 100, 'text[mean]': 0.5, 'text[norm]': 5.0}
    >>> positions("tags", ["new", "old"])
    """
    leaves = list(_leaves(name, values, 1))
    if not leaves or not all(type(leaf) in _NUMBERS or is_code(leaf) for _, leaf in leaves):
        return None
    if len(leaves) <= MOST_POSITIONS:
        return dict(leaves)
    numbers = [_float(leaf) for _, leaf in leaves]
    return {
        f"{name}[count]": len(numbers),
        f"{name}[mean]": _sum(numbers) / len(numbers),
        f"{name}[norm]": math.hypot(*numbers) if all(map(math.isfinite, numbers)) else math.nan,
    }


_NUMBERS: Final = frozenset({int, float, bool, type(None)})


def _leaves(name: str, values: list[Any], depth: int) -> Iterator[tuple[str, Any]]:
    for place, value in enumerate(values):
        if type(value) is list and depth < _DEEPEST:
            yield from _leaves(f"{name}[{place}]", value, depth + 1)
        else:
            yield f"{name}[{place}]", value


def _float(value: Any) -> float:
    if value is None:
        return math.nan
    try:
        return float(value)
    except OverflowError:  # an integer beyond float64
        return math.inf


def _sum(numbers: list[float]) -> float:
    if not all(map(math.isfinite, numbers)):
        return math.nan
    try:
        return math.fsum(numbers)
    except OverflowError:
        return math.inf
