"""Classes: the name by which a predicted and a true outcome are compared."""

from functools import lru_cache
from typing import Any, Final
from unicodedata import normalize

from schemas.values.booleans import boolean_of
from schemas.values.numbers import name_of_number_text, number_name
from schemas.values.spellings import USUAL, Spellings

LONGEST_REMEMBERED: Final = 1024
"""Characters of a text above which its name is found anew each time: as many as a cache holds would
fill the memory where each is as long as a message, and texts so long rarely come twice."""

MOST_REMEMBERED: Final = 1 << 16
"""Characters of all names of an event, likewise."""

_SPACE: Final = "\ufeff\u200b"
"""What is no white space to Python, and cannot be seen either."""


def class_name(value: Any, spellings: Spellings = USUAL) -> str:
    """Return the one name of a class, however it is spelled.

    Numbers go by value, also in text; booleans are 1 and 0; texts are trimmed and in Unicode's
    form NFC, their capitals as they stand, unless ``spellings`` say otherwise. Whole numbers and
    codes with leading zeros keep every digit. A list of one is what is in it, any other the list
    of the names.

    Examples
    --------
    >>> {class_name(each) for each in (1, 1.0, "1", " 1.0 ", "1e0", True, "True", [1])}
    {'1'}
    >>> class_name("007"), class_name("fraud "), class_name([1.0, 2.5])
    ('007', 'fraud', '[1,2.5]')
    """
    if isinstance(value, str):
        is_short = len(value) <= LONGEST_REMEMBERED
        return (_name_of_text if is_short else _name_of_text.__wrapped__)(value, spellings)
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (int, float)):
        return number_name(value)
    if isinstance(value, list):
        names = [class_name(each, spellings) for each in value]
        return names[0] if len(names) == 1 else f"[{','.join(names)}]"
    return "" if value is None else str(value)


def same_class(one: Any, other: Any, spellings: Spellings = USUAL) -> bool:
    """Tell whether two spellings are of one class.

    Those with the same name are; and ``yes``, ``t``, ``n`` and the like are booleans where the
    other one is a boolean, 0 or 1.

    Examples
    --------
    >>> same_class(True, "yes"), same_class("N", 0), same_class("N", "F"), same_class(1, "no")
    (True, True, False, False)
    """
    first, second = class_name(one, spellings), class_name(other, spellings)
    if first == second:
        return True
    if first in _BOOLEANS:
        return boolean_of(second, spellings) is (first == "1")
    return second in _BOOLEANS and boolean_of(first, spellings) is (second == "1")


_BOOLEANS: Final = frozenset({"0", "1"})


@lru_cache(maxsize=1 << 16)
def _name_of_text(text: str, spellings: Spellings) -> str:
    trimmed = plain_text(text, spellings)
    lower = trimmed.lower()
    if lower in spellings.true:
        return "1"
    if lower in spellings.false:
        return "0"
    return name_of_number_text(trimmed) or cased_text(trimmed, spellings)


def without_margins(text: str) -> str:
    r"""Return a text without the white space at its ends, and what cannot be seen there.

    Examples
    --------
    >>> without_margins(" a 1\r\n"), without_margins("\ufeffa1\xa0")
    ('a 1', 'a1')
    """
    return text.strip().strip(_SPACE).strip()


def plain_text(text: str, spellings: Spellings) -> str:
    """Return a text in Unicode's form NFC, without the white space at its ends if it is no part.

    Examples
    --------
    >>> plain_text(" CH\ufeff", USUAL), plain_text(" CH", Spellings(trim=False))
    ('CH', ' CH')
    """
    trimmed = without_margins(text) if spellings.trim else text
    return trimmed if trimmed.isascii() else normalize("NFC", trimmed)


def feature_name(name: str) -> str:
    """Return the one name of a feature: in Unicode's form NFC, without white space at its ends.

    Examples
    --------
    >>> feature_name(" amount"), feature_name("gro\u0308sse") == "gr\u00f6sse", feature_name(" ")
    ('amount', True, ' ')
    """
    return (_feature_name if len(name) <= LONGEST_REMEMBERED else _feature_name.__wrapped__)(name)


@lru_cache(maxsize=1 << 16)
def _feature_name(name: str) -> str:
    return plain_text(name, USUAL) or name


def cased_text(text: str, spellings: Spellings) -> str:
    """Return a text with its capitals, or without where these do not count.

    Examples
    --------
    >>> cased_text("Fraud", USUAL), cased_text("Fraud", Spellings(ignore_case=True))
    ('Fraud', 'fraud')
    """
    return normalize("NFC", text.casefold()) if spellings.ignore_case else text
