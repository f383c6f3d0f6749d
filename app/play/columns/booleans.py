"""Booleans as databases, spreadsheets and people spell them."""

from collections.abc import Iterable, Mapping
from typing import Final

SPELLINGS: Final = (
    ("true", "false"),
    ("t", "f"),
    ("yes", "no"),
    ("y", "n"),
    ("on", "off"),
    ("wahr", "falsch"),
    ("ja", "nein"),
    ("j", "n"),
    ("vrai", "faux"),
    ("oui", "non"),
    ("o", "n"),
    ("verdadero", "falso"),
    ("sí", "no"),
    ("si", "no"),
    ("vero", "falso"),
    ("sì", "no"),
    ("verdadeiro", "falso"),
    ("sim", "não"),
    ("waar", "onwaar"),
    ("ja", "nee"),
    ("ja", "nej"),
    ("prawda", "fałsz"),
    ("tak", "nie"),
)
"""Pairs of words for true and false; upper and lower case are one."""

_WORDS: Final = frozenset(word for pair in SPELLINGS for word in pair)


def is_boolean(text: str) -> bool:
    """Tell whether a word stands for true or false in some spelling."""
    return len(text) <= 10 and text.casefold() in _WORDS


def spelling_of(words: Iterable[str]) -> Mapping[str, bool] | None:
    """Return the spelling that all words are of; None where there is none.

    One letter alone, such as F, is none: it may be anything.

    Examples
    --------
    >>> spelling_of(["Ja", "nein"])
    {'ja': True, 'nein': False}
    >>> spelling_of(["f", "m"]) is None, spelling_of(["F"]) is None
    (True, True)
    """
    given = {word.casefold() for word in words}
    for true, false in SPELLINGS:
        if given and given <= {true, false} and (len(given) == 2 or len(next(iter(given))) > 1):
            return {true: True, false: False}
    return None
