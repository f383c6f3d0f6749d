"""Features of nested objects and lists as flat ones: a name and a scalar each."""

from functools import lru_cache
from typing import Any, Final

from schemas.payloads.named_values import pairs_of
from schemas.payloads.positions import MOST_POSITIONS, positions, unwrapped
from schemas.payloads.vectors import is_sparse, sums
from schemas.values.classes import MOST_REMEMBERED, feature_name

DEEPEST: Final = 8
"""Objects within one another; what is deeper is one mistyped feature."""

AMBIGUOUS: Final = object()
"""In place of a value where two members of a document have one name, or of a vector that nobody
can place: it counts as mistyped."""

_NESTED: Final = frozenset({dict, list})


def flat_features(features: dict[str, Any]) -> dict[str, Any]:
    """Return features by their paths, dots between names; an empty object is null.

    Names are those of `schemas.values.classes.feature_name`. Lists of numbers become
    `schemas.payloads.positions.positions`, lists of pairs the values by their names. Lists of
    anything else stay as they are, and are mistyped. Nothing is left out.

    Examples
    --------
    >>> flat_features({"user": {"age": 41}, "box": [1, 2], "tags": ["new", "old"], "y": [3]})
    {'user.age': 41, 'box[0]': 1, 'box[1]': 2, 'tags': ['new', 'old'], 'y': 3}
    >>> flat_features({"attributes": [{"key": "host", "value": {"stringValue": "a"}}]})
    {'attributes.host': 'a'}
    """
    are_scalars = not any(type(value) in _NESTED for value in features.values())
    is_short = sum(map(len, features)) <= MOST_REMEMBERED
    if are_scalars and (_are_plain if is_short else _are_plain.__wrapped__)(tuple(features)):
        return features
    found: dict[str, Any] = {}
    for name, value in features.items():
        _put(found, name, value, 1)
    return found


@lru_cache(maxsize=1 << 10)
def _are_plain(names: tuple[str, ...]) -> bool:
    """Tell whether names stand as they are; those of a model's rows are nearly always the same."""
    return all(feature_name(name) == name for name in names)


def _put(found: dict[str, Any], name: str, value: Any, depth: int) -> None:
    pairs = pairs_of(value)
    if pairs is not None and depth < DEEPEST:
        for key, inner in pairs:
            _put(found, f"{name}.{key}", inner, depth + 1)
        return
    value = unwrapped(value, MOST_POSITIONS)  # more are summed up, and need not be written out
    has_sparse = is_sparse(value)
    if type(value) is dict and value and depth < DEEPEST and not has_sparse:
        for key, inner in value.items():
            _put(found, f"{name}.{key}", inner, depth + 1)
        return
    name = feature_name(name)
    items = positions(name, value) if type(value) is list else None
    if has_sparse:
        items = _summed_up(name, value)
    for each, item in (items or {name: None if value in ({}, []) else value}).items():
        found[each] = AMBIGUOUS if each in found else item


def _summed_up(name: str, vector: dict[str, Any]) -> dict[str, Any]:
    """Return what sums up a sparse vector that is too long to be written out.

    Without a size, or with places that cannot be, its numbers are those of nobody knows which
    features: it counts as mistyped.
    """
    summed = sums(vector)
    return {name: AMBIGUOUS} if summed is None else {f"{name}[{of}]": summed[of] for of in summed}
