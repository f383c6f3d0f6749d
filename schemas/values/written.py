"""Numbers as people write them: with a currency, in groups, as percentages, with a comma."""

import re
from typing import Final

_CURRENCY: Final = r"(?:[$\u20ac\u00a3\u00a5\u20b9]|USD|EUR|GBP|CHF|JPY|CNY|INR)"
_PLAIN: Final = r"[+-]?\d+(?:[.,]\d+)?"
_GROUPED: Final = r"[+-]?\d{1,3}(?:[,.'\u2019 \u00a0\u202f]\d{3})+(?:[.,]\d+)?"
_WRITTEN: Final = re.compile(
    rf"{_CURRENCY} ?(?:{_GROUPED}|{_PLAIN})|(?:{_GROUPED}|{_PLAIN}) ?(?:{_CURRENCY}|%|\u2030)"
    rf"|{_GROUPED}|[+-]?\d+,\d+|0[xX][0-9a-fA-F]{{1,8}}|\d{{1,3}}(?:_\d{{3}})+"
)
"""Numbers as people read them, and no code does."""


def is_written(text: str) -> bool:
    """Tell whether a text is a number as people write it, and no reader of JSON takes it.

    Examples
    --------
    >>> is_written("$12.50"), is_written("1.234,50"), is_written("0x1F"), is_written("12.5")
    (True, True, True, False)
    """
    return _WRITTEN.fullmatch(text) is not None
