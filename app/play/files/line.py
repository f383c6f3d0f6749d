"""A line of a file: a row, or one that cannot be played."""

from typing import Any, NamedTuple, TypeAlias


class Row(NamedTuple):
    """A row: the line it begins at, from 1, and its values by column.

    ``spelling`` is the JSON text that the values come from, where there is one: a number keeps its
    digits there.
    """

    line: int
    values: dict[str, Any]
    spelling: str | None = None


class BadRow(NamedTuple):
    """A row that cannot be played, why, and what was found; equal reasons are counted together."""

    line: int
    reason: str
    found: str = ""

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}" + (f" ({self.found})" if self.found else "")


Line: TypeAlias = Row | BadRow
