"""A reference from outside, as one column has it: its values, and what becomes of them there."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from detectors.arrays.column import Numbers
from detectors.reference import season
from detectors.reference.first_values import FirstValues
from detectors.reference.reference import Reference
from detectors.reference.remedy import remedy_for
from detectors.snapshots.tree import State
from schemas.events.durations import MS_PER_HOUR
from schemas.events.reference_report import ReferenceKind
from schemas.tables.columns import Codes, Column, Flag, Kind, Values
from schemas.tables.observations import Integers
from schemas.tables.reference_parts import FEWEST_ROWS, GivenReference
from schemas.tables.retyping import retyped
from schemas.values.spellings import Spellings

USABLE: Final = 0.5
"""Share of the values that a reference has for a column, of which fewer being of the column's kind
make it a reference of something else."""


class GivenOutcome(StrEnum):
    """What has become of a reference from outside in one column."""

    AWAITED = "awaited"
    """The first values are not complete yet, by whose dependence it is judged."""

    IN_FORCE = "in_force"
    """Values are judged against it, and those that were judged have joined it."""

    DEPENDENT = "dependent"
    """The first values were judged against it; since values depend on those before them, they are
    the reference of what follows."""

    REPLACED = "replaced"
    """It was told that values are otherwise by now, and those since then are the reference."""

    OTHER_KIND = "other_kind"
    """It has hardly a value of the column's kind."""

    TOO_FEW = "too_few"
    """It has too few values that are usable."""

    SEASONAL = "seasonal"
    """Values are judged without the course of their days, and its have no event times."""

    NOT_GIVEN = "not_given"
    """It does not have the column."""

    NOT_SEEN = "not_seen"
    """It has the column, and no row ever had."""


_HOLDS: Final = {GivenOutcome.AWAITED, GivenOutcome.IN_FORCE, GivenOutcome.DEPENDENT}


@dataclass(frozen=True, slots=True, eq=False)
class GivenColumn:
    """The values of one column in a reference.

    Attributes
    ----------
    about
        The reference.
    column
        Its rows, in no order that means anything.
    times
        Shape ``(n,)``: their event times, where ``about`` has any.
    """

    about: GivenReference
    column: Column
    times: Integers

    def is_of_the_season(self, memory: Numbers) -> bool:
        """Tell whether no course of days can lie between the reference and the first values.

        Because somebody has said that there is none, or because all rows are of one hour.

        Parameters
        ----------
        memory
            Of the season of the column, which has the event time of the first value.
        """
        if memory[season.MODE] == season.OFF:
            return True
        since, until = self.about.since, self.about.until
        if since is None or until is None:
            return False
        first = float(memory[season.SINCE])
        return max(abs(first - since), abs(first - until)) <= MS_PER_HOUR

    def usable(
        self, kind: Kind, spellings: Spellings, without: Callable[[Column, Integers], Column] | None
    ) -> "GivenOutcome | tuple[Values | Codes, Column]":
        """Return the usable values as ones of a kind, and that column; else why there are none.

        Parameters
        ----------
        kind, spellings
            Of the column that is watched.
        without
            Takes its season off a column of its kind, by the event times; None where none is known.
        """
        own = retyped(self.column, kind, spellings)
        if without is not None:
            if self.about.since is None:
                return GivenOutcome.SEASONAL
            own = without(own, self.times)
        if own.flags is None:
            return (own.values, own) if len(own.values) >= FEWEST_ROWS else GivenOutcome.TOO_FEW
        values = own.values[own.flags == Flag.OK]
        mistyped = int(np.count_nonzero(own.flags == Flag.MISTYPED))
        if len(values) < USABLE * (len(values) + mistyped):
            return GivenOutcome.OTHER_KIND
        return (values, own) if len(values) >= FEWEST_ROWS else GivenOutcome.TOO_FEW


def judged_by(reference: Reference, first: FirstValues) -> FirstValues:
    """Return those of the first values that are judged against a reference from outside.

    Parameters
    ----------
    reference
        That of these values themselves: where it has begun with the later half of them, the others
        were not settled yet.
    first
        All of them.
    """
    if reference.stride > 1 or len(reference.block.apart):
        return first
    return first.since(max(len(first.values) - reference.count, 0))


def spacing_of(reference: Reference, first: FirstValues) -> tuple[int, bool]:
    """Return one in how many of the first values is judged, and whether these are independent.

    Parameters
    ----------
    reference
        That of these values themselves, whose remedy it is, unless it ranks their residuals.
    first
        The values.
    """
    if not len(reference.block.apart):
        return reference.stride, reference.independent
    # What stands outside of any order has no residuals; values that lie far enough apart do.
    remedy = remedy_for(first.values, 0, numeric=False)
    return remedy.stride, remedy.independent


@dataclass(frozen=True, slots=True)
class Fate:
    """What has become of a reference from outside in a column since its reference began.

    Attributes
    ----------
    outcome
        None where there was none.
    about
        The reference, while it is in force.
    first_row
        Number of the first row that was judged against it.
    """

    outcome: GivenOutcome | None = None
    about: GivenReference | None = None
    first_row: int = 0

    @property
    def is_awaited(self) -> bool:
        """Whether the first values are to be judged against one."""
        return self.outcome is GivenOutcome.AWAITED

    def again(self) -> "Fate":
        """Return what it is once values begin anew, of which nothing was told."""
        ends = self.outcome in {None, GivenOutcome.NOT_GIVEN, GivenOutcome.REPLACED}
        return self if ends else Fate(GivenOutcome.AWAITED)

    def replaced(self) -> "Fate":
        """Return what it is once a change of values has been told."""
        return Fate(GivenOutcome.REPLACED) if self.outcome in _HOLDS else self

    def dependent(self) -> "Fate":
        """Return what it is once values that depend on each other are the reference themselves."""
        return Fate(GivenOutcome.DEPENDENT) if self.outcome in _HOLDS else self

    def state(self) -> State | None:
        """Return what `restored` takes."""
        if self.outcome is None:
            return None
        about = None if self.about is None else state_of(self.about)
        return {"outcome": str(self.outcome), "about": about, "first_row": self.first_row}

    @classmethod
    def restored(cls, state: State | None) -> "Fate":
        """Return the fate that a state tells; of a release that knew none, none."""
        if state is None:
            return cls()
        about = None if state["about"] is None else about_in(state["about"])
        return cls(GivenOutcome(state["outcome"]), about, state["first_row"])


def state_of(about: GivenReference) -> State:
    """Return what a column's state says of the reference that it has, or awaits."""
    return {
        "id": about.reference_id,
        "model": about.model,
        "version": about.version,
        "kind": str(about.kind),
        "source": about.source,
        "rows": about.rows,
        "of_rows": about.of_rows,
        "since": about.since,
        "until": about.until,
        "given": about.given,
    }


def about_in(state: State) -> GivenReference:
    """Return what `state_of` has told."""
    return GivenReference(
        reference_id=state["id"],
        model=state["model"],
        version=state["version"],
        kind=ReferenceKind(state["kind"]),
        source=state["source"],
        rows=state["rows"],
        of_rows=state["of_rows"],
        since=state["since"],
        until=state["until"],
        given=state["given"],
    )
