"""Paths into documents, dots between their steps."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from schemas.events.codec import json_in_text

NOWHERE: Final = object()
"""In place of what stands at a path that leads nowhere."""


def value_at(document: Any, path: str) -> Any:
    """Return what stands at a path, or `NOWHERE`.

    Steps that are numbers lead into lists, and paths lead into JSON in a text. A member whose own
    name has dots comes before a path.

    Examples
    --------
    >>> value_at({"out": [{"p": 0.5}], "a.b": 1}, "out.0.p"), value_at({"a.b": 1}, "a.b")
    (0.5, 1)
    """
    if type(document) is dict and path in document:
        return document[path]
    value = document
    for step in path.split("."):
        if type(value) is str and value.startswith(("{", "[")):
            value = json_in_text(value)
        if type(value) is dict and step in value:
            value = value[step]
        elif type(value) is list and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return NOWHERE
    return value


def places_of(names: Iterable[str], paths: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the steps to each field that has a place; the others stand under their own names.

    A member that is given to a field is no other one: who has its name has no place.

    Examples
    --------
    >>> places_of(["prediction", "label", "id"], {"prediction": "label", "id": "a.id"})
    {'prediction': ('label',), 'id': ('a', 'id')}
    """
    given = set(paths.values())
    return {
        name: tuple(paths.get(name, name).split("."))
        for name in names
        if name in paths or name not in given
    }
