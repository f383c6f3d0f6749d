"""What was sent, and where the broker put it."""

from collections import Counter, defaultdict
from typing import NamedTuple

from app.settings import TopicRole
from schemas.tables.model_version import ModelVersion
from tests.chaos.traffic import Fate, Item


class Place(NamedTuple):
    """Where a record of the users is; in which of the topics, where it was made anew."""

    role: TopicRole
    partition: int
    offset: int
    renewals: int = 0

    def __str__(self) -> str:
        return f"{self.role}{'#' * self.renewals}-{self.partition}@{self.offset}"


class Ledger:
    """Keeps account of all records that the broker has acknowledged.

    Attributes
    ----------
    rows
        Sound predictions, with whose they are.
    labels
        Sound labels, with the predictions' ids.
    ids
        Sound predictions, with their ids.
    notices
        Model events, with the ids of the alerts that they name.
    routes
        Routes, with their ids, and ends of routes, without.
    refused, skipped, unseen
        Records that must come out as dead letters, must be passed over, or are not there at all.
    ends
        Offset after the last record of each partition that is to be seen.
    """

    def __init__(self) -> None:
        self.rows: dict[Place, ModelVersion] = {}
        self.labels: dict[Place, str] = {}
        self.ids: dict[Place, str] = {}
        self.notices: dict[Place, str] = {}
        self.routes: dict[Place, str] = {}
        self.refused: set[Place] = set()
        self.skipped: set[Place] = set()
        self.unseen: set[Place] = set()
        self.ends: dict[tuple[TopicRole, int], int] = defaultdict(int)
        self._renewals: Counter[TopicRole] = Counter()

    @property
    def events(self) -> int:
        """Records that were sent."""
        sound = len(self.rows) + len(self.labels) + len(self.notices) + len(self.routes)
        return sound + len(self.refused) + len(self.skipped) + len(self.unseen)

    def renew(self, role: TopicRole) -> None:
        """Enter that a topic, all of which was read, is made anew."""
        self._renewals[role] += 1
        for end in [end for end in self.ends if end[0] is role]:
            del self.ends[end]

    def note(self, item: Item, offset: int) -> None:
        """Enter a record that was acknowledged."""
        place = Place(item.role, item.partition, offset, self._renewals[item.role])
        if item.fate is Fate.OBSERVED:
            self.rows[place] = item.model, item.version
            self.ids[place] = item.own_id
        elif item.fate is Fate.LABEL:
            self.labels[place] = item.own_id
        elif item.fate is Fate.NOTICED:
            self.notices[place] = item.own_id
        elif item.fate is Fate.ROUTED:
            self.routes[place] = item.own_id
            return  # workers write the topic as well: it is waited for to its end
        elif item.fate is Fate.REFUSED:
            self.refused.add(place)
        elif item.fate is Fate.SKIPPED:
            self.skipped.add(place)
        elif item.fate is Fate.UNSEEN:
            self.unseen.add(place)
            return
        end = item.role, item.partition
        self.ends[end] = max(self.ends[end], offset + 1)

    def labelled(self) -> set[str]:
        """Return the ids of the predictions whose label was sent."""
        return set(self.ids.values()) & set(self.labels.values())
