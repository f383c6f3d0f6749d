"""Features of nested objects and lists as flat ones: a name and a scalar each."""

from typing import Any, Final

from schemas.payloads.positions import positions, unwrapped

DEEPEST: Final = 8
"""Objects within one another; what is deeper is one mistyped feature."""

AMBIGUOUS: Final = object()
"""In place of a value where two members of a document have one name: it counts as mistyped."""


def flat_features(features: dict[str, Any]) -> dict[str, Any]:
    """Return features by their paths, dots between names; an empty object is null.

    Lists of numbers become `schemas.payloads.positions.positions`. Lists of anything else stay as
    they are, and are mistyped. Nothing is left out.

    Examples
    --------
    >>> flat_features({"user": {"age": 41}, "box": [1, 2], "tags": ["new", "old"], "y": [3]})
    {'user.age': 41, 'box[0]': 1, 'box[1]': 2, 'tags': ['new', 'old'], 'y': 3}
    """
    if not any(type(value) is dict or type(value) is list for value in features.values()):
        return features
    found: dict[str, Any] = {}
    for name, value in features.items():
        _put(found, name, value, 1)
    return found


def _put(found: dict[str, Any], name: str, value: Any, depth: int) -> None:
    value = unwrapped(value)
    if type(value) is dict and value and depth < DEEPEST:
        for key, inner in value.items():
            _put(found, f"{name}.{key}", inner, depth + 1)
        return
    items = positions(name, value) if type(value) is list else None
    for each, item in (items or {name: None if value in ({}, []) else value}).items():
        found[each] = AMBIGUOUS if each in found else item
