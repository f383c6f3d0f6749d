"""The spellings that mean one value: booleans, and marks of missing values."""

from dataclasses import dataclass
from typing import Final

TRUE: Final = frozenset({"true"})
FALSE: Final = frozenset({"false"})
YES: Final = frozenset({"t", "yes", "y", "on"})
NO: Final = frozenset({"f", "no", "n", "off"})
MISSING: Final = frozenset(
    {
        *("", "null", "Null", "NULL", "None", "NA", "<NA>", "N/A", "n/a", "#N/A", "#N/A N/A"),
        *("#NA", "nan", "NaN", "NAN", "-nan", "-NaN", "NaT", "1.#IND", "-1.#IND", "1.#QNAN"),
        *("-1.#QNAN", "\\N", "?", "-", "undefined"),
    }
)
"""As they are written in files and by encoders, capitals as they stand; others are values."""


@dataclass(frozen=True, slots=True)
class Spellings:
    """Which texts are booleans, and which say that there is no value.

    Attributes
    ----------
    true, false
        Texts that are booleans wherever they stand; small letters, capitals do not matter.
    yes, no
        Texts that are booleans where they are compared with one, or with 0 or 1; likewise. Among
        themselves they are texts: ``N`` and ``F`` may be letters.
    missing
        Features that are null, as they are written.
    """

    true: frozenset[str] = TRUE
    false: frozenset[str] = FALSE
    yes: frozenset[str] = YES
    no: frozenset[str] = NO
    missing: frozenset[str] = MISSING

    def is_missing(self, text: str) -> bool:
        """Tell whether a text says that there is no value.

        Examples
        --------
        >>> USUAL.is_missing(" N/A "), USUAL.is_missing("none")
        (True, False)
        """
        return text in self.missing or text.strip() in self.missing


USUAL: Final = Spellings()
"""The spellings that count unless the settings name others."""
