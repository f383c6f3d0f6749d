"""The digits of whole numbers as texts, so that ids and codes neither lose nor gain one."""

import re
from typing import Any, Final

from schemas.events.event import LONGEST_NAME

WORDS: Final = 2.0**63
"""From here on JSON's whole numbers are read as floats, and lose digits."""

_LONG: Final = re.compile(rb"[0-9]{19}")
"""As many digits in a row as whole numbers have that may lie beyond `WORDS`."""

_WITH_ZEROS: Final = re.compile(r"(-?[0-9]+)\.0+", re.ASCII)

_CODE: Final = re.compile(rf"-?[0-9]{{19,{LONGEST_NAME - 1}}}", re.ASCII)


def may_have_codes(value: bytes) -> bool:
    """Tell whether the JSON in some bytes may have whole numbers beyond 64 bits."""
    return _LONG.search(value) is not None


def is_code(value: Any) -> bool:
    """Tell whether a text is a whole number of which float64 would lose digits.

    Examples
    --------
    >>> is_code("89370400440532013000"), is_code("12"), is_code(89370400440532013000)
    (True, False, False)
    """
    return type(value) is str and _CODE.fullmatch(value) is not None


def whole_digits(number: str) -> str:
    """Return the text of a number, that of a whole one without a fraction of zeros.

    A column of ids in which one is missing is one of floats to pandas: 1000.0 is id 1000.

    Examples
    --------
    >>> whole_digits("1000.0"), whole_digits("1.10"), whole_digits("1e5")
    ('1000', '1.10', '1e5')
    """
    found = _WITH_ZEROS.fullmatch(number)
    return number if found is None else found[1]


def with_codes(value: Any, written: Any) -> Any:
    """Return a document with the text of each whole number that lost digits, at any depth.

    Parameters
    ----------
    value
        As decoded.
    written
        The same with numbers as they are written.

    Examples
    --------
    >>> with_codes({"a": [8.937040044053201e19, 1.5]}, {"a": ["89370400440532013000", "1.5"]})
    {'a': ['89370400440532013000', 1.5]}
    """
    if type(value) is float:
        return written if abs(value) >= WORDS and is_code(written) else value
    if type(value) is dict:
        return {name: with_codes(inner, written[name]) for name, inner in value.items()}
    if type(value) is list:
        return [with_codes(*pair) for pair in zip(value, written, strict=True)]
    return value
