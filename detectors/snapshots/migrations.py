"""From the states of earlier formats to those of the present one, one step at a time.

A change of what a state holds raises `detectors.snapshots.codec.FORMAT` and adds a step here,
with a stored sample of the format before it among the tests.
"""

from collections.abc import Callable, Mapping
from typing import Final

from detectors.snapshots.tree import State

SPELLED: Final = frozenset({1})
"""Formats in which every name stands in full."""


def _without_options(state: State) -> State:
    """Format 1 did not say under which options a model's state arose: it is taken as it is."""
    return {**state, "options": None} if "state" in state else state


def _without_categories_and_quality(state: State) -> State:
    """Format 2 judged categories by the counts that had chosen their bins: these begin anew.

    It did not watch the quality of values: that begins anew with the next row.
    """
    return _with_columns(state, _begun_anew)


def _begun_anew(monitor: State) -> State:
    if monitor["kind"] != "category":
        return {**monitor, "quality": None}
    return {
        "kind": monitor["kind"],
        "problems": monitor["problems"],
        "quality": None,
        # The next one, so that its ranks are not those of the one that is given up.
        "restarts": monitor["restarts"] + 1,
        "reference": None,
        "detectors": [None] * len(monitor["detectors"]),
    }


def _without_choice(state: State) -> State:
    """In format 3 the first value decided the kind of a column for good: it is chosen anew."""
    return _with_columns(state, lambda monitor: {**monitor, "choice": None})


def _without_newcomers(state: State) -> State:
    """Format 4 made a monitor of every version at once: none is a newcomer."""
    outline = state.get("outline")
    if not isinstance(outline, dict) or "young" not in outline:
        return state
    newcomers = {"next": 0, "blocks": [], "restarts": []}
    return {**state, "outline": {**outline, "at_once": None, "newcomers": newcomers}}


def _with_columns(state: State, changed: Callable[[State], State]) -> State:
    """Return the state of a model version with other states of its columns."""
    model = state.get("state")
    if not isinstance(model, dict) or "columns" not in model:
        return state
    columns = [{**column, "monitor": changed(column["monitor"])} for column in model["columns"]]
    return {**state, "state": {**model, "columns": columns}}


STEPS: Final[Mapping[int, Callable[[State], State]]] = {
    1: _without_options,
    2: _without_categories_and_quality,
    3: _without_choice,
    4: _without_newcomers,
}
"""By the format that they start from; each leads to the next one."""


def migrated(state: State, version: int, to: int) -> State:
    """Return a state of a format as one of a later format."""
    for step in range(version, to):
        state = STEPS[step](state)
    return state
