"""References from outside as one model version sees them."""

from typing import Protocol

from detectors.reference.given import GivenColumn, GivenOutcome
from schemas.tables.columns import Role

ColumnKey = tuple[Role, str]


class Given(Protocol):
    """The reference of one model version, if it has one; it may change between any two rows."""

    def column(self, key: ColumnKey) -> GivenColumn | None:
        """Return a column of the reference; None where it has none."""

    def outcome(self, key: ColumnKey) -> GivenOutcome | None:
        """Return what is to become of it in a column that begins; None without a reference."""

    def columns(self) -> frozenset[ColumnKey]:
        """Return the columns of the reference."""


class NothingGiven:
    """A version that has no reference from outside; a `Given`."""

    def column(self, key: ColumnKey) -> None:
        """Return nothing."""
        del key

    def outcome(self, key: ColumnKey) -> None:
        """Return nothing."""
        del key

    def columns(self) -> frozenset[ColumnKey]:
        """Return no columns."""
        return frozenset()
