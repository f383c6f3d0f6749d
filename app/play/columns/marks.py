"""Marks for missing values, as programs and people write them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from schemas.values.spellings import MISSING, MISSING_NUMBERS, USUAL, Spellings

MARKS: Final[Mapping[str, tuple[str, ...]]] = {
    "Everywhere, also on topics": tuple(sorted(MISSING - {""})),
    "R": ("NA_character_", "NA_integer_", "NA_real_"),
    "Python, Go": ("none", "NONE", "<nil>"),
    "SQL and its clients": (
        *("(null)", "(NULL)", "[NULL]", "[null]", "<null>", "<NULL>", "\\\\N"),
    ),
    "Spark, Hive": ("__HIVE_DEFAULT_PARTITION__",),
    "Excel, in several languages": (
        *("#n/a", "#NV", "#N/D", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!"),
        *("#WERT!", "#BEZUG!", "#ZAHL!", "#VALEUR!", "#NOMBRE!", "#NOM?", "#¡VALOR!", "#VALOR!"),
        *("#¡REF!", "#¡DIV/0!", "#¿NOMBRE?", "#¡NUM!", "#VALORE!", "#RIF!"),
    ),
    "C": ("nan(ind)", "-nan(ind)", "1.#NAN"),
    "People": ("N/a", "--", "---", "\u2013", "\u2014"),
}
"""Marks by who writes them: a missing value in every column. An empty cell is one too."""

WORDS: Final = (
    *sorted(MISSING_NUMBERS),
    *("na", "Na", "n.a.", "N.A.", "n. a.", "k.A.", "k. A.", "n.d.", "N.D.", "n.v.", "nd", "ND"),
    *("n/d", "N/D", "s/d", "S/D", "nil", "Nil", "NIL", "unknown", "Unknown"),
    *("UNKNOWN", "missing", "Missing", "MISSING", "not available", "Not Available"),
    *("not applicable", "Not Applicable", "no data", "No data", "(blank)", "blank", "(empty)"),
    *("empty", "unbekannt", "Unbekannt", "inconnu", "Inconnu", ".", "..", "...", "*", "#", "??"),
)
"""Words that are a missing value among numbers and times, and a value of their own among texts."""

_CERTAIN: Final = frozenset(mark for marks in MARKS.values() for mark in marks)


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks of one file.

    Attributes
    ----------
    certain
        A missing value in every column; an empty cell is one too.
    words
        A missing value among numbers.
    unsure
        Of these, what is no text where a column has nothing else, or has booleans or lists besides.
    """

    certain: frozenset[str] = _CERTAIN
    words: frozenset[str] = frozenset(WORDS)
    unsure: frozenset[str] = MISSING_NUMBERS

    @classmethod
    def of(
        cls, added: Iterable[str] = (), kept: Iterable[str] = (), spellings: Spellings = USUAL
    ) -> "Marks":
        """Return the usual marks and those that are added, without those that are values here.

        Parameters
        ----------
        added, kept
            Of this file.
        spellings
            Of the model that the file is played to: what is a value on its topic is one here.
        """
        certain = (_CERTAIN - MISSING) | spellings.missing | {each.strip() for each in added}
        words = (frozenset(WORDS) - MISSING_NUMBERS) | spellings.missing_numbers
        values = frozenset(kept)
        return cls(certain - values, words - values, spellings.missing_numbers - values)
