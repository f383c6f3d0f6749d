"""What the state of a model version says in short, for people who look at what is kept."""

from typing import NamedTuple

from detectors.performance.error import Task
from detectors.performance.task_choice import settled_in
from detectors.reference.given import Fate, GivenOutcome
from detectors.reference.season import name_of as season_in
from detectors.reference.stored_reference import is_ready
from detectors.snapshots.tree import State
from schemas.tables.columns import Kind, Role
from schemas.tables.retyping import KINDS


class ColumnSummary(NamedTuple):
    """What the state of a watched column says of it in short.

    Attributes
    ----------
    role, name, kind
        Of the column.
    ready
        Whether its burn-in is complete.
    evidence
        Values of each kind that have decided, or are to decide, its kind; empty where there is
        none, as of a kind that is declared.
    discarded
        Usable values that came before the choice.
    given
        What has become of a reference from outside; None where there is none.
    season
        What is known of its season, one of `detectors.reference.season.NAMES`.
    """

    role: Role
    name: str
    kind: Kind
    ready: bool
    evidence: dict[Kind, int]
    discarded: int
    given: GivenOutcome | None
    season: str


class ModelSummary(NamedTuple):
    """What the state of a model version says of it in short.

    Attributes
    ----------
    rows
        Rows counted, by origin.
    task
        What it predicts, as declared or chosen; `Task.AUTO` before the choice.
    columns
        The watched columns.
    """

    rows: dict[str, int]
    task: Task
    columns: list[ColumnSummary]


def summary_of(state: State) -> ModelSummary:
    """Return the summary of the state of a model version, as its part holds it."""
    return ModelSummary(
        {origin: log["rows"] for origin, log in state["logs"].items()},
        settled_in(state.get("task", {})) or Task.AUTO,
        [
            _summary_of_column(Role(column["role"]), column["name"], column["monitor"])
            for column in state["columns"]
        ],
    )


def _summary_of_column(role: Role, name: str, state: State) -> ColumnSummary:
    choice = state["choice"] or {"counts": [], "discarded": 0}
    counts = zip(KINDS, choice["counts"], strict=False)
    return ColumnSummary(
        role,
        name,
        Kind(state["kind"]),
        is_ready(state["reference"]),
        {kind: count for kind, count in counts if count > 0},
        choice["discarded"],
        Fate.restored(state.get("given")).outcome,
        season_in(state.get("season")),
    )
