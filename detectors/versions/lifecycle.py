"""What model events say of the versions of one model, in the order of their times."""

from bisect import bisect_right
from collections.abc import Container, Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from detectors.snapshots.tree import State
from schemas.events.model_event import EFFECTS, ModelEventType
from schemas.events.version_status import GONE, VersionStatus

MOST_CHANGES: Final = 200
"""Model events of a model that may still be followed by earlier ones; what is older stands."""

MOST_HISTORY: Final = 100
"""Changes of status that are told of a version, the latest."""


class Remark(StrEnum):
    """What is odd about a model event, which is believed nevertheless."""

    NONE = ""
    UNSEEN = "unseen"
    """Of a version of which there was neither a row nor an event."""
    NEVER_SERVED = "never_served"
    """Rolled back to a version that never had a row, nor was the champion."""
    CONTESTED = "contested"
    """Another version became the champion at the same time: the one that came last in the log is.
    """


class Change(NamedTuple):
    """A model event about a version.

    Attributes
    ----------
    time
        When it happened, milliseconds since the epoch.
    type, version
        What happened, and to whom.
    remark
        What is odd about it.
    """

    time: int
    type: ModelEventType
    version: str
    remark: Remark


class Step(NamedTuple):
    """One entry in the history of a version.

    Attributes
    ----------
    since
        Milliseconds since the epoch.
    status
        From then on.
    cause, remark
        The type of the model event, and what is odd about it.
    """

    since: int
    status: VersionStatus
    cause: ModelEventType
    remark: Remark


class Standing:
    """How the versions of a model stand after some changes.

    Attributes
    ----------
    champion
        The version that serves; None where none was named, or it was retired.
    good
        Versions whose latest time as the champion did not end by a rollback, the last one last.
    withdrawn
        Versions that were said to be retired when they served no longer: nobody runs them any more.
    histories
        The statuses of each version, by time.
    """

    __slots__ = ("champion", "good", "histories", "withdrawn")

    def __init__(self) -> None:
        self.champion: str | None = None
        self.good: list[str] = []
        self.withdrawn: set[str] = set()
        self.histories: dict[str, list[Step]] = {}

    def status(self, version: str) -> VersionStatus | None:
        """Return the present status of a version; None where no event has named it."""
        history = self.histories.get(version)
        return history[-1].status if history else None

    @property
    def before(self) -> str | None:
        """The version that was the champion last, before the present one, and not rolled back."""
        return next((each for each in reversed(self.good) if each != self.champion), None)

    def apply(self, change: Change) -> None:
        """Take a change that is no earlier than those before it."""
        becomes, version = EFFECTS[change.type].becomes, change.version
        before = self.champion
        if becomes is None:
            return
        if change.type is ModelEventType.VERSION_RETIRED and version != before:
            self.withdrawn.add(version)
        elif becomes not in GONE:
            self.withdrawn.discard(version)
        if becomes is VersionStatus.CHAMPION:
            if before is not None and before != version:
                self._end(before, change, is_good=change.type is not ModelEventType.ROLLED_BACK)
            self.champion = version
        elif version == before:
            if becomes is not VersionStatus.RETIRED:
                return  # it serves, until another one does or it is retired
            self._end(version, change, is_good=True)
            self.champion = None
            return
        elif change.type is ModelEventType.RETRAIN_COMPLETED and self.status(version) is not None:
            return  # it is known as more than trained
        self._enter(version, change, becomes)

    def copy(self) -> "Standing":
        """Return the same, which does not change with this one."""
        other = Standing()
        other.champion, other.good = self.champion, list(self.good)
        other.withdrawn = set(self.withdrawn)
        other.histories = {version: list(steps) for version, steps in self.histories.items()}
        return other

    def prune(self, known: Container[str]) -> None:
        """Forget the histories of all versions but some."""
        self.histories = {name: steps for name, steps in self.histories.items() if name in known}
        self.good = [name for name in self.good if name in known]
        self.withdrawn = {name for name in self.withdrawn if name in known}

    def _end(self, version: str, change: Change, *, is_good: bool) -> None:
        if version in self.good:
            self.good.remove(version)
        if is_good:
            self.good.append(version)
        status = VersionStatus.RETIRED if is_good else VersionStatus.ROLLED_BACK
        if change.remark is not Remark.CONTESTED:
            # What is odd about the version that comes says nothing of the one that goes.
            change = change._replace(remark=Remark.NONE)
        self._enter(version, change, status)

    def _enter(self, version: str, change: Change, status: VersionStatus) -> None:
        history = self.histories.setdefault(version, [])
        if not history or history[-1].status is not status:
            history.append(Step(change.time, status, change.type, change.remark))
            del history[:-MOST_HISTORY]


class Lifecycle:
    """The model events of one model that name a version, and how its versions stand by them.

    They count by their times, whatever their order in the log; of those at the same time the one
    that came last counts. `MOST_CHANGES` are remembered one by one: an event that is earlier than
    all of these, once there are so many, is refused.

    Attributes
    ----------
    standing
        How the versions stand by now.
    """

    def __init__(self) -> None:
        self.standing = Standing()
        self._base = Standing()
        self._settled = -1
        self._changes: list[Change] = []

    def is_settled(self, time: int) -> bool:
        """Tell whether what was at a time can no longer change."""
        return time < self._settled

    def rivals(self, time: int, version: str) -> Iterator[Change]:
        """Yield the changes by which another version became the champion at a time."""
        for each in self._changes:
            is_champion = EFFECTS[each.type].becomes is VersionStatus.CHAMPION
            if is_champion and each.time == time and each.version != version:
                yield each

    def add(self, change: Change, known: Container[str]) -> None:
        """Take a change that is not settled; ``known`` are the versions that are remembered."""
        self._changes.insert(bisect_right(self._changes, change.time, key=_time), change)
        if len(self._changes) > MOST_CHANGES:
            oldest = self._changes.pop(0)
            self._settled = oldest.time
            self._base.apply(oldest)
            self._base.prune(known)
        self._stand()

    def state(self) -> State:
        """Return the whole state."""
        return {
            "settled": self._settled,
            "champion": self._base.champion,
            "good": list(self._base.good),
            "withdrawn": sorted(self._base.withdrawn),
            "histories": {
                version: [list(step) for step in steps]
                for version, steps in self._base.histories.items()
            },
            "changes": [list(change) for change in self._changes],
        }

    def restore(self, state: State) -> None:
        """Take over a state."""
        self._settled = state["settled"]
        self._base = Standing()
        self._base.champion, self._base.good = state["champion"], list(state["good"])
        self._base.withdrawn = set(state.get("withdrawn", ()))  # of releases before: none
        self._base.histories = {
            version: [
                Step(since, VersionStatus(status), ModelEventType(cause), Remark(remark))
                for since, status, cause, remark in steps
            ]
            for version, steps in state["histories"].items()
        }
        self._changes = [
            Change(time, ModelEventType(kind), version, Remark(remark))
            for time, kind, version, remark in state["changes"]
        ]
        self._stand()

    def _stand(self) -> None:
        self.standing = self._base.copy()
        for change in self._changes:
            self.standing.apply(change)


def _time(change: Change) -> int:
    return change.time
