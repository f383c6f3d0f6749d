"""The contract of every detector: a column in, detections out, the whole state out and in again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from detectors.arrays.column import Numbers
from detectors.snapshots.tree import State


@dataclass(frozen=True, slots=True)
class Detection:
    """One change that a detector reports in a column.

    Attributes
    ----------
    index
        Row of the column (from 0) at whose value the detector fired.
    statistic
        The quantity that the detector compared, in the detector's own units.
    threshold
        What it was compared with; the detector fired because ``statistic > threshold``.
    mean_before, mean_after
        Mean of the detector's input before and after the change as the detector estimates it.
        NaN where the algorithm has no such estimate.
    rows_after
        How many values up to and including ``index`` lie after the estimated change; at least 1.
    """

    index: int
    statistic: float
    threshold: float
    mean_before: float
    mean_after: float
    rows_after: int


class NamedDetector(Protocol):
    """What an alert says of a detector."""

    @property
    def kind(self) -> str:
        """Its name, such as ``adwin``."""

    @property
    def parameters(self) -> Mapping[str, float | int | str | bool]:
        """All parameters in force, defaults included."""


@runtime_checkable
class Detector(Protocol):
    """An online change detector over one stream of numbers.

    A batch gives exactly what its values give one at a time: calling ``update`` on ``[a, b]`` is
    calling it on ``[a]`` and then on ``[b]``, detections (shifted by the offset) and state alike.
    After a detection the detector starts anew with the next value.
    """

    kind: str
    """The name under which the registry knows it, such as ``adwin`` or ``page_hinkley``."""

    @property
    def parameters(self) -> Mapping[str, float | int | str | bool]:
        """All parameters in force, defaults included, as an alert shows them."""

    def update(self, values: Numbers) -> list[Detection]:
        """Feed a column of finite values, shape ``(n,)``; return its detections by index."""

    def state(self) -> State:
        """Return the whole state as copies; ``restore`` on a fresh detector continues exactly."""

    def restore(self, state: State) -> None:
        """Take over a state given by ``state`` of a detector of the same kind and parameters."""

    def reset(self) -> None:
        """Forget all values: the state of a newly made detector."""
