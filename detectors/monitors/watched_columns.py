"""Which columns of one model version are watched, and what each has of the model's budget."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache, partial
from typing import Final

import numpy as np

from detectors.monitors.column_monitor import ColumnMonitor
from detectors.monitors.given import ColumnKey, Given
from detectors.monitors.joint_look import FEWEST_COLUMNS
from detectors.monitors.kind_choice import CHOICE_OF
from detectors.monitors.limits import Allowance
from detectors.monitors.missing_columns import absent
from detectors.monitors.options import MonitorOptions
from detectors.performance.labelled_rows import NAME
from detectors.reference.given import GivenOutcome
from detectors.reference.seeds import Seeds
from detectors.rows.row_log import RowLog
from detectors.snapshots.tree import State
from schemas.events.event import LONGEST_NAME
from schemas.tables.columns import Column, Flag, Kind, Role
from schemas.tables.model_version import ModelVersion

ERROR: Final[ColumnKey] = (Role.ERROR, NAME)

MOST_REFUSED: Final = 100
"""Refused features of a model version that are told apart; further ones are not counted."""

_UNDECIDED: Final = {None, GivenOutcome.AWAITED, GivenOutcome.NOT_GIVEN}


class WatchedColumns:
    """The watched columns of one model version, from their first value of any quality on.

    Parameters
    ----------
    identity
        Model and version; one object for all columns.
    options
        How to watch them.
    given
        The references from outside that the model version has.

    Attributes
    ----------
    monitors
        What watches each, in the order in which they came.
    """

    __slots__ = ("_first_rows", "_given", "_identity", "_log", "_options", "_refused", "monitors")

    def __init__(self, identity: ModelVersion, options: MonitorOptions, given: Given) -> None:
        self.monitors: dict[ColumnKey, ColumnMonitor] = {}
        self._identity = identity
        self._options = options
        self._given = given
        self._refused: dict[ColumnKey, None] = {}
        self._first_rows: dict[ColumnKey, int] = {}
        self._log: RowLog | None = None

    def __len__(self) -> int:
        return len(self.monitors)

    @property
    def refused(self) -> int:
        """Columns that are not watched because there are too many, counted up to 100."""
        return len(self._refused)

    def of(self, roles: AbstractSet[Role]) -> list[tuple[ColumnKey, ColumnMonitor]]:
        """Return those of some roles."""
        return [each for each in self.monitors.items() if each[0][0] in roles]

    def pace_by(self, log: RowLog) -> None:
        """Take how fast rows come, by which budgets are reckoned, from a log."""
        self._log = log

    def forget(self, key: ColumnKey, kind: Kind) -> None:
        """Let a column begin anew with its next value, where it is of another kind."""
        if key in self.monitors and self.monitors[key].kind is not kind:
            del self.monitors[key], self._first_rows[key]

    def restart(self) -> None:
        """Begin new references for all columns."""
        for key, monitor in self.monitors.items():
            monitor.restart()
            monitor.expect(self._given.outcome(key))

    def refer(self, keys: AbstractSet[ColumnKey]) -> None:
        """Take note of another reference from outside, by which some columns begin anew."""
        for key, monitor in self.monitors.items():
            outcome = self._given.outcome(key)
            if key in keys:
                monitor.restart()
                monitor.expect(outcome)
            elif monitor.given_outcome in _UNDECIDED and outcome is not GivenOutcome.AWAITED:
                monitor.expect(outcome)

    def given_outcomes(self) -> dict[ColumnKey, GivenOutcome]:
        """Return what has become of the reference from outside in each column, if there is one."""
        outcomes = {
            key: GivenOutcome.NOT_SEEN for key in self._given.columns() if key not in self.monitors
        }
        for key, monitor in self.monitors.items():
            if monitor.given_outcome is not None:
                outcomes[key] = monitor.given_outcome
        return outcomes

    def chosen(
        self, roles: AbstractSet[Role], columns: Sequence[Column], rows: int, most: int, first: int
    ) -> Iterator[tuple[ColumnKey, Column, int]]:
        """Yield for each watched column the observed one, and the row to start at.

        Parameters
        ----------
        roles
            Which of them are watched by these rows.
        columns
            The observed ones of these roles.
        rows
            How many there are.
        most
            Columns that may be watched in all.
        first
            Number of the first row.
        """
        observed = self._observed(columns)
        starts = self._admit(observed, most, first)
        for key, monitor in self.monitors.items():
            if key[0] not in roles:
                continue
            column = observed.get(key)
            if column is None:
                yield key, absent(*key, monitor.kind, rows), 0
            else:
                yield key, column, starts.get(key, 0)

    def known(
        self, roles: AbstractSet[Role], columns: Sequence[Column], rows: int
    ) -> list[tuple[ColumnKey, Column]] | None:
        """Return for each watched column the observed one; None where a new one is observed.

        Parameters as of `chosen`.
        """
        observed = self._observed(columns)
        for key in observed.keys() - self.monitors.keys():
            if _first_present(observed[key]) < rows:
                return None
        return [
            (key, observed[key] if key in observed else absent(*key, monitor.kind, rows))
            for key, monitor in self.of(roles)
        ]

    def _observed(self, columns: Sequence[Column]) -> dict[ColumnKey, Column]:
        return {
            (column.role, column.name): column
            for column in columns
            if column.role is not Role.FEATURE or column.name not in self._options.ignored
        }

    def _admit(
        self, observed: Mapping[ColumnKey, Column], most: int, first_row: int
    ) -> dict[ColumnKey, int]:
        """Begin to watch new columns, to ``most`` in all; return the row of each first value."""
        arrivals = []
        for key in observed.keys() - self.monitors.keys():
            first = _first_present(observed[key])
            if first < len(observed[key].values):
                arrivals.append((first, key[0] is Role.FEATURE, key))
        starts = {}
        # By row, then by name, the features last: where there is not room for all, who comes in
        # must not depend on the batches, and what the model says matters more than one feature.
        for first, _, key in sorted(arrivals):
            # A name without a bound would make an alert that no broker takes.
            fits = len(key[1]) <= LONGEST_NAME
            if fits and len(self.monitors) < most:
                # Other versions have columns of the same names: one object for all of them.
                monitor = self.monitors[_shared(key)] = self.new_monitor(_shared(key))
                monitor.expect(self._given.outcome(key))
                starts[key] = first
                self._first_rows[_shared(key)] = first_row + first
            elif len(self._refused) < MOST_REFUSED:
                self._refused[key[0], key[1][:LONGEST_NAME]] = None
        return starts

    def new_monitor(self, key: ColumnKey) -> ColumnMonitor:
        """Return what is to watch a column, which knows nothing of it yet."""
        role, name = key
        options, is_feature = self._options, role is Role.FEATURE
        declared = options.kinds.get(name) if is_feature else None
        return ColumnMonitor(
            kinds=CHOICE_OF[role] if declared is None else (declared,),
            detectors=self._options.detectors,
            burn_in=self._options.burn_in,
            bins=self._options.bins,
            spellings=self._options.spellings,
            # Errors that stay away are no fault.
            finds_faults=role is not Role.ERROR,
            allowance=Allowance(
                self._options.drift_alarms, partial(self._sharing, key), self._pace
            ),
            told=options.seasons.get(name, options.season) if is_feature else options.season,
            seed=Seeds(self._identity, key),
            given=partial(self._given.column, key),
        )

    def _sharing(self, key: ColumnKey, row: int | None) -> int:
        """Return among how many the budget of the model is shared at a row of one of its columns.

        The errors are one of them from the beginning on, for labels come late.
        """
        if row is None or key == ERROR:
            count = len(self.monitors.keys() | {ERROR, key})
        else:
            # Not those that come with a later row of the same batch.
            others = self._first_rows.items()
            count = 1 + sum(first <= row for other, first in others if other != ERROR)
        # What watches them together has as much as all of them.
        return count if self._options.joint_limit == 0.0 or count <= FEWEST_COLUMNS else 2 * count

    def _pace(self, first: int, last: int) -> float:
        """Return the rows in a millisecond of event time between two rows of the latest log."""
        if self._log is None:
            raise RuntimeError("rows come with the log that they are in")
        return self._log.pace(first, last)

    def state(self) -> State:
        """Return what `restore` takes."""
        return {
            "refused": [[str(role), name] for role, name in self._refused],
            "columns": [
                {
                    "role": str(role),
                    "name": name,
                    "first_row": self._first_rows[role, name],
                    "monitor": monitor.state(),
                }
                for (role, name), monitor in self.monitors.items()
            ],
        }

    def restore(self, state: State) -> None:
        """Restore a state of the same model, version and options."""
        self._refused = {(Role(role), name): None for role, name in state["refused"]}
        self.monitors, self._first_rows = {}, {}
        for column in state["columns"]:
            key = _shared((Role(column["role"]), column["name"]))
            self.monitors[key] = self.new_monitor(key)
            self._first_rows[key] = column.get("first_row", 0)
        # Last: how many there are decides what a budget comes to.
        for column, monitor in zip(state["columns"], self.monitors.values(), strict=True):
            monitor.restore(column["monitor"])


@lru_cache(maxsize=2**16)
def _shared(key: ColumnKey) -> ColumnKey:
    """Return the same object for equal keys."""
    return key


def _first_present(column: Column) -> int:
    """Return the first row that has the column, whatever its value; the rows where none has."""
    if column.flags is None:
        return 0
    present = np.flatnonzero(column.flags != Flag.ABSENT)
    return int(present[0]) if len(present) else len(column.flags)
