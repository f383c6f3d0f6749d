"""A column of values that have types of their own, as JSON and Parquet give them."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from app.play.columns.deciding import MOST_UNLIKE
from app.play.columns.marks import Marks
from app.play.columns.profile import Example
from schemas.values.numbers import LARGEST_EXACT

_NAMES: Final = {bool: "booleans", int: "numbers", float: "numbers", str: "texts", list: "lists"}
_SINGULAR: Final = {"booleans": "boolean", "numbers": "number", "texts": "text", "lists": "list"}
_LONG: Final = "whole numbers beyond 2^53"
_INFINITE: Final = "numbers that are not finite"
_OTHERS: Final = "objects"


@dataclass(frozen=True, slots=True)
class Given:
    """A column whose values are taken as they are, but for marks and long numbers.

    Attributes
    ----------
    kind
        Its usual type.
    why
        What it holds, in words.
    marks
        Missing values; None where texts are left alone.
    codes
        Whether it holds codes: every whole number is sent as text.
    missing
        Values that are none, by their mark.
    unlike
        Values that are not of the column's usual type.
    odd
        The first of these.
    notes
        What the user may want to know.
    """

    kind: str
    why: str
    marks: Marks | None = None
    codes: bool = False
    missing: dict[str, int] = field(default_factory=dict)
    unlike: int = 0
    odd: Example | None = None
    notes: tuple[str, ...] = ()

    def value(self, value: Any) -> Any:
        """Return a value as it is sent: no whole number beyond 2^53 becomes a float."""
        if isinstance(value, str):
            return None if self._is_missing(value) else value
        if isinstance(value, list):
            return [self.value(each) for each in value]
        if isinstance(value, dict):
            return {name: self.value(each) for name, each in value.items()}
        return self._scalar(value)

    def _scalar(self, value: Any) -> Any:
        if isinstance(value, float):
            return value if math.isfinite(value) else _spoken(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value) if self.codes or abs(value) > LARGEST_EXACT else value
        return value

    def _is_missing(self, text: str) -> bool:
        stripped = text.strip()
        return self.marks is not None and (not stripped or stripped in self.marks.certain)

    def fits(self, value: Any) -> bool:
        """Tell that any value is taken."""
        del value
        return True


@dataclass(slots=True)
class TypedProfile:
    """What a column of typed values holds.

    Attributes
    ----------
    marks
        Missing values among texts; None where texts are left alone.
    absent
        Rows before the first one that has the column.
    """

    marks: Marks | None
    absent: int = 0
    _kinds: Counter[str] = field(default_factory=Counter)
    _missing: Counter[str] = field(default_factory=Counter)
    _examples: dict[str, Example] = field(default_factory=dict)

    def add(self, values: Sequence[Any], lines: Sequence[int]) -> None:
        """Look at some values, and the lines that they stand in."""
        for value, line in zip(values, lines, strict=True):
            mark = self._mark(value)
            if mark is not None:
                self._missing[mark] += 1
                continue
            kind = _kind(value)
            self._kinds[kind] += 1
            if kind not in self._examples:
                self._examples[kind] = Example(str(value)[:30], line)

    def taken(self) -> Given:
        """Return what the column is taken for."""
        self._missing[""] += self.absent
        self.absent = 0
        if not self._kinds:
            return Given("open", "no value at all", self.marks, missing=dict(+self._missing))
        (usual, _), *others = self._kinds.most_common()
        long = self._kinds[_LONG]
        codes = long > MOST_UNLIKE * (long + self._kinds["numbers"])
        parts = [f"{count:,} {kind}" for kind, count in self._kinds.most_common()]
        if codes:
            parts.append("codes, sent as text, of which no digit is lost")
        why = " and ".join(parts)
        kind = "text" if codes else _SINGULAR.get(usual, "as it is")
        missing = dict(+self._missing)
        if codes or not others:
            return Given(kind, why, self.marks, codes, missing)
        odd = min((self._examples[kind] for kind, _ in others), key=lambda example: example.line)
        unlike = sum(count for _, count in others)
        note = f"{unlike:,} values are no {usual}, such as {odd.text!r} (line {odd.line})"
        return Given(kind, why, self.marks, codes, missing, unlike, odd, (note,))

    def _mark(self, value: Any) -> str | None:
        if value is None:
            return ""
        if isinstance(value, float) and math.isnan(value):
            return "NaN"
        if isinstance(value, str) and self.marks is not None:
            stripped = value.strip()
            if not stripped or stripped in self.marks.certain:
                return stripped
        return None


def _kind(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST_EXACT:
        return _LONG
    if isinstance(value, float) and math.isinf(value):
        return _INFINITE
    return _NAMES.get(type(value), _OTHERS)


def _spoken(value: float) -> str | None:
    """Return what JSON has no number for: nothing for NaN, a text for infinity."""
    return None if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
