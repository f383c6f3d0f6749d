"""The first values of a column, kept for a moment: a reference from outside is to be judged by."""

from dataclasses import dataclass

from detectors.arrays.column import Numbers
from schemas.tables.observations import Integers


@dataclass(frozen=True, slots=True, eq=False)
class FirstValues:
    """All values of a burn-in.

    Attributes
    ----------
    values, rows
        Shape ``(n,)`` each: the values, of categories their keys, and the numbers of their rows.
    names
        The texts of those keys that have names.
    """

    values: Numbers
    rows: Integers
    names: dict[float, str]

    def since(self, number: int) -> "FirstValues":
        """Return those from one on."""
        return FirstValues(self.values[number:], self.rows[number:], self.names)
