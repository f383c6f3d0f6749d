"""Labels whose prediction never came, counted once each for as long as the changelog lives."""

from collections.abc import Mapping
from typing import Any, Final

from schemas.events.durations import MS_PER_HOUR

MOST_MODELS: Final = 64
"""Models that are told apart; every record of the changelog has the counts."""

OTHER: Final = "other"
"""Stands for the models beyond these."""

NAMELESS: Final = ""
"""Stands for labels that name no model."""

SOON: Final = MS_PER_HOUR
"""Milliseconds within which a record may come again that was not committed: longer than any stop
between taking records and committing them."""

MOST_SOON: Final = 10_000
"""Labels given up within that time that are remembered: more than come between two commits."""


class Orphans:
    """How many labels were given up before their prediction came, by the models that they name.

    The counts are part of what the changelog says, so that they go on after a kill. A label that
    was given up soon after it came, because others pushed it out, may be read again then: it is
    remembered by its record, and neither kept nor counted once more.

    Attributes
    ----------
    totals
        By the names of models; those of labels that name none under an empty one.

    Examples
    --------
    >>> orphans = Orphans()
    >>> orphans.add("fraud", 7, waited=1000)
    >>> orphans.totals, 7 in orphans
    ({'fraud': 1}, True)
    """

    def __init__(self) -> None:
        self.totals: dict[str, int] = {}
        self._soon: dict[int, None] = {}

    def __contains__(self, offset: int) -> bool:
        """Tell whether the label of a record was given up soon after it came."""
        return offset in self._soon

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.totals.values())

    def add(self, model: str | None, offset: int, *, waited: int) -> None:
        """Count a label that was given up.

        Parameters
        ----------
        model
            That it names.
        offset
            Of its record.
        waited
            Milliseconds since it came.
        """
        name = NAMELESS if model is None else model
        if name not in self.totals and len(self.totals) >= MOST_MODELS:
            name = OTHER
        self.totals[name] = self.totals.get(name, 0) + 1
        if waited <= SOON:
            self._soon[offset] = None
            if len(self._soon) > MOST_SOON:
                del self._soon[next(iter(self._soon))]

    def told(self, totals: Mapping[str, Any]) -> None:
        """Take over counts that the changelog says."""
        self.totals = {str(model): int(labels) for model, labels in totals.items()}

    def state(self) -> dict[str, Any]:
        """Return the whole state."""
        return {"totals": dict(self.totals), "soon": list(self._soon)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state, that of a release before too, which has none."""
        self.told(state.get("totals", {}))
        self._soon = dict.fromkeys(map(int, state.get("soon", ())))
