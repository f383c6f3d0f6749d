"""Categories: the text by which a value counts as one of a feature's categories."""

import re
from functools import lru_cache
from typing import Any, Final

from schemas.values.classes import LONGEST_REMEMBERED, cased_text, plain_text
from schemas.values.numbers import LARGEST_EXACT, number_name
from schemas.values.spellings import USUAL, Spellings

_MOST_DIGITS: Final = 15
"""Digits of a whole number that float64 surely holds."""

_WHOLE: Final = re.compile(r"-?(?:0|[1-9][0-9]*)\.0+", re.ASCII)


def category_name(value: Any, spellings: Spellings = USUAL) -> str:
    """Return the category that a scalar is, from which its value can be told again.

    Numbers are written in the fewest digits, with a point or an exponent where they are no whole
    numbers that float64 holds exactly, booleans as ``true`` and ``false``. Texts are trimmed
    and in Unicode's form NFC; of those that are numbers only whole ones are rewritten (``1.0`` is
    1), for ``1.10`` may be a version, and ``1e5`` a code.

    Examples
    --------
    >>> category_name(1.0), category_name("1.0"), category_name(True), category_name("TRUE")
    ('1', '1', 'true', 'true')
    >>> category_name("1.10"), category_name(" CH ")
    ('1.10', 'CH')
    """
    if isinstance(value, str):
        return _category(value, spellings)
    if isinstance(value, bool):
        return "true" if value else "false"
    is_exact = isinstance(value, int) or abs(value) < LARGEST_EXACT
    return number_name(value) if is_exact else repr(value)  # whose digits are no code


def _category(text: str, spellings: Spellings) -> str:
    is_short = len(text) <= LONGEST_REMEMBERED
    return (_category_of_text if is_short else _category_of_text.__wrapped__)(text, spellings)


@lru_cache(maxsize=1 << 16)
def _category_of_text(text: str, spellings: Spellings) -> str:
    trimmed = plain_text(text, spellings)
    lower = trimmed.lower()
    if lower in spellings.true:
        return "true"
    if lower in spellings.false:
        return "false"
    if _WHOLE.fullmatch(trimmed):
        whole = trimmed[: trimmed.index(".")]
        if len(whole) > _MOST_DIGITS:
            return trimmed
        return "0" if whole == "-0" else whole
    return cased_text(trimmed, spellings)
