"""Values as programs print them, where a serialiser was given what JSON has no form for.

``json.dumps(..., default=str)`` writes arrays of NumPy, tensors and tuples so; databases write
arrays, and tables lists of numbers, as texts of their own.
"""

import ast
import re
from typing import Any, Final

from schemas.events.digits import WORDS
from schemas.values.numbers import number_of

LONGEST: Final = 10_000
"""Characters of a text above which it is left as it is."""

_ROW: Final = re.compile(r"(\[[-+.\deE\s]+\]|\[\[[-+.\deE\s]+\]\])", re.ASCII)
_SCALAR: Final = re.compile(
    r"\b(?:(?:np|numpy|torch|jnp)\.)?(float|int|uint|bool|str|longdouble|Decimal)_?\d{0,3}"
    r"\(([^()]{0,400})\)"
)
_ARRAY: Final = re.compile(
    r"(?:(?:np|numpy|torch|tf|jnp)\.)?(?:tensor|array|Array|DeviceArray|asarray|ndarray|Tensor"
    r"|DenseVector|WrappedArray|ArraySeq|List|Vector|Series)"
    r"\((.*?)(?:,\s*[a-z_]+=[^\[\]]*)?,?\s*\)",
    re.DOTALL,
)
_TENSOR: Final = re.compile(r"<tf\.(?:Tensor|Variable)[^>]*?numpy=(.*)>", re.DOTALL)
_OF_DATABASE: Final = re.compile(r"\{[-+.\deE,\s]+\}", re.ASCII)
_NO_LITERAL: Final = re.compile(r"\\|\d(?:and|else|for|if|in|is|not|or)\b")
"""Of which Python warns while it reads them."""

_POINTS: Final = 2
_SEVERAL: Final = 3
_THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}(,\d{3})+", re.ASCII)
_AMBIGUOUS: Final = re.compile(
    r"(?=.*\d)(?=.*[,'\u2019%;|_ \u00a0])[-+.\d][-+.,'\u2019%;|_ \u00a0\d]{1,63}"
)
_UNREAD: Final = re.compile(r"[\[{].*|[A-Za-z_][\w.]*\(.*\)|<.*>", re.DOTALL)
_ENDS: Final = frozenset({")", ">"})
_OPENINGS: Final = frozenset({"[", "{"})
_STARTS: Final = frozenset("+-.0123456789")
_NOT_FINITE: Final = frozenset({"inf", "infinity"})


def printed(text: str) -> Any:
    """Return the number, list or object that a program has printed; any other text as it is.

    Known are what Python, NumPy, PyTorch, TensorFlow and Spark print, arrays of databases, and
    numbers with commas, semicolons or spaces between them, where these can be nothing else: of
    ``1,5`` nobody knows. Infinity in a text is infinite.

    Examples
    --------
    >>> printed("tensor([0.9])"), printed("array([1, 2], dtype=int64)"), printed("np.float64(0.5)")
    (0.9, [1, 2], 0.5)
    >>> printed("[0.2 0.8]"), printed("(0.1, 0.9)"), printed("['fraud']"), printed("0.1,0.9")
    ([0.2, 0.8], [0.1, 0.9], ['fraud'], [0.1, 0.9])
    >>> printed("{'label': 'a', 'score': 0.9}"), printed("{0.1,0.9}"), printed("1,5")
    ({'label': 'a', 'score': 0.9}, [0.1, 0.9], '1,5')
    >>> printed("[0.1 ... 0.9]"), printed("very likely (90 of 100)"), printed("-inf")
    ('[0.1 ... 0.9]', 'very likely (90 of 100)', -inf)
    """
    bare = text.strip()
    if not bare or len(bare) > LONGEST:
        return text
    if bare[0] in _STARTS:
        found = _side_by_side(bare)
        if found is not None:
            return found
    if bare[-1] in _ENDS or bare[0] in _OPENINGS:
        found = _of_program(bare)
        return text if found is None else found
    if bare.lstrip("+-").lower() in _NOT_FINITE:
        return float(bare)
    return text


def is_ambiguous(text: str) -> bool:
    """Tell whether a text that is taken for what it is may be a number, or what a program prints.

    Examples
    --------
    >>> is_ambiguous("1,5"), is_ambiguous("90 %"), is_ambiguous("1.5"), is_ambiguous("10-20")
    (True, True, False, False)
    >>> is_ambiguous("Answer(label=1)"), is_ambiguous("[0.1, 0."), is_ambiguous("new (used)")
    (True, True, False)
    """
    bare = text.strip()
    return _AMBIGUOUS.fullmatch(bare) is not None or _UNREAD.fullmatch(bare) is not None


def _of_program(text: str) -> Any:
    tensor = _TENSOR.fullmatch(text)
    if tensor is not None:
        text = tensor[1].strip()
    array = _ARRAY.fullmatch(text)
    if array is not None:
        text = array[1].strip()
    if _ROW.fullmatch(text):
        return _numbers(text)
    if _OF_DATABASE.fullmatch(text):
        text = f"[{text[1:-1]}]"
    text = _SCALAR.sub(lambda found: found[2] if found[1] != "Decimal" else found[2][1:-1], text)
    if _NO_LITERAL.search(text):
        return None
    try:
        return _plain(ast.literal_eval(text))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _plain(value: Any) -> Any:
    """Return a literal in the types that JSON has.

    Raises
    ------
    ValueError
        Where it has others.
    """
    if value is None or type(value) in {bool, float, str}:
        return value
    if type(value) is int:
        return value if abs(value) < WORDS else str(value)
    if type(value) in {list, tuple}:
        return [_plain(each) for each in value]
    if type(value) is dict and all(type(name) in {str, int} for name in value):
        return {str(name): _plain(each) for name, each in value.items()}
    raise ValueError


def _numbers(row: str) -> Any:
    """Return the numbers of a row that NumPy has printed; None where some are none."""
    found = [number_of(each, exact=True) for each in re.split(r"[\[\]\s]+", row) if each]
    if not found or None in found:
        return None
    return found[0] if len(found) == 1 else found


def _side_by_side(text: str) -> list[float] | None:
    """Return numbers with a mark between them; None where it may be one number."""
    mark = next((mark for mark in (";", "|", ",") if mark in text), " ")
    fields = text.split(mark) if mark != " " else text.split()
    found = [number_of(field, exact=True) for field in fields]
    if len(found) < _POINTS or None in found:
        return None
    points = sum("." in field for field in fields)
    is_spaced = mark == "," and all(field[:1] == " " for field in fields[1:])
    is_list = mark == "," and len(found) >= _SEVERAL and not _THOUSANDS.fullmatch(text)
    if points < _POINTS and not is_spaced and not (is_list and not points):
        return None
    return [number for number in found if number is not None]
