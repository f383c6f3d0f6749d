"""Alerts of a column that follow each other so closely that its false-alarm rate cannot be told."""

from collections.abc import Sequence
from typing import Final

ALERTS: Final = 3
"""Alerts without peace between them that take the guarantee away."""

CLOSE: Final = 6
"""Burn-ins of values within which these are."""

PEACE: Final = 10
"""Burn-ins of values without an alert that give it back."""


class Unrest:
    """What is known of a column's latest alerts.

    One change is one alert, and another change may follow. But where alert follows alert, either
    the column never rests, or it changes in a way that none of its references tells (a cycle that
    is longer than all of them): what the next alert says is then no rarer than it seems.

    Parameters
    ----------
    burn_in
        Values of a reference.
    """

    __slots__ = ("_alerts", "_burn_in", "_is_on")

    def __init__(self, burn_in: int) -> None:
        self._burn_in = burn_in
        self._alerts: tuple[int, ...] = ()
        self._is_on = False

    def alert(self, values: int) -> bool:
        """Take note of an alert; return whether it is one of too many.

        Parameters
        ----------
        values
            Usable values of the column so far, up to the one that raised it.
        """
        if self._rests(values):
            self._alerts, self._is_on = (), False
        self._alerts = (*self._alerts, values)[-ALERTS:]
        many = len(self._alerts) == ALERTS
        self._is_on |= many and values - self._alerts[0] <= CLOSE * self._burn_in
        return self._is_on

    def is_on(self, values: int) -> bool:
        """Tell whether there was no peace since, by the usable values so far."""
        return self._is_on and not self._rests(values)

    def state(self) -> list[int] | None:
        """Return what `restore` takes."""
        return [int(self._is_on), *self._alerts] if self._alerts else None

    def restore(self, state: Sequence[int] | None) -> None:
        """Take over a state; with none, begin anew."""
        on, *alerts = state or [0]
        self._is_on, self._alerts = bool(on), tuple(alerts)

    def _rests(self, values: int) -> bool:
        return bool(self._alerts) and values - self._alerts[-1] > PEACE * self._burn_in
