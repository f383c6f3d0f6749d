"""Any detector of River, as River's own object, one value at a time behind the contract."""

import inspect
import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
from river import base, drift

from detectors.algorithms.adwin import Adwin
from detectors.algorithms.contract import Detection
from detectors.algorithms.page_hinkley import PageHinkley
from detectors.algorithms.parameter import Input, InvalidDetector, Parameter, Value, checked
from detectors.algorithms.river_state import StateUnavailable, read, write
from detectors.arrays.column import Numbers
from detectors.snapshots.tree import State

# Not detectors: these fire by a counter or by chance whatever the values, or never.
# DriftRetrainingClassifier wraps a classifier and is no detector by its class already.
_NOT_DETECTORS = frozenset({"DummyDriftDetector", "NoDrift"})

# River checks little itself: out of these ranges it divides by zero or takes a root of a negative
# number in the middle of the stream. The names mean the same in all of its detectors.
_PROBABILITY = (0.0, 1.0, True)
_POSITIVE = (0.0, math.inf, True)
_COUNT = (1.0, math.inf, False)
_RANGES: Mapping[str, tuple[float, float, bool]] = {
    "alpha": _PROBABILITY,
    "beta": _PROBABILITY,
    "confidence_level": _PROBABILITY,
    "drift_confidence": _PROBABILITY,
    "warning_confidence": _PROBABILITY,
    "lambda_val": _PROBABILITY,
    "drift_threshold": _POSITIVE,
    "warning_threshold": _POSITIVE,
    "warm_start": _COUNT,
    "window_size": _COUNT,
    "stat_size": _COUNT,
    "sliding_window_size": _COUNT,
    "short_window_size": _COUNT,
    "seed": (0.0, math.inf, False),
}

# What River finds out only when a window is full.
_JOINT: Mapping[str, tuple[Callable[[Mapping[str, Any]], bool], str]] = {
    "KSWIN": (
        lambda given: 2 * given["stat_size"] <= given["window_size"],
        "expected stat_size to be at most half of window_size",
    ),
    "FHDDM": (
        lambda given: given.get("short_window_size", 0) <= given["sliding_window_size"],
        "expected short_window_size to be at most sliding_window_size",
    ),
}


@cache
def river_detectors() -> Mapping[str, type]:
    """Return River's detectors by the names of their classes, those of newer releases included."""
    found = [*vars(drift).values(), *vars(drift.binary).values()]
    return MappingProxyType(
        {
            each.__name__: each
            for each in found
            if inspect.isclass(each)
            and issubclass(each, base.DriftDetector | base.BinaryDriftDetector)
            and not inspect.isabstract(each)
            and each.__name__ not in _NOT_DETECTORS
        }
    )


@cache
def river_parameters(name: str) -> Mapping[str, Parameter]:
    """Return the parameters of a River detector, read off its signature and docstring.

    Parameters that a configuration cannot write, such as values collected before, are left out.
    """
    if name == "ADWIN":
        return Adwin.PARAMETERS
    if name == "PageHinkley":
        return PageHinkley.PARAMETERS
    detector = river_detectors()[name]
    parameters = {}
    for each in inspect.signature(detector).parameters.values():
        default, kind = each.default, type(each.default)
        if default is None and str(each.annotation).startswith("int"):
            # Without a seed of its own a detector would differ after every restart.
            default, kind = (0 if each.name == "seed" else None), int
        if kind not in {bool, int, float, str}:
            continue
        low, high, open_low = _RANGES.get(each.name, (-math.inf, math.inf, False))
        text = _sentence(detector, each.name)
        parameters[each.name] = Parameter(kind, default, text, low, high, open_low=open_low)
    return MappingProxyType(parameters)


