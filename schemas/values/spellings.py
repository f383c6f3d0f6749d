"""The spellings that mean one value: booleans, marks of missing values, and texts alike."""

from dataclasses import dataclass, fields
from typing import Final

TRUE: Final = frozenset({"true"})
FALSE: Final = frozenset({"false"})
YES: Final = frozenset({"t", "yes", "y", "on"})
NO: Final = frozenset({"f", "no", "n", "off"})
MISSING: Final = frozenset(
    {
        *("", "null", "Null", "NULL", "None", "<NA>", "N/A", "n/a", "#N/A", "#N/A N/A"),
        *("#NA", "nan", "NaN", "NAN", "-nan", "-NaN", "NaT", "1.#IND", "-1.#IND", "1.#QNAN"),
        *("-1.#QNAN", "\\N", "?", "undefined"),
    }
)
"""As they are written in files and by encoders, capitals as they stand; others are values."""

NOTHING: Final = frozenset(
    {"", "null", "NULL", "Null", "None", "nan", "NaN", "NAN", "NaT", "<NA>", "\\N"}
)
"""What languages, tables and databases write of nothing as a text: no id, and no label."""

MISSING_NUMBERS: Final = frozenset({"NA", "-"})
"""Marks that are values elsewhere: ``NA`` is Namibia, sodium or North America among codes."""


@dataclass(frozen=True, slots=True)
class Spellings:
    """Which texts are booleans, which say that there is no value, and which texts are one.

    Attributes
    ----------
    true, false
        Texts that are booleans wherever they stand; small letters, capitals do not matter.
    yes, no
        Texts that are booleans where they are compared with one, or with 0 or 1; likewise. Among
        themselves they are texts: ``N`` and ``F`` may be letters.
    missing
        Features that are null, as they are written.
    missing_numbers
        Features that are null in columns of numbers or booleans, and values of other columns.
    trim
        Whether white space at the ends of classes and categories does not count.
    ignore_case
        Whether capitals of classes and categories do not count, and of marks of missing numbers.
    """

    true: frozenset[str] = TRUE
    false: frozenset[str] = FALSE
    yes: frozenset[str] = YES
    no: frozenset[str] = NO
    missing: frozenset[str] = MISSING
    missing_numbers: frozenset[str] = MISSING_NUMBERS
    trim: bool = True
    ignore_case: bool = False

    def is_missing(self, text: str) -> bool:
        """Tell whether a text says that there is no value, whatever its column.

        Examples
        --------
        >>> USUAL.is_missing(" N/A "), USUAL.is_missing("none"), USUAL.is_missing("NA")
        (True, False, False)
        """
        return text in self.missing or text.strip() in self.missing

    def is_missing_number(self, text: str) -> bool:
        """Tell whether a text says that there is no value where numbers or booleans stand.

        Examples
        --------
        >>> USUAL.is_missing_number("NA"), USUAL.is_missing_number("?")
        (True, True)
        """
        if self.ignore_case and text.strip().casefold() in map(str.casefold, self.missing_numbers):
            return True
        return text.strip() in self.missing_numbers or self.is_missing(text)

    def document(self) -> dict[str, list[str] | bool]:
        """Return the spellings as JSON has them, the same for equal ones."""
        return {
            name: value if isinstance(value, bool) else sorted(value)
            for name, value in ((each.name, getattr(self, each.name)) for each in fields(self))
        }


USUAL: Final = Spellings()
"""The spellings that count unless the settings name others."""
