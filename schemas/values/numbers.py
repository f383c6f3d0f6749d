"""Numbers, also where they stand in text: their value, and the one way of writing them."""

import math
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

LARGEST_EXACT: Final = 2**53
"""Up to here float64 holds every whole number."""

MOST_CHARACTERS: Final = 400
"""Characters of a text above which it is no number; float64's largest one has 309 digits."""

_NUMBER: Final = re.compile(
    r"(?P<sign>[+-]?)(?=\.?[0-9])(?P<whole>[0-9]*)(?:\.(?P<part>[0-9]*))?"
    r"(?:[eE](?P<power>[+-]?[0-9]{1,5}))?",
    re.ASCII,
)


def number_of(value: Any, *, exact: bool = False, codes: bool = False) -> float | None:
    """Return the number that a value is, or that stands in a text; None where there is none.

    Parameters
    ----------
    value
        As decoded from JSON. Booleans are 1 and 0; words such as ``nan`` and ``inf`` are none.
    exact
        Whether whole numbers beyond `LARGEST_EXACT` are none: those of ids and codes, of which
        float64 would lose digits.
    codes
        Whether digits after leading zeros (``007``) are a number, and not a code.

    Examples
    --------
    >>> number_of("12.50"), number_of("1.25E+3"), number_of(" 7 ")
    (12.5, 1250.0, 7.0)
    >>> number_of("nan"), number_of("007"), number_of("1,5")
    (None, None, None)
    """
    if isinstance(value, str):
        text = value.strip()
        found = _match(text, codes=codes)
        if found is None:
            return None
        if exact and found["part"] is None and found["power"] is None and _is_long(found["whole"]):
            return None
        number = float(text)
    elif isinstance(value, (int, float)):
        if exact and isinstance(value, int) and abs(value) > LARGEST_EXACT:
            return None
        try:
            number = float(value)
        except OverflowError:
            return None
    else:
        return None
    return number if math.isfinite(number) else None


def numbers_of(
    texts: Sequence[str], *, exact: bool = False, codes: bool = False
) -> NDArray[np.float64]:
    """Return the number in each text, shape ``(n,)``, NaN where there is none; as `number_of`.

    Examples
    --------
    >>> numbers_of(["1.5", "n/a"]).tolist()
    [1.5, nan]
    """
    found = (number_of(text, exact=exact, codes=codes) for text in texts)
    return np.array([math.nan if each is None else each for each in found], dtype=np.float64)


def number_name(value: float) -> str:
    """Return the one way of writing a number: all digits of a whole one, else the fewest.

    Examples
    --------
    >>> number_name(1.0), number_name(2**64 + 1), number_name(0.1), number_name(-0.0)
    ('1', '18446744073709551617', '0.1', '0')
    """
    if isinstance(value, int):
        return str(int(value))
    if not value.is_integer():
        return repr(value)
    if abs(value) < LARGEST_EXACT:
        return str(int(value))
    return f"{Decimal(repr(value)).to_integral_value():f}"  # the digits that are written, not all


def name_of_number_text(text: str) -> str | None:
    """Return how the number in a text is written, every digit kept; None where there is none.

    Examples
    --------
    >>> name_of_number_text("1.00"), name_of_number_text("123456789012345678901.0")
    ('1', '123456789012345678901')
    """
    found = _match(text, codes=False)
    if found is None:
        return None
    value = float(text)
    if math.isinf(value):
        return None
    part = found["part"] or ""
    digits = (found["whole"] + part).lstrip("0")
    places = int(found["power"] or 0) - len(part)
    if not digits or value == 0.0:
        return "0"
    if places < 0:
        stripped = digits.rstrip("0")
        if len(digits) - len(stripped) < -places:
            return number_name(value)
        digits, places = digits[:places], 0
    return ("-" if found["sign"] == "-" else "") + digits + "0" * places


def _match(text: str, *, codes: bool) -> re.Match[str] | None:
    found = _NUMBER.fullmatch(text) if len(text) <= MOST_CHARACTERS else None
    if found is None:
        return None
    whole: str = found["whole"]
    return None if not codes and len(whole) > 1 and whole[0] == "0" else found


def _is_long(digits: str) -> bool:
    return len(digits) > 15 and int(digits) > LARGEST_EXACT
