"""Roles of a file's columns: id, time, label, prediction, features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any


class UnknownColumns(Exception):
    """Options name columns that the file does not have."""


@dataclass(frozen=True, slots=True)
class ColumnRoles:
    """What the columns of a file are; a role without a column is None.

    Attributes
    ----------
    id, time, label, prediction, score
        Single columns.
    features
        The features; empty for all other columns.
    ignored
        Columns that are left out of those.
    version, model
        Columns that name whose prediction a row is.
    scores
        A column of objects: class to probability.
    segment
        Columns that make up the segment, each under its name.
    segments
        A column of objects that are segments.
    names
        Columns whose features have other names, as where an event's feature is called as a field.
    """

    id: str | None = None
    time: str | None = None
    label: str | None = None
    prediction: str | None = None
    score: str | None = None
    features: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    version: str | None = None
    model: str | None = None
    scores: str | None = None
    segment: tuple[str, ...] = ()
    segments: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def identities(self) -> tuple[str, ...]:
        """Columns of ids and names: text, of which every character counts."""
        single = (self.id, self.version, self.model)
        return (*(name for name in single if name is not None), *self.segment)

    @property
    def named(self) -> tuple[str, ...]:
        """Every column that is named."""
        single = (self.time, self.label, self.prediction, self.score, self.scores, self.segments)
        found = (name for name in single if name is not None)
        return (*self.identities, *found, *self.features, *self.ignored)

    def check(self, columns: Sequence[str]) -> None:
        """Refuse names that the file does not have.

        Raises
        ------
        UnknownColumns
            With all such names, and those of the file.
        """
        unknown = [name for name in dict.fromkeys(self.named) if name not in columns]
        if unknown:
            hint = "; another --delimiter, or lines to --skip?" if len(columns) == 1 else ""
            raise UnknownColumns(
                f"no column {', '.join(map(repr, unknown))} in the file; it has: "
                f"{', '.join(columns)}{hint}"
            )

    def without(self, columns: Sequence[str]) -> "ColumnRoles":
        """Return the roles with further columns left out, unless they are named."""
        named = set(self.named)
        return replace(
            self, ignored=(*self.ignored, *(name for name in columns if name not in named))
        )

    def feature_columns(self, columns: Sequence[str]) -> tuple[str, ...]:
        """Return those of the columns that are features."""
        if self.features:
            ignored = set(self.ignored)
            return tuple(name for name in self.features if name not in ignored)
        taken = set(self.named)
        return tuple(name for name in columns if name not in taken)

    def features_of(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the features of a row under their names."""
        return {
            self.names.get(name, name): values[name]
            for name in self.feature_columns(tuple(values))
            if name in values
        }
