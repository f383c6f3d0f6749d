"""What an app adds to its consumer: what is to be done at a drain, which rounds may be larger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from faust.types import TP

from agents.transport.doubtful_fetches import Confirm
from agents.transport.missed import Missed


@dataclass(frozen=True, slots=True)
class ConsumerHooks:
    """The app's own part in the consumer, filled in while the app is wired.

    Attributes
    ----------
    drain
        Called, in the event loop, when a rebalance or a shutdown starts to wait for the batches
        that agents hold.
    missed
        Called, in the event loop, with what was deleted before it was read.
    confirm
        Awaited, in the event loop, before anything is read of topics that may have been made anew.
    round_rules
        Each tells of a partition whether larger rounds of it are cheaper.
    """

    drain: list[Callable[[], None]] = field(default_factory=list)
    missed: list[Callable[[Missed], None]] = field(default_factory=list)
    confirm: list[Confirm] = field(default_factory=list)
    round_rules: list[Callable[[TP], bool]] = field(default_factory=list)

    def prefers_larger_rounds(self, tp: TP) -> bool:
        """Tell whether larger rounds of a partition are cheaper."""
        return any(gains(tp) for gains in self.round_rules)
