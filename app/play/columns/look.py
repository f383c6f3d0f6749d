"""Look of a cell: what its text may be, without its column."""

import json
import math
import re
from enum import Enum, auto
from typing import Any, Final, NamedTuple

from app.play.columns.booleans import is_boolean
from app.play.columns.marks import Marks
from app.play.columns.numbers import Decimal, Form, form_of, mask_of, number_of


class Kind(Enum):
    """What a text may be."""

    EMPTY = auto()
    MARK = auto()
    WORD = auto()
    BOOLEAN = auto()
    NUMBER = auto()
    INFINITE = auto()
    LIST = auto()
    DATE = auto()
    TEXT = auto()


class Look(NamedTuple):
    """What one text may be; texts of one look are counted together.

    Attributes
    ----------
    kind
        Of the text.
    word
        The mark, word or boolean; the affix of a number.
    point, comma
        Whether it is a number by either decimal mark.
    alike
        Whether both give the same number.
    digits
        Of a whole number; 0 for others.
    coded
        Whether it is a whole number with leading zeros.
    long
        Whether it is one that a float64 would round.
    grouped
        The decimal mark by which thousands are separated in it; None where they are not.
    """

    kind: Kind
    word: str = ""
    point: bool = False
    comma: bool = False
    alike: bool = True
    digits: int = 0
    coded: bool = False
    long: bool = False
    grouped: Decimal | None = None


EMPTY: Final = Look(Kind.EMPTY)
TEXT: Final = Look(Kind.TEXT)
_LIST: Final = Look(Kind.LIST)
_INFINITE: Final = Look(Kind.INFINITE)
_INFINITIES: Final = frozenset({"inf", "infinity", "1.#inf", "∞"})
_DATE: Final = Look(Kind.DATE)
_DATES: Final = re.compile(r"9{1,4}[-./]9{1,2}[-./]9{1,4}(?:[T ]9{1,2}:99.*)?")


def look_at(text: str, marks: Marks) -> Look:  # noqa: PLR0911 - one for each kind
    """Return the look of a text without white space at its ends."""
    if not text:
        return EMPTY
    if text in marks.certain:
        return Look(Kind.MARK, text)
    if is_boolean(text):
        return Look(Kind.BOOLEAN, text.casefold())
    mask = mask_of(text)
    number = _number(text, mask)
    if number is not None:
        return number
    if text.lstrip("+-").lower() in _INFINITIES:
        return _INFINITE
    if text in marks.words:
        return Look(Kind.WORD, text)
    if text[0] == "[" and list_of(text) is not None:
        return _LIST
    return _DATE if _DATES.fullmatch(mask) else TEXT


def _grouped(form: Form) -> Decimal | None:
    """Return the decimal mark by which thousands are separated in a form."""
    for decimal in Decimal:
        reading = form.by(decimal)
        if reading is not None and reading.grouped and not form.alike:
            return decimal
    return None


def list_of(text: str) -> list[Any] | None:
    """Return the list of finite numbers that a text is in JSON; None where it is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list) or not found:
        return None
    numbers = all(type(each) in {int, float} and math.isfinite(each) for each in found)
    return found if numbers and all(abs(each) < 1e300 for each in found) else None


def _number(text: str, mask: str) -> Look | None:
    form = form_of(mask)
    if form is None:
        return None
    point = form.point is not None and number_of(text, form, Decimal.POINT) is not None
    comma = form.comma is not None and number_of(text, form, Decimal.COMMA) is not None
    whole = form.alike and form.point is not None and form.point.whole
    digits = form.point.digits if whole and form.point is not None else 0
    readings = [each for each in (form.point, form.comma) if each is not None]
    if not point and not comma:
        if not any(each.whole and each.digits > 15 for each in readings):
            return _INFINITE if form.stop > form.start and "e" in mask.lower() else None
        return Look(Kind.NUMBER, form.affix, digits=digits, long=True)
    return Look(
        Kind.NUMBER,
        form.affix,
        point=point,
        comma=comma,
        alike=form.alike,
        digits=digits,
        coded=whole and not form.affix and form.zero_led(text),
        grouped=_grouped(form),
    )
