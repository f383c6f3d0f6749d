"""The default detectors of a column, as `detectors.together` feeds them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.adwin import Adwin
from detectors.contract import Detection, Detector
from detectors.page_hinkley import PageHinkley
from schemas.alert import Stream

Array = NDArray[np.float64]

_STREAMS = (Stream.LOCATION, Stream.SPREAD)


@dataclass(frozen=True, slots=True)
class DefaultDetectors:
    """ADWIN on location and spread, then Page-Hinkley likewise, each pair with its parameters.

    Attributes
    ----------
    adwin, page_hinkley
        On the location and on the spread.
    """

    adwin: tuple[Adwin, Adwin]
    page_hinkley: tuple[PageHinkley, PageHinkley]

    @classmethod
    def among(cls, watchers: Sequence[tuple[Stream, Detector]]) -> "DefaultDetectors | None":
        """Return the detectors of a column; None where they are others than these four."""
        if tuple(stream for stream, _ in watchers) != 2 * _STREAMS:
            return None
        adwin = [detector for _, detector in watchers[:2] if isinstance(detector, Adwin)]
        second = [detector for _, detector in watchers[2:] if isinstance(detector, PageHinkley)]
        if len(adwin) < len(_STREAMS) or len(second) < len(_STREAMS):
            return None
        return cls((adwin[0], adwin[1]), (second[0], second[1]))

    @property
    def settings(self) -> tuple[Array, Array]:
        """The parameters of both kinds in the kernels' form."""
        return self.adwin[0].settings, self.page_hinkley[0].settings

    def arrays(self) -> tuple[list[Array], list[Array]]:
        """Return the states in the kernels' form."""
        return [each.window for each in self.adwin], [each.memory for each in self.page_hinkley]

    def detections(self, found: Array) -> Iterator[tuple[Stream, Detector, Detection]]:
        """Yield what fired at the first row at which anything did.

        Parameters
        ----------
        found
            Shape ``(4, 5)``: what the kernels returned, at least one of which fired.
        """
        rows = found[:, 0]
        first = rows[rows >= 0].min()
        detectors = (*self.adwin, *self.page_hinkley)
        for place in np.flatnonzero(rows == first).tolist():
            detector = detectors[place]
            detection = detector.detection(*found[place].tolist())
            yield _STREAMS[place % len(_STREAMS)], detector, detection
