"""A rendering of metrics that can be given up between its parts."""

from collections.abc import Callable, Iterable, Iterator
from copy import copy
from typing import Final, TypeAlias

from prometheus_client import Metric
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

Check: TypeAlias = Callable[[], None]
"""Raises `RenderingGivenUp` when nobody waits for the rendering any more."""

_STRIDE: Final = 256
"""Samples between two checks: a millisecond of work."""


class RenderingGivenUp(Exception):
    """Nobody waits for a rendering any more."""


class CheckedCollector(Collector):
    """Metrics of another collector, with a check between families and every 256 samples.

    Parameters
    ----------
    source
        Whose metrics they are.
    check
        Called from the thread that renders; what it raises ends the rendering.
    """

    def __init__(self, source: Collector, check: Check) -> None:
        self._source = source
        self._check = check

    def collect(self) -> Iterator[Metric]:
        """Yield the families."""
        for family in self._source.collect():
            self._check()
            checked = copy(family)
            checked.samples = _CheckedSamples(family.samples, self._check)
            yield checked


class _CheckedSamples(list[Sample]):
    def __init__(self, samples: Iterable[Sample], check: Check) -> None:
        super().__init__(samples)
        self._check = check

    def __iter__(self) -> Iterator[Sample]:
        for place, sample in enumerate(super().__iter__()):
            if place % _STRIDE == 0:
                self._check()
            yield sample
