"""What is to go wrong inside a worker, as it is told to one."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class FaultKind(StrEnum):
    """What happens, and when. The first group are failures that a worker must survive."""

    DIE_BEFORE_SEND = "die-before-send"
    """kill -9 when the nth record for a topic is about to be sent."""
    DIE_AFTER_SEND = "die-after-send"
    """kill -9 when the broker has acknowledged the nth record for a topic."""
    DIE_BEFORE_ACK = "die-before-ack"
    """kill -9 when the nth batch of a topic is about to be acked."""
    DIE_AFTER_ACK = "die-after-ack"
    """kill -9 when the nth batch of a topic has been acked."""
    DIE_BEFORE_COMMIT = "die-before-commit"
    """kill -9 before the nth commit is sent."""
    DIE_AFTER_COMMIT = "die-after-commit"
    """kill -9 when the broker has taken the nth commit."""
    RAISE = "raise"
    """The handler raises where it sends its nth record for a topic."""
    REFUSE_COMMITS = "refuse-commits"
    """The broker refuses the first n commits."""
    SLOW_SENDS = "slow-sends"
    """Records for a topic are sent n seconds late, and acknowledged after that."""

    # What follows are bugs: the oracle must see every one of them.
    COMMIT_EARLY = "commit-early"
    """What was delivered is committed, whether or not it was handled."""
    COMMIT_TO_HOLES = "commit-to-holes"
    """Nothing is committed beyond an offset that the log does not have, as Faust does."""
    LOSE_SENDS = "lose-sends"
    """Every nth record for a topic fails, and nobody hears of it."""
    SKIP_MARKS = "skip-marks"
    """The high-water marks are not looked at."""
    COUNT_LAST_AGAIN = "count-last-again"
    """The row at a high-water mark is taken for one beyond it."""
    LEAVE_ORDER = "leave-order"
    """Joins are observed before the changelog knows what came first."""
    IGNORE_CLAIMS = "ignore-claims"
    """Nobody heeds that another worker has claimed a partition of the changelog."""
    IGNORE_RENEWALS = "ignore-renewals"
    """A topic that was made anew is taken for the one of the same name before it."""
    FORGE_ACKS = "forge-acks"
    """Records for a topic count as acknowledged n seconds before they are sent."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    Attributes
    ----------
    kind
        What.
    topic
        Full name of the topic that it concerns, where there is one.
    nth
        At which occurrence; see `FaultKind`.
    """

    kind: FaultKind
    topic: str = ""
    nth: int = 1

    def __str__(self) -> str:
        return f"{self.kind}:{self.topic}:{self.nth}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the fault that was written with `str`."""
        kind, topic, nth = text.split(":")
        return cls(FaultKind(kind), topic, int(nth))
