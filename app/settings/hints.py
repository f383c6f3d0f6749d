"""What to write where YAML reads something else than what was meant."""

from math import isfinite
from typing import Any, Final

import yaml

_LARGEST: Final = 2**63


def number_hint(text: str, *, whole: bool) -> str:
    """Return how to write the number that a text was meant as; empty where it is none.

    Examples
    --------
    >>> number_hint("1e12", whole=False)
    ': write 1000000000000.0, for YAML takes this for text'
    >>> number_hint("10s", whole=False)
    ''
    """
    try:
        number = float(text)
    except ValueError:
        return ""
    if not isfinite(number) or (whole and (not number.is_integer() or abs(number) >= _LARGEST)):
        return ""
    # YAML 1.1 wants a point and a sign in a number with an exponent, as PyYAML writes it.
    written = yaml.safe_dump(int(number) if whole else number).split()[0]
    if isinstance(yaml.safe_load(text), str):
        return f": write {written}, for YAML takes this for text"
    return f": write {written}, without quotes"


def text_hint(value: Any) -> str:
    """Return why a value is no text, where YAML is the reason; empty elsewhere.

    Examples
    --------
    >>> text_hint(7)
    ': put it in quotes'
    """
    if isinstance(value, bool):
        return ": put it in quotes, for YAML reads on and yes as true, off and no as false"
    return ": put it in quotes" if isinstance(value, int | float) else ""
