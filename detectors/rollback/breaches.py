"""Thresholds that the versions of one model have crossed, and not kept again since."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from schemas.events.rollback_request import RollbackEvidence
from schemas.events.times import LATEST_MS, parse_time
from schemas.values.threshold_texts import is_of_reference

MOST_BREACHED: Final = 32
"""Versions of a model whose crossed thresholds are remembered; as many thresholds of each."""


class Breaches:
    """What stands against the versions of a model.

    Attributes
    ----------
    touched
        Changes; no part of the state.
    """

    def __init__(self) -> None:
        self._known: dict[str, dict[str, RollbackEvidence]] = {}
        self.touched = 0

    def __bool__(self) -> bool:
        return bool(self._known)

    def of(self, version: str) -> list[RollbackEvidence]:
        """Return what stands against a version, the first that was crossed first."""
        return [*self._known.get(version, {}).values()]

    def cross(self, version: str, threshold: str, evidence: RollbackEvidence) -> None:
        """Remember a threshold that a version has crossed."""
        if version not in self._known and len(self._known) >= MOST_BREACHED:
            del self._known[next(iter(self._known))]
        known = self._known.setdefault(version, {})
        known.pop(threshold, None)
        known[threshold] = evidence
        if len(known) > MOST_BREACHED:
            del known[next(iter(known))]
        self.touched += 1

    def keep(self, version: str, threshold: str) -> None:
        """Take note that a version keeps a threshold again."""
        known = self._known.get(version, {})
        if known.pop(threshold, None) is None:
            return
        if not known:
            del self._known[version]
        self.touched += 1

    def begin_anew(self) -> None:
        """Forget those that are relative to a reference: they are judged anew."""
        for version, known in [*self._known.items()]:
            for threshold in [*known]:
                if is_of_reference(threshold):
                    self.keep(version, threshold)

    def forget(self, version: str, until: int = LATEST_MS) -> None:
        """Forget those that a version has crossed up to a time."""
        for threshold, evidence in [*self._known.get(version, {}).items()]:
            if parse_time(evidence.at.time) <= until:
                self.keep(version, threshold)

    def state(self) -> list[list[Any]]:
        """Return the whole state."""
        return [
            [version, threshold, each.model_dump(mode="json")]
            for version, known in self._known.items()
            for threshold, each in known.items()
        ]

    def restore(self, state: Iterable[Sequence[Any]]) -> None:
        """Take over a state."""
        self._known = {}
        for version, threshold, each in state:
            evidence = RollbackEvidence.model_validate(dict(each))
            self._known.setdefault(version, {})[threshold] = evidence
