"""From the states of earlier formats to those of the present one, one step at a time.

A change of what a state holds raises `detectors.snapshots.snapshot.FORMAT` and adds a step here,
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


def _without_quality(state: State) -> State:
    """Format 2 did not watch the quality of values: that begins anew with the next row."""
    if "columns" not in state.get("state", {}):
        return state
    columns = [
        {**column, "monitor": {**column["monitor"], "quality": None}}
        for column in state["state"]["columns"]
    ]
    return {**state, "state": {**state["state"], "columns": columns}}


STEPS: Final[Mapping[int, Callable[[State], State]]] = {1: _without_options, 2: _without_quality}
"""By the format that they start from; each leads to the next one."""


def migrated(state: State, version: int, to: int) -> State:
    """Return a state of a format as one of a later format."""
    for step in range(version, to):
        state = STEPS[step](state)
    return state
