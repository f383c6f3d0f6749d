"""Every detector by its name in the configuration: what there is, what it takes, how to make it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import Any

from detectors.algorithms.adwin import Adwin
from detectors.algorithms.contract import Detector
from detectors.algorithms.page_hinkley import PageHinkley
from detectors.algorithms.parameter import Input, InvalidDetector, Parameter, Value, checked

__all__ = ["DetectorKind", "InvalidDetector", "build", "kind_of", "kinds"]

_KERNELS: Mapping[str, type[Adwin | PageHinkley]] = {
    Adwin.kind: Adwin,
    PageHinkley.kind: PageHinkley,
}


@dataclass(frozen=True, slots=True)
class DetectorKind:
    """One kind of detector.

    Attributes
    ----------
    name
        Its name in the configuration, in alerts and in snapshots.
    description
        One sentence.
    parameters
        What it takes, by name, with defaults and ranges.
    input
        ``binary`` when it takes 0 and 1 only, else ``real``.
    durable
        Whether its state survives a restart.
    river
        Name of River's class when it is River's own object, else None.
    """

    name: str
    description: str
    parameters: Mapping[str, Parameter]
    input: Input
    durable: bool
    river: str | None = None


@cache
def kinds() -> Mapping[str, DetectorKind]:
    """Return every kind by its name.

    ``adwin`` and ``page_hinkley`` are the compiled kernels. Every detector of River is there as
    ``river.`` and its class, and those without a kernel under a short name too: ``kswin``, ``ddm``.
    """
    river_detector = _river_detector()
    found = dict(_kernels())
    for river, detector in river_detector.river_detectors().items():
        # River names a module after its detector, in the form that configurations use.
        short = detector.__module__.rpartition(".")[2]
        sample = river_detector.RiverDetector(river)
        for name in (short, f"river.{river}"):
            found.setdefault(
                name,
                DetectorKind(
                    name,
                    _first_line(detector),
                    river_detector.river_parameters(river),
                    sample.input,
                    sample.durable,
                    river,
                ),
            )
    return MappingProxyType(dict(sorted(found.items())))


@cache
def _kernels() -> Mapping[str, DetectorKind]:
    return MappingProxyType(
        {
            name: DetectorKind(
                name, _first_line(kernel), kernel.PARAMETERS, kernel.input, kernel.durable
            )
            for name, kernel in _KERNELS.items()
        }
    )


def kind_of(name: str) -> DetectorKind:
    """Return the kind of a name; of a kernel River is not loaded.

    Raises
    ------
    KeyError
        When there is none.

    Examples
    --------
    >>> kind_of("adwin").input, kind_of("river.DDM").input
    ('real', 'binary')
    """
    return _kernels().get(name) or kinds()[name]


def _river_detector() -> ModuleType:
    """Return what has River's own objects: River takes most of a second to load."""
    return import_module("detectors.algorithms.river_detector")


def build(kind: str, parameters: Mapping[str, Value]) -> Detector:
    """Make a detector of a kind.

    Parameters
    ----------
    kind
        Its name, as in ``kinds``.
    parameters
        Its parameters by name; the others keep their defaults.

    Raises
    ------
    InvalidDetector
        When there is no such kind, or with every unknown parameter, wrong type and value out of
        range, and what was expected.

    Examples
    --------
    >>> build("adwin", {"delta": 0.01}).parameters["clock"]
    32
    >>> try:
    ...     build("adwin", {"delta": 2.0, "max_bucket": 5})
    ... except InvalidDetector as error:
    ...     for problem in error.problems:
    ...         print(problem)
    adwin: unknown parameter 'max_bucket', did you mean 'max_buckets'?
    adwin: delta is 2.0, expected a number in (0, 1]
    """
    try:
        known = kind_of(kind)
    except KeyError:
        names = ", ".join(kinds())
        raise InvalidDetector((f"unknown detector {kind!r}, expected one of: {names}",)) from None
    if known.river is not None:
        made: Detector = _river_detector().RiverDetector(known.river, parameters, kind=kind)
        return made
    kernel = _KERNELS[kind]
    in_force: dict[str, Any] = dict(checked(kind, kernel.PARAMETERS, parameters))
    return kernel(**in_force)


def _first_line(documented: type) -> str:
    line = (documented.__doc__ or "").strip().partition("\n")[0]
    return re.sub(r"\[\^\d+\]", "", line)  # River's footnote marks
