"""What the oracle found."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

MOST_QUOTED: Final = 5


@dataclass
class Verdict:
    """What is wrong with what came out.

    Attributes
    ----------
    lost, different
        How many things did not come out, or came out otherwise than they should.
    duplicated
        How many came out again, which is promised to do no harm.
    alerts
        Distinct alerts that came out.
    broken
        Whether the scenario could not be played to its end: that says nothing of a planted bug.
    notes
        What exactly is wrong, for people.
    """

    lost: int = 0
    different: int = 0
    duplicated: int = 0
    alerts: int = 0
    broken: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.lost or self.different)

    @property
    def is_seen(self) -> bool:
        """Whether a bug showed in what came out, in a scenario that was played to its end."""
        return not self.is_clean and not self.broken

    def broke(self, error: Exception) -> None:
        """Note what ended the scenario before its end."""
        self.broken = True
        self.wrong("promises", [repr(error)])

    def missing(self, what: str, things: Collection[object]) -> None:
        """Note things that should have come out."""
        self.lost += len(things)
        self._note("lost", what, things)

    def wrong(self, what: str, things: Collection[object]) -> None:
        """Note things that should not have come out, or not so."""
        self.different += len(things)
        self._note("different", what, things)

    def compare(self, what: str, found: Collection[object], expected: Collection[object]) -> None:
        """Note the differences of two sets."""
        self.missing(what, set(expected) - set(found))
        self.wrong(what, set(found) - set(expected))

    def _note(self, how: str, what: str, things: Collection[object]) -> None:
        if things:
            some = ", ".join(str(thing) for thing in list(things)[:MOST_QUOTED])
            self.notes.append(f"{how}: {len(things)} {what}, as {some}")
