"""Parts of a state that has one for each model: checked and restored, the faulty one named."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from detectors.snapshots.codec import UnreadableSnapshot, decode_snapshot, encode_snapshot
from detectors.snapshots.parts import PartName, UnusablePart
from detectors.snapshots.tree import State

MODEL: Final = "model"
"""What the name of a model's part begins with."""

WRONG_FORM: Final = (ValueError, LookupError, TypeError, AttributeError)
"""What restoring raises of a tree that is a snapshot, but not of the state that is restored."""


class ModelParts:
    """Parts of one kind of state, each a snapshot that says whose it is.

    Parameters
    ----------
    whose
        Gives what of a part's tree must agree with its name.
    restore_one
        Restores the state of one part alone, into an object of its own: it is called to find the
        faulty one where restoring all of them has failed.
    """

    def __init__(
        self,
        whose: Callable[[PartName], State],
        restore_one: Callable[[PartName, State], None],
    ) -> None:
        self._whose = whose
        self._restore_one = restore_one

    def encode(self, name: PartName, state: State, **more: object) -> bytes:
        """Return the snapshot of a part.

        Parameters
        ----------
        name, state
            Of the part.
        more
            What else its tree says, beside the state.
        """
        return encode_snapshot({**self._whose(name), **more, "state": state})

    def decode(self, name: PartName, parts: Mapping[PartName, bytes]) -> State:
        """Return the tree of a part, which has a state.

        Raises
        ------
        UnusablePart
            If it is missing, no snapshot, of another model, or without a state.
        """
        tree = decode_part(name, parts)
        whose = self._whose(name)
        if {field: tree.get(field) for field in whose} != whose:
            raise UnusablePart(name, "foreign snapshot: it is that of another model")
        if not isinstance(tree.get("state"), dict):
            raise UnusablePart(name, "foreign snapshot: it holds no state of a model")
        return tree

    def restore(self, states: Iterable[tuple[PartName, State]], whole: Callable[[], None]) -> None:
        """Restore all parts at once.

        Parameters
        ----------
        states
            Names and states of all of them.
        whole
            Restores them.

        Raises
        ------
        UnusablePart
            Of the first one that cannot be restored.
        """
        try:
            whole()
        except UnusablePart:
            raise  # one of another kind, that was found already
        except WRONG_FORM:
            # All at once is the fast way; now find out which one it is.
            for name, state in states:
                self._try(name, state)
            raise

    def _try(self, name: PartName, state: State) -> None:
        try:
            self._restore_one(name, state)
        except WRONG_FORM as error:
            raise UnusablePart(name, f"its state cannot be taken: {error!r}") from error


def decode_part(name: PartName, parts: Mapping[PartName, bytes]) -> State:
    """Return the tree of a part.

    Raises
    ------
    UnusablePart
        If it is missing or no snapshot.
    """
    data = parts.get(name)
    if data is None:
        raise UnusablePart(name, "its part is missing")
    try:
        return decode_snapshot(data)
    except UnreadableSnapshot as error:
        raise UnusablePart(name, str(error)) from error
