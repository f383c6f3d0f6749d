"""Which topics a worker works with, beside their names: one that was made anew has another id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

NO_ID: Final = ""
"""Of topics of brokers that give them none: Kafka before 2.8, and the embedded one."""

_FORM: Final = "driftline/1"


class TopicsChanged(RuntimeError):
    """A topic is not the one, or not as wide, as when the worker started: it ends, uncommitted."""


class KnownTopic(NamedTuple):
    """A topic as it was met.

    Attributes
    ----------
    id
        Kafka gives each topic another one, also one that is made anew under its old name.
    partitions
        How many it has.
    renewals
        How often it was made anew since a group of workers first met it.
    """

    id: str
    partitions: int
    renewals: int = 0

    def is_other_than(self, known: KnownTopic) -> bool:
        """Tell whether it is another topic of the same name, as far as the brokers say."""
        return NO_ID not in {self.id, known.id} and self.id != known.id

    def source_name(self, topic: str) -> str:
        """Return what the positions of its records are told by.

        The offsets of a topic that was made anew begin at 0: what was counted of the old one says
        nothing of them. Kafka's names of topics have no number sign.
        """
        return f"{topic}#{self.renewals}" if self.renewals else topic


def note_of(topics: Mapping[str, KnownTopic]) -> str:
    """Return what is committed beside an offset, so that the next workers know these topics."""
    known = (f"{name}={each.id}:{each.partitions}:{each.renewals}" for name, each in topics.items())
    return " ".join([_FORM, *known])


def read_note(note: str) -> dict[str, KnownTopic]:
    """Return the topics of a note; none of what is no note, as of an earlier release."""
    form, *entries = note.split(" ")
    if form != _FORM:
        return {}
    found = {}
    for entry in entries:
        name, _, fields = entry.partition("=")
        try:
            id_, partitions, renewals = fields.split(":")
            found[name] = KnownTopic(id_, int(partitions), int(renewals))
        except ValueError:
            continue
    return found
