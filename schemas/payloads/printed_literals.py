"""Literals of Python, arrays of NumPy, tensors and rows, as they are printed: what is in them."""

import ast
import re
from typing import Any, Final

from schemas.events.digits import WORDS
from schemas.values.numbers import number_of

_ROW: Final = re.compile(r"(\[[-+.\deE\s]+\]|\[\[[-+.\deE\s]+\]\])", re.ASCII)
_SCALAR: Final = re.compile(
    r"\b(?:(?:np|numpy|torch|jnp)\.)?(float|int|uint|bool|str|longdouble|Decimal)_?\d{0,3}"
    r"\(([^()]{0,400})\)"
)
_ARRAY: Final = re.compile(
    r"(?:(?:np|numpy|torch|tf|jnp)\.)?(?:tensor|array|Array|DeviceArray|asarray|ndarray|Tensor"
    r"|DenseVector|WrappedArray|ArraySeq|List|Vector|Series)\("
)
_KEYWORD: Final = re.compile(r",\s*[a-z_]+=")
"""Before what is said of an array behind its values: its type, its device."""

_TENSOR: Final = re.compile(r"<tf\.(?:Tensor|Variable)[^>]{0,400}?numpy=")
_TEXT_ROW: Final = re.compile(r"\[\s*'[^'\\]*'(?:\s+'[^'\\]*')+\s*\]")
_TEXT: Final = re.compile(r"'([^']*)'")
_OF_DATABASE: Final = re.compile(r"\{[-+.\deE,\s]+\}", re.ASCII)
_NO_LITERAL: Final = re.compile(r"\\|\d(?:and|else|for|if|in|is|not|or)\b")
"""Of which Python warns while it reads them."""
_GROUPED: Final = re.compile(r"\([+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?\)", re.ASCII)
"""What may be a pair, or thousands below zero, as in accounts."""

_NO_NUMBER: Final = frozenset(
    f"{sign}{word}" for sign in ("", "+", "-") for word in ("nan", "inf", "infinity")
)


def of_program(text: str) -> Any:
    """Return the number, list or object that a program has printed; None where it is none.

    Examples
    --------
    >>> of_program("array([1, 2], dtype=int64)"), of_program("['cat' 'dog']"), of_program("(5)")
    ([1, 2], ['cat', 'dog'], None)
    """
    inside = _inside(text)
    if _TEXT_ROW.fullmatch(inside):
        return _TEXT.findall(inside)
    if _ROW.fullmatch(inside):
        return _numbers(inside)
    if _OF_DATABASE.fullmatch(inside):
        inside = f"[{inside[1:-1]}]"
    bare = _SCALAR.sub(lambda found: found[2] if found[1] != "Decimal" else found[2][1:-1], inside)
    alone = bare.strip("[] ") if inside is not text else bare
    if alone.lower() in _NO_NUMBER:
        return float(alone)
    found = None if _GROUPED.fullmatch(text) else _literal(bare)
    # A number in parentheses is one below zero in accounts, and printed by no program.
    return None if text[0] == "(" and type(found) is not list else found


def _literal(text: str) -> Any:
    """Return the value of a literal of Python's; None where it is none, or not one of JSON's."""
    if _NO_LITERAL.search(text):
        return None
    try:
        tree = ast.parse(text, mode="eval")
        return None if any(map(_is_joined, ast.walk(tree))) else _plain(ast.literal_eval(tree))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _inside(text: str) -> str:
    """Return the values of an array or a tensor without its name and type; others as they are."""
    tensor = _TENSOR.match(text)
    if tensor is not None and text[-1] == ">":
        text = text[tensor.end() : -1].strip()
    array = _ARRAY.match(text)
    if array is None or text[-1] != ")":
        return text
    text = text[array.end() : -1]
    keyword = _KEYWORD.search(text, max(text.rfind("["), text.rfind("]")) + 1)
    return (text if keyword is None else text[: keyword.start()]).strip().rstrip(",").strip()


def _is_joined(node: ast.AST) -> bool:
    """Tell whether a text of a literal is several without a comma, which Python takes for one."""
    if not isinstance(node, ast.Constant) or type(node.value) is not str:
        return False
    size = (node.end_col_offset or 0) - node.col_offset
    return node.lineno != node.end_lineno or size != len(node.value.encode()) + 2


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