class RiverDetector:
    """A detector of ``river.drift`` or ``river.drift.binary`` behind the contract.

    River's own object, fed one value at a time: 100 to 300,000 ns a value.

    Parameters
    ----------
    name
        Name of River's class, such as ``KSWIN``.
    parameters
        Its parameters; the others keep River's defaults, but for ``seed``, which is then 0.
    kind
        Name in the registry; ``river.`` and the class by default.

    Attributes
    ----------
    input
        ``binary`` when it takes 0 and 1 only, else ``real``.
    durable
        Whether its state can be had. When False, ``state`` and ``restore`` raise.

    Raises
    ------
    InvalidDetector
        When River has no such detector, or with everything that is wrong with the parameters.

    Notes
    -----
    River gives no statistic: ``statistic`` and ``threshold`` of a detection are NaN, and so are its
    means, with ``rows_after`` 1. Where River keeps a window (ADWIN), its mean and length are
    ``mean_after`` and ``rows_after``.

    References
    ----------
    J. Montiel et al., "River: machine learning for streaming data in Python", JMLR 22, 2021. Each
    class of River names its paper.

    Examples
    --------
    >>> import numpy as np
    >>> detector = RiverDetector("DDM", {"drift_threshold": 4.0})
    >>> detector.input, detector.durable
    ('binary', True)
    >>> errors = np.concatenate([np.tile([0.0, 0.0, 0.0, 1.0], 50), np.ones(50)])
    >>> [found.index for found in detector.update(errors)]
    [226]
    """

    __slots__ = ("_name", "_parameters", "_river", "durable", "input", "kind")

    def __init__(
        self,
        name: str,
        parameters: Mapping[str, object] | None = None,
        *,
        kind: str | None = None,
    ) -> None:
        self.kind: str = kind or f"river.{name}"
        if name not in river_detectors():
            names = ", ".join(sorted(river_detectors()))
            raise InvalidDetector((f"River has no detector {name!r}, expected one of: {names}",))
        self._name = name
        self._parameters = checked(self.kind, river_parameters(name), parameters or {})
        fits, expected = _JOINT.get(name, (None, ""))
        if fits and not fits(self._parameters):
            raise InvalidDetector((f"{self.kind}: {expected}",))
        self._river = self._fresh()
        binary = issubclass(river_detectors()[name], base.BinaryDriftDetector)
        self.input: Input = "binary" if binary else "real"
        self.durable = _is_readable(self._river)

    @property
    def parameters(self) -> Mapping[str, Value]:
        """All parameters in force."""
        return dict(self._parameters)

    @property
    def warning(self) -> bool:
        """Whether the last value left the detector in River's warning zone."""
        return bool(getattr(self._river, "warning_detected", False))

    def update(self, values: Numbers) -> list[Detection]:
        """Feed finite values, shape ``(n,)``; return the detections in order of their rows.

        Raises
        ------
        ValueError
            When the detector is binary and a value is neither 0 nor 1; nothing is fed then.
        """
        if self.input == "binary":
            refused = np.flatnonzero((values != 0) & (values != 1))
            if refused.size:
                row = int(refused[0])
                raise ValueError(f"{self.kind} takes 0 and 1 only, row {row} is {values[row]}")
            values = values.astype(np.int64)
        detections: list[Detection] = []
        for index, value in enumerate(values.tolist()):
            self._river.update(value)
            if self._river.drift_detected:
                detections.append(self._detection(index))
        return detections

    def state(self) -> State:
        """Return River's attributes by dotted path, as plain values and arrays.

        Raises
        ------
        StateUnavailable
            When River keeps them in compiled code.
        """
        return read(self._river)

    def restore(self, state: State) -> None:
        """Take over a state.

        Raises
        ------
        StateUnavailable
            When River keeps its attributes in compiled code.
        ValueError
            When the state is not one of this detector.
        """
        fresh = self._fresh()
        write(fresh, state)
        self._river = fresh

    def reset(self) -> None:
        """Forget all values."""
        self._river = self._fresh()

    def _fresh(self) -> Any:
        try:
            return river_detectors()[self._name](**self._parameters)
        except (ValueError, TypeError) as error:
            raise InvalidDetector((f"{self.kind}: {error}",)) from error

    def _detection(self, index: int) -> Detection:
        mean_after = float(getattr(self._river, "estimation", math.nan))
        rows_after = max(1, int(getattr(self._river, "width", 1)))
        return Detection(index, math.nan, math.nan, math.nan, mean_after, rows_after)


def _is_readable(river: object) -> bool:
    try:
        read(river)
    except StateUnavailable:
        return False
    return True


def _sentence(detector: type, parameter: str) -> str:
    """Return the first sentence of a parameter's description in River's docstring."""
    lines = inspect.cleandoc(detector.__doc__ or "")
    found = re.search(rf"^{parameter}\n((?: +.+\n)+)", lines, re.MULTILINE)
    text = " ".join(found[1].split()) if found else ""
    return re.split(r"(?<=\.) ", text)[0]
