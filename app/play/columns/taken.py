"""A column as it was taken: its kind, why, and how its cells are read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.play.columns.look import list_of
from app.play.columns.marks import Marks
from app.play.columns.numbers import Decimal, form_of, mask_of, number_of
from app.play.columns.profile import Example


class ColumnKind(StrEnum):
    """What the cells of a column are read as."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    LIST = "list of numbers"
    TEXT = "text"
    OPEN = "open"
    """Nothing is known of it: each value is read by itself."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a column was taken for.

    Attributes
    ----------
    kind
        Of its values.
    why
        The evidence, in words.
    marks
        Missing values.
    decimal, affix
        Of numbers.
    spelling
        Of booleans.
    missing
        Cells without a value by their mark; those that are empty under the empty text.
    unlike
        Cells that were looked at and are not of the kind.
    odd
        The first of these.
    shown
        Some values.
    notes
        What the user may want to know.
    """

    kind: ColumnKind
    why: str
    marks: Marks = field(default_factory=Marks)
    decimal: Decimal = Decimal.POINT
    affix: str = ""
    spelling: Mapping[str, bool] = field(default_factory=dict)
    missing: Mapping[str, int] = field(default_factory=dict)
    unlike: int = 0
    odd: Example | None = None
    shown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def value(self, text: str) -> Any:  # noqa: PLR0911 - one for each kind
        """Return the value of a cell: None where it has none, its text where it is unlike."""
        stripped = text.strip()
        if not stripped or stripped in self.marks.certain:
            return None
        if self.kind is ColumnKind.TEXT:
            return text
        if stripped in self.marks.unsure:
            return None
        if self.kind is ColumnKind.BOOLEAN:
            return self.spelling.get(stripped.casefold(), text)
        if self.kind is ColumnKind.LIST:
            found = list_of(stripped)
            return text if found is None else found
        number = self._number(stripped)
        if number is None and stripped in self.marks.words and self.kind is ColumnKind.NUMBER:
            return None
        return text if number is None else number

    def fits(self, value: Any) -> bool:
        """Tell whether a value is of the kind; a missing one is."""
        loose = self.kind in {ColumnKind.TEXT, ColumnKind.OPEN}
        return loose or not isinstance(value, str)

    def _number(self, text: str) -> int | float | None:
        form = form_of(mask_of(text))
        if form is None or form.affix != self.affix:
            return None
        number = number_of(text, form, self.decimal)
        if isinstance(number, int) and form.zero_led(text) and not form.affix:
            reading = form.by(self.decimal)
            return number if reading is not None and reading.grouped else None
        return number
