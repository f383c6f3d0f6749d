"""The state of River's own objects as plain values: explicit, and nothing is ever unpickled."""

import random
from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray
from river import stats

from detectors.snapshots.tree import State


class StateUnavailable(RuntimeError):
    """A detector's state cannot be had: River keeps it in compiled code."""


def read(root: object) -> State:
    """Return all attributes of a River object and of the objects below it, by dotted path.

    Numbers, texts and None stand as they are; sequences of numbers, generators of random numbers
    and exponentially weighted means as arrays.

    Raises
    ------
    StateUnavailable
        When an attribute is of a type for which there is no such form, or when two attributes
        share one object, which copies of their values would not.
    """
    state: State = {}
    _read(root, "", state, set())
    return state


def write(root: object, state: State) -> None:
    """Set the attributes of a freshly made River object to a state given by ``read``.

    Raises
    ------
    ValueError
        When the state's paths are not those of the object.
    """
    expected = read(root)
    if state.keys() != expected.keys():
        odd = ", ".join(sorted(state.keys() ^ expected.keys()))
        raise ValueError(f"not a state of {type(root).__name__}: missing or unknown {odd}")
    for path, value in state.items():
        owner = root
        *parents, name = path.split(".")
        for parent in parents:
            owner = getattr(owner, parent)
        setattr(owner, name, _revived(getattr(owner, name), value))


def _read(value: Any, path: str, state: State, seen: set[int]) -> None:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        state[path] = value
        return
    if id(value) in seen:
        raise StateUnavailable(f"{path} shares its object with another attribute")
    seen.add(id(value))
    array = _array(value, path)
    if array is not None:
        state[path] = array
    elif type(value).__module__.startswith("river.") and hasattr(value, "__dict__"):
        for name, item in vars(value).items():
            # A method chosen by the parameters, which a fresh object chooses again.
            if getattr(item, "__self__", None) is not value:
                _read(item, f"{path}.{name}" if path else name, state, seen)
    else:
        raise StateUnavailable(f"{path} is a {type(value).__qualname__}, which cannot be read")


def _array(value: Any, path: str) -> NDArray[Any] | None:
    """Return what has the form of an array, by its values; None for all else."""
    if isinstance(value, random.Random):
        return _random_words(value)
    if isinstance(value, stats.EWMean):
        return np.array([value.get(), _has_values(value)], dtype=np.float64)
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        return value.copy()
    if isinstance(value, deque | list | tuple):
        return _numbers(list(value), path)
    return None


def _revived(fresh: Any, value: Any) -> Any:
    """Turn a plain value into what stands at its place in a fresh object."""
    if isinstance(fresh, random.Random):
        version, *words, gauss = value.tolist()
        following = None if np.isnan(gauss) else gauss
        fresh.setstate((int(version), tuple(int(word) for word in words), following))
        return fresh
    if isinstance(fresh, stats.EWMean):
        mean, has_values = value.tolist()
        revived = stats.EWMean(fresh.fading_factor)
        if has_values:
            revived.update(mean)  # the first value becomes the mean
        return revived
    if isinstance(fresh, deque):
        return deque(value.tolist(), fresh.maxlen)
    if isinstance(fresh, list | tuple):
        return type(fresh)(value.tolist())
    return value.copy() if isinstance(value, np.ndarray) else value


def _random_words(generator: random.Random) -> NDArray[np.float64]:
    """Version, words (32 bits each, exact as floats) and the waiting Gaussian, NaN for none."""
    version, words, gauss = generator.getstate()
    return np.array([version, *words, np.nan if gauss is None else gauss], dtype=np.float64)


def _has_values(mean: Any) -> bool:
    """Tell a mean of zeros from one without values, which only the next value shows."""
    following = mean.clone(include_attributes=True)
    following.update(1.0)
    return bool(mean.get() != 0.0 or following.get() != 1.0)


def _numbers(values: list[Any], path: str) -> NDArray[Any]:
    """Return numbers of one type as an array; mixed ones would come back as another type."""
    for kind, dtype in ((bool, np.bool_), (int, np.int64), (float, np.float64)):
        if all(type(value) is kind for value in values):
            return np.array(values, dtype=dtype)
    raise StateUnavailable(f"{path} does not hold numbers of one type")
