"""Numbers in text: signs, decimal marks, thousands, percent and currencies.

A text is read by its *mask*, in which every digit is a 9: a file holds few masks, so that each is
understood once.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from schemas.values.numbers import LARGEST_EXACT

PERCENT: Final = "%"
SYMBOLS: Final = (
    "€",
    "$",
    "£",
    "¥",
    "₹",
    "₽",
    "₺",
    "₩",
    "₪",
    "₫",
    "₴",
    "₱",
    "฿",
    "R$",
    "US$",
    "A$",
)
CODES: Final = (
    *("EUR", "USD", "GBP", "JPY", "CHF", "CNY", "INR", "AUD", "CAD", "NZD", "SEK", "NOK", "DKK"),
    *("PLN", "CZK", "HUF", "RON", "BGN", "TRY", "RUB", "UAH", "BRL", "MXN", "ZAR", "KRW", "SGD"),
    *("HKD", "ILS", "AED", "SAR", "THB", "IDR"),
    *("Rs.", "Rs", "kr", "kr.", "zł", "Kč", "Ft", "Fr."),
)
SPACES: Final = " \u00a0\u202f\u2009"
APOSTROPHES: Final = "'\u2019"

_CURRENCY: Final = "|".join(sorted(map(re.escape, (*SYMBOLS, *CODES)), key=len, reverse=True))
_MASK: Final = str.maketrans("012345678", "9" * 9)
_FORM: Final = re.compile(
    rf"(?P<open>\()?(?P<sign>[+\-\u2212])?[{SPACES}]?"
    rf"(?:(?P<before>{_CURRENCY})[{SPACES}]?)?(?P<inner>[\-\u2212])?"
    rf"(?P<body>[.,]?9(?:[9.,{SPACES}{APOSTROPHES}]*[9.])?)(?P<power>[eE][+-]?9+)?"
    rf"(?:[{SPACES}]?(?P<after>%|{_CURRENCY}))?(?P<trailing>[\-\u2212])?(?P<close>\))?"
)
_PLAIN: Final = re.compile(r"(?P<whole>9*)(?P<fraction>[.,]9*)?")
_GROUPED: Final = re.compile(
    rf"(?P<whole>9{{1,3}}(?:(?P<by>[.,{SPACES}{APOSTROPHES}])999)(?:(?P=by)999)*"
    r"|9{1,2}(?:,99)+,999)(?P<fraction>[.,]9*)?"
)


class Decimal(StrEnum):
    """What stands before the fraction of a number."""

    POINT = "."
    COMMA = ","

    @property
    def other(self) -> "Decimal":
        """The other one."""
        return Decimal.COMMA if self is Decimal.POINT else Decimal.POINT


@dataclass(frozen=True, slots=True)
class Reading:
    """How one mask is a number by one decimal mark.

    Attributes
    ----------
    digits
        Before the decimal mark.
    whole
        Whether there is nothing after it, and no power.
    grouped
        Whether thousands are separated.
    """

    digits: int
    whole: bool
    grouped: bool


@dataclass(frozen=True, slots=True)
class Form:
    """How one mask is a number.

    Attributes
    ----------
    start, stop
        Where its digits begin and end, the power among them.
    negative
        Whether it is below zero.
    affix
        A percent sign or a currency; empty for none.
    point, comma
        Its reading by either decimal mark; None where it has none.
    alike
        Whether both readings give the same number.
    """

    start: int
    stop: int
    negative: bool
    affix: str
    point: Reading | None
    comma: Reading | None
    alike: bool

    def by(self, decimal: Decimal) -> Reading | None:
        """Return the reading by a decimal mark."""
        return self.point if decimal is Decimal.POINT else self.comma

    def zero_led(self, text: str) -> bool:
        """Tell whether the number begins with a zero that says nothing, as codes do."""
        longest = max(each.digits for each in (self.point, self.comma) if each is not None)
        return text[self.start] == "0" and longest > 1


def mask_of(text: str) -> str:
    """Return the text with a 9 for every digit.

    Examples
    --------
    >>> mask_of("1.204,50 EUR")
    '9.999,99 EUR'
    """
    return text.translate(_MASK)


@lru_cache(maxsize=10_000)
def form_of(mask: str) -> Form | None:
    """Return how a mask is a number; None where it is none."""
    found = _FORM.fullmatch(mask) if len(mask) <= 60 else None
    if found is None or (found["open"] is None) is not (found["close"] is None):
        return None
    signs = [found[each] for each in ("open", "sign", "inner", "trailing") if found[each]]
    if len(signs) > 1 or (found["before"] and found["after"] not in {None, PERCENT}):
        return None
    if found["before"] and found["after"]:
        return None
    powered = found["power"] is not None
    point = _reading(found["body"], Decimal.POINT, powered=powered)
    comma = _reading(found["body"], Decimal.COMMA, powered=powered)
    if point is None and comma is None:
        return None
    start, stop = found.start("body"), found.end("power" if powered else "body")
    separated = any(each in found["body"] for each in ".,")
    return Form(
        start, stop, bool(signs) and signs[0] != "+", found["before"] or found["after"] or "",
        point, comma, alike=not separated,
    )  # fmt: skip


def _reading(body: str, decimal: Decimal, *, powered: bool) -> Reading | None:
    for pattern, grouped in ((_PLAIN, False), (_GROUPED, True)):
        found = pattern.fullmatch(body)
        if found is None or (grouped and powered):
            continue
        fraction = found["fraction"] or ""
        if fraction and fraction[0] != decimal:
            continue
        if grouped and (found["by"] or ",") == decimal:
            continue
        if fraction == Decimal.COMMA:  # 5. is written, 5, is not
            continue
        digits = found["whole"].count("9")
        if digits or len(fraction) > 1:
            return Reading(digits, not fraction and not powered, grouped)
    return None


def number_of(text: str, form: Form, decimal: Decimal) -> int | float | None:
    """Return the number in text of a form, read by a decimal mark.

    None where it is none so read, where a float64 would round a whole number, or cannot hold it.

    Examples
    --------
    >>> number_of("1.204,50-", form_of("9.999,99-"), Decimal.COMMA)
    -1204.5
    """
    reading = form.by(decimal)
    if reading is None or (reading.grouped and text[form.start] == "0"):
        return None
    body = text[form.start : form.stop]
    if reading.grouped or decimal is Decimal.COMMA:
        body = body.translate(_REMOVED[decimal])
    if form.affix == PERCENT:
        number: int | float = float(_hundredth(body))
    else:
        number = int(body) if reading.whole else float(body)
    if reading.digits > 15 and abs(number) > LARGEST_EXACT:
        return None
    if number in _INFINITE:
        return None
    return -number if form.negative else number


def _hundredth(body: str) -> str:
    mantissa, _, power = body.lower().partition("e")
    return f"{mantissa}e{int(power or 0) - 2}"


_REMOVED: Final[Mapping[Decimal, Mapping[int, str | None]]] = {
    Decimal.POINT: {ord(each): None for each in f",{SPACES}{APOSTROPHES}"},
    Decimal.COMMA: {
        **{ord(each): None for each in f".{SPACES}{APOSTROPHES}"},
        ord(Decimal.COMMA): Decimal.POINT.value,
    },
}
_INFINITE: Final = (float("inf"), float("-inf"))
