"""How long after its prediction a label arrives."""

import re
from dataclasses import dataclass
from typing import Final

_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DELAY: Final = re.compile(r"(?P<amount>[0-9]+(\.[0-9]+)?)\s*(?P<unit>[a-z]*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class LabelDelay:
    """The delay of labels: event time, or rows; one of the two is zero.

    Attributes
    ----------
    milliseconds
        Of event time.
    rows
        Predictions between a prediction and its label.
    """

    milliseconds: int = 0
    rows: int = 0


def parse_seconds(text: str) -> float:
    """Return the seconds of a duration such as ``90``, ``90s``, ``15m``, ``2h`` or ``1d``.

    Raises
    ------
    ValueError
        If it is none.
    """
    match = _DELAY.fullmatch(text.strip())
    if match is None or (match["unit"] or "s") not in _UNITS:
        raise ValueError(f"{text!r} is no duration: expected such as 90, 90s, 15m, 2h or 1d")
    return float(match["amount"]) * _UNITS[match["unit"] or "s"]


def parse_delay(text: str) -> LabelDelay:
    """Return the delay that a duration, or a number of rows such as ``500rows``, says.

    Raises
    ------
    ValueError
        If it is neither.
    """
    match = _DELAY.fullmatch(text.strip())
    if match is not None and match["unit"] in {"row", "rows"}:
        if "." in match["amount"]:
            raise ValueError(f"{text!r}: rows are counted in whole numbers")
        return LabelDelay(rows=int(match["amount"]))
    try:
        return LabelDelay(milliseconds=round(parse_seconds(text) * 1000))
    except ValueError:
        raise ValueError(
            f"{text!r} is no delay: expected seconds, a duration such as 2h, or such as 500rows"
        ) from None
