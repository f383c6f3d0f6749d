"""A version that serves against the one before it, by labels that took as long to come."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from detectors.comparisons.ages import ages_as_hours
from detectors.comparisons.measured import Known, Measured, of_the_task
from detectors.comparisons.options import ComparisonOptions
from detectors.comparisons.ruling import is_broken
from detectors.snapshots.tree import State
from schemas.events.model_comparison import Finding, MetricRole
from schemas.events.position import Position

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]


class History:
    """What the labelled rows of a version say of it, and of the one that served before it.

    The rows of the one before are those of its own time; they stand when the next one begins. Each
    look holds with all others together, as those of a comparison do: with the one sample complete,
    the gain times its information is a Brownian motion in the rows of the other.

    Parameters
    ----------
    version, since
        The version, and since when it serves, milliseconds since the epoch.
    options
        What is compared, and how surely.
    before
        The history of the version that it is held against; None for none.
    earlier
        Its own of an earlier time as the champion; None where there was none.

    Attributes
    ----------
    version, since
        As given.
    against
        The version before; None without one.
    """

    def __init__(
        self,
        version: str,
        since: int,
        options: ComparisonOptions,
        before: "History | None" = None,
        earlier: "History | None" = None,
    ) -> None:
        self.version = version
        self.since = since
        self.against = None if before is None else before.version
        self._options = options
        self._own = _measured(options) if earlier is None else earlier.begun()
        """What its own rows say, which the next version is held against."""
        self._held = None if before is None else before.begun()
        """The rows of the version before, and beside them its own."""

    def begun(self) -> list[Measured]:
        """Return what its rows say so far, for a version that is held against them."""
        measured = _measured(self._options)
        for each, own in zip(measured, self._own, strict=True):
            each.restore(own.state())
        return measured

    def add(self, delays: Integers, losses: Numbers) -> None:
        """Add labelled rows of predictions that it made since it serves.

        Parameters
        ----------
        delays
            Shape ``(n,)``: from the predictions to their labels, in milliseconds.
        losses
            Shape ``(metrics, n)``; NaN where there is none.
        """
        ages = ages_as_hours(delays)
        for number, own in enumerate(self._own):
            own.add(0, ages, losses[number])
        for number, held in enumerate(self._held or ()):
            held.add(1, ages, losses[number])

    def harms(self, at: Position) -> list[tuple[Measured, Known]]:
        """Return the metrics in which it is known to be worse than the version before it was.

        Guardrails by more than their margins, as far as is known.
        """
        held = self._held or []
        if held and not self._options.metrics:
            held = [held[of_the_task(held)]]
        looks = [(each, each.look(None, at)) for each in held]
        return [(each, known) for each, known in looks if _is_harm(each, known)]

    def state(self) -> State:
        """Return the whole state."""
        return {
            "version": self.version,
            "since": self.since,
            "against": self.against,
            "own": [each.state() for each in self._own],
            "held": None if self._held is None else [each.state() for each in self._held],
        }

    @classmethod
    def of(cls, state: State, options: ComparisonOptions) -> Self:
        """Return what has a state that was written with the same options."""
        self = cls(state["version"], int(state["since"]), options)
        self.against = state["against"]
        _restore(self._own, state["own"])
        if state["held"] is not None:
            self._held = _measured(options)
            _restore(self._held, state["held"])
        return self


def _measured(options: ComparisonOptions) -> list[Measured]:
    return [Measured(each, options.metric_level) for each in options.compared]


def _restore(measured: Sequence[Measured], states: Sequence[Any]) -> None:
    for each, state in zip(measured, states, strict=True):
        each.restore(state)


def _is_harm(measured: Measured, known: Known) -> bool:
    if measured.metric.role is MetricRole.GUARDRAIL:
        return is_broken(known)
    return known.finding is Finding.WORSE
