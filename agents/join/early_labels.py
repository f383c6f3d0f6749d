"""Labels that came before their predictions, and wait for them."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from agents.join.duplicates import DUPLICATE, Duplicates
from agents.join.labels import Label
from agents.join.orphans import Orphans

MOST_SIDE_BY_SIDE: Final = 16
"""Labels of one prediction id that wait at once, each for another model."""


@dataclass(slots=True)
class EarlyLabel:
    """A label that waits for its prediction.

    Attributes
    ----------
    label
        As it came.
    since
        Where in the changelog it stands.
    is_used
        Whether a prediction that it is for has come.
    """

    label: Label
    since: int
    is_used: bool = False


class EarlyLabels:
    """The early labels of one partition, by the ids of their predictions.

    They are in memory alone. A label that was met stays: other versions of the model may have
    scored the same id.

    Parameters
    ----------
    most
        Labels kept at most.
    duplicates
        Tells which labels are the same again.

    Attributes
    ----------
    orphans
        Those that were given up.
    unused
        Those that no prediction has met.
    since
        No label that waits came into the changelog before this.
    """

    def __init__(self, most: int, duplicates: Duplicates) -> None:
        self._most = most
        self._duplicates = duplicates
        # Ordered for their cheap oldest entry: a plain dict skips over all that was deleted.
        self._labels: OrderedDict[bytes, list[EarlyLabel]] = OrderedDict()
        self._kept = 0
        self.orphans = Orphans()
        self.unused = 0
        self.since = 0

    def __bool__(self) -> bool:
        return bool(self._labels)

    def __contains__(self, name: bytes) -> bool:
        return name in self._labels

    def isdisjoint(self, names: "dict[bytes, int]") -> bool:
        """Tell whether no label waits for any of some ids."""
        return not self._labels or self._labels.keys().isdisjoint(names)

    def holds(self, label: Label) -> bool:
        """Tell whether a label waits, or has waited, for its prediction."""
        return any(known.label.offset == label.offset for known in self._labels.get(label.id, ()))

    def keep(self, label: Label, position: int) -> str:
        """Keep a label whose prediction is not there; return what it counts as."""
        early = self._of(label.id, position)
        for known in early:
            if known.label.model == label.model:
                if known.label.offset == label.offset:
                    return "early"
                before = self._duplicates.digest(known.label.value, label.model)
                return self._duplicates.of_label(label.value, [(label.model, before)])
        if len(early) >= MOST_SIDE_BY_SIDE:
            return DUPLICATE
        early.append(EarlyLabel(label, position))
        self._kept += 1
        self.unused += 1
        return "early"

    def keep_again(self, label: Label, position: int, *, is_used: bool) -> None:
        """Keep a label that the changelog says again."""
        early = self._of(label.id, position)
        for known in early:
            if known.label.model == label.model:
                known.since = position
                return
        early.append(EarlyLabel(label, position, is_used))
        self._kept += 1
        self.unused += not is_used

    def meet(self, name: bytes, model: str) -> Label | None:
        """Return the label that a new prediction meets."""
        for early in self._labels.get(name, ()):
            if early.label.model in {None, model}:
                self.unused -= not early.is_used
                early.is_used = True
                return early.label
        return None

    def trim(self, now: int, oldest: int, undated: int) -> None:
        """Drop what came before a time, or is above the cap.

        Parameters
        ----------
        now, oldest
            The time of arrivals, and that before which what came goes.
        undated
            What stands for an arrival of 0.
        """
        while self._labels:
            labels = next(iter(self._labels.values()))
            arrival = labels[-1].label.arrival or undated
            if arrival >= oldest and self._kept <= self._most:
                break
            self._labels.popitem(last=False)
            self._kept -= len(labels)
            for label in [early.label for early in labels if not early.is_used]:
                self.unused -= 1
                waited = now - (label.arrival or undated)
                self.orphans.add(label.model, label.offset, waited=waited)

    def said_again(self, oldest: int, position: int) -> Iterator[EarlyLabel]:
        """Yield those that stand in the changelog before a place; they will stand at a position."""
        for labels in self._labels.values():
            for early in labels:
                if early.since < oldest:
                    yield early
                    early.since = position
        self.since = oldest

    def state(self) -> list[Any]:
        """Return the whole state."""
        return [
            (
                name.decode(),
                [
                    (each.value, each.time, each.model, each.offset, each.arrival, since, used)
                    for each, since, used in ((e.label, e.since, e.is_used) for e in labels)
                ],
            )
            for name, labels in self._labels.items()
        ]

    def restore(self, state: list[Any], since: int) -> None:
        """Restore a state, in which no label came into the changelog before a place."""
        self.since = since
        for name, labels in state:
            key = str(name).encode()
            self._labels[key] = [
                EarlyLabel(Label(key, *(value, time, model, offset, arrival)), at, used)
                for value, time, model, offset, arrival, at, used in labels
            ]
            self._kept += len(labels)
            self.unused += sum(not label[-1] for label in labels)

    def _of(self, name: bytes, position: int) -> list[EarlyLabel]:
        if not self._labels:
            self.since = position
        return self._labels.setdefault(name, [])
