"""Values as programs print them, where a serialiser was given what JSON has no form for.

``json.dumps(..., default=str)`` writes arrays of NumPy, tensors and tuples so; databases write
arrays, and tables lists of numbers, as texts of their own.
"""

import re
from typing import Any, Final

from schemas.payloads.printed_literals import of_program
from schemas.values.numbers import number_of

LONGEST: Final = 10_000
"""Characters of a text above which it is left as it is."""

_BYTES: Final = re.compile(r"b'([^'\\]*)'|b\"([^\"\\]*)\"")
_POINTS: Final = 2
_SEVERAL: Final = 3
_THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}(,\d{3})+", re.ASCII)
_MARKS: Final = "%,'\u2019;|_ \u00a0\u2009\u202f\u2212$\u20ac\u00a3\u00a5"
"""Of groups of digits, decimals, signs and currencies, as countries write them."""

_AMBIGUOUS: Final = re.compile(
    rf"(?=.*[0-9])(?=.*[{_MARKS}])[-+.0-9\u2212$\u20ac\u00a3\u00a5][-+.0-9{_MARKS}]{{1,63}}"
)
_CALL: Final = re.compile(r"([A-Za-z_][\w.]*)(?:\((.*)\)|\[(.*)\])", re.DOTALL)
_WRAPPERS: Final = frozenset(
    {
        *("some", "just", "option", "optional", "right", "left", "success", "result", "ok"),
        *("value", "float", "double", "int", "integer", "long", "short", "string", "str", "bool"),
        *("boolean", "bytes", "decimal", "bigdecimal", "fraction", "complex", "list", "tuple"),
        *("set", "frozenset", "dict", "map", "seq", "buffer", "array", "ndarray", "tensor"),
        *("vector", "series", "scalar", "variable", "timestamp", "date", "uuid", "enum"),
    }
)
"""What stands before a value in parentheses that a program has printed, in small letters.

Any other name may be part of a category: ``Corolla(2019)``.
"""

_PRINTED: Final = re.compile(r"['\"=(\[{]|[\d.]\s{0,2},\s{0,2}-?[\d.]")
"""What programs print within parentheses: texts, names of values, lists, several numbers."""

_OPEN: Final = re.compile(
    r"\[(?![A-Z]+\]).*|\{.*|<[^'\"=:.(]{0,99}['\"=:.(].*>|<.{0,99}0x.*>"
    r"|\((?:[-+.0-9'\"\[{(]|[A-Za-z_][\w.]*\().*\)",
    re.DOTALL,
)
"""Lists, objects, and what Python says of those that it cannot print; a token is none (``<unk>``,
``[UNK]``)."""

_SCORED: Final = re.compile(r"[:=,;|(]\s{0,2}(?:0?\.[0-9]{1,20}|1\.0{1,20})\)?", re.ASCII)
"""The probability behind a class: ``fraud (0.93)``."""

_LONGEST_SCORE: Final = 26
_QUOTES: Final = ("'", '"')
_ENDS: Final = frozenset({")", ">"})
_OPENINGS: Final = frozenset({"[", "{"})
_STARTS: Final = frozenset("+-.0123456789")
_NOT_FINITE: Final = frozenset(
    f"{sign}{word}" for sign in ("", "+", "-") for word in ("inf", "infinity")
)


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
    >>> printed("['cat' 'dog']"), printed("b'fraud'"), printed("tensor([nan])"), printed("(5)")
    (['cat', 'dog'], 'fraud', nan, '(5)')
    """
    bare = text.strip()
    if not bare or len(bare) > LONGEST:
        return text
    if bare[0] in _STARTS:
        found = _side_by_side(bare)
        if found is not None:
            return found
    if bare[-1] in _ENDS or bare[0] in _OPENINGS:
        found = of_program(bare)
        return text if found is None else found
    of_bytes = _BYTES.fullmatch(bare) if bare[0] == "b" else None
    if of_bytes is not None:
        return printed(of_bytes[1] or of_bytes[2] or "")
    if bare.lower() in _NOT_FINITE:
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
    >>> is_ambiguous("(5)"), is_ambiguous("Optional[0.9]"), is_ambiguous("$5")
    (True, True, True)
    >>> is_ambiguous("fraud (0.93)"), is_ambiguous("'fraud'"), is_ambiguous("fraud: 0.93")
    (True, True, True)
    >>> is_ambiguous("Corolla(2019)"), is_ambiguous("<unk>"), is_ambiguous("[UNK]")
    (False, False, False)
    """
    bare = text.strip()
    if bare[-1:] in _QUOTES and bare[:1] == bare[-1:] and len(bare) > 1:
        return True
    if _AMBIGUOUS.fullmatch(bare) is not None or _OPEN.fullmatch(bare) is not None:
        return True
    if bare[-1:] == ")" or bare[-1:].isdigit():
        tail = bare[-_LONGEST_SCORE:]
        if any(
            _SCORED.fullmatch(tail, at) for at, mark in enumerate(tail) if at and mark in _MARKED
        ):
            return True
    return _is_call(bare)


_MARKED: Final = frozenset(":=,;|(")


def _is_call(text: str) -> bool:
    """Tell whether a text is a name with a value of a program in parentheses or brackets."""
    call = _CALL.fullmatch(text) if text[-1:] in (")", "]") else None
    if call is None:
        return False
    name, inside = call[1], call[2] if call[3] is None else call[3]
    is_known = "." in name or name.lower().rstrip("_0123456789") in _WRAPPERS
    return is_known or not inside or _PRINTED.search(inside) is not None


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
