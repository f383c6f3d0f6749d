"""What the stored state of a reference says, of whichever release it is."""

from detectors.snapshots.tree import State


def is_ready(state: State | None) -> bool:
    """Tell whether the state of a reference is one that is complete."""
    return state is not None and judged_in(state)["binning"] is not None


def judged_in(state: State) -> State:
    """Return the state by which values are judged, which a release before may not know."""
    for each in ("heavy", "cyclic", "whitened"):
        if each in state:
            found: State = state[each]
            return found
    return state
