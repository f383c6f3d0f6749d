"""Where the fields of predictions stand, and which members are features."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from schemas.events.codec import json_in_text
from schemas.payloads.document_paths import places_of, value_at
from schemas.payloads.rows import FieldMap

REST: Final = frozenset({"*", "$"})
"""The last step of a path of features: all members there that are no other field."""

Tree: TypeAlias = "dict[str, Tree | None]"
"""Members that are no features, by name; None where all of a member is none."""

FIELDS: Final = (
    *("prediction_id", "model", "version", "timestamp", "prediction", "label"),
    *("features", "scores", "segment"),
)


@dataclass(frozen=True, slots=True)
class PredictionFields(FieldMap):
    """Where the fields of a prediction stand.

    Features are an object of their own, or, where its path ends with ``*``, all members there that
    are no field. Where no path is given and a document has no ``features``, they are all members
    of the document that are no field.

    Attributes
    ----------
    paths, model
        As of `FieldMap`.
    not_features
        Paths of members that are no features though they are among them.
    """

    not_features: frozenset[str] = frozenset()
    _others: dict[tuple[str, ...], Tree] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def prefix(self) -> tuple[str, ...] | None:
        """The path of the object whose members are features; None where that is as it comes."""
        path = self.paths.get("features")
        if path is None:
            return None
        steps = tuple(path.split("."))
        return steps[:-1] if steps[-1] in REST else steps

    def apply(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return the document with its fields under their own names, features among them."""
        named = FieldMap.apply(self, document)
        prefix = self.prefix
        if prefix is None:
            if "features" in document:
                prefix, members = ("features",), document["features"]
            else:
                prefix, members = (), document
        else:
            members = value_at(document, ".".join(prefix)) if prefix else document
            if type(members) is str:
                members = json_in_text(members)
            if type(members) is list:
                return {**named, "features": members}
        if type(members) is dict:
            members = _without(members, self.others(prefix))
            is_rest = prefix == () and "features" not in self.paths
            if not is_rest or members:
                return {**named, "features": members}
        return named

    @property
    def spoken_for(self) -> frozenset[str]:
        """The members that the settings give to fields, or say that they are no features."""
        return frozenset(self.paths.values()) | self.not_features

    def paths_of_fields(self) -> Mapping[str, tuple[str, ...]]:
        """Return the steps to each field but the features."""
        return places_of((name for name in FIELDS if name != "features"), self.paths)

    def others(self, prefix: tuple[str, ...]) -> Tree:
        """Return the members below a path that are no features."""
        if prefix in self._others:
            return self._others[prefix]
        tree: Tree = {}
        others = [path.split(".") for path in self.not_features]
        others += [list(steps) for steps in self.paths_of_fields().values()]
        for steps in others:
            if tuple(steps[: len(prefix)]) == prefix and len(steps) > len(prefix):
                _mark(tree, steps[len(prefix) :])
        self._others[prefix] = tree
        return tree


def is_other(steps: tuple[str, ...], others: Tree) -> bool:
    """Tell whether a path leads to what is no feature, by the members that are none.

    Examples
    --------
    >>> is_other(("meta", "id", "n"), {"meta": {"id": None}}), is_other(("meta",), {"meta": {}})
    (True, False)
    """
    tree = others
    for step in steps:
        inner = tree.get(step, {})
        if inner is None:
            return True
        tree = inner
    return False


def _mark(tree: Tree, steps: list[str]) -> None:
    """Add a path to a tree."""
    *above, last = steps
    for step in above:
        inner = tree.setdefault(step, {})
        if inner is None:
            return
        tree = inner
    tree[last] = None


def _without(members: dict[str, Any], others: Tree) -> dict[str, Any]:
    """Return members without some, and without objects of which these leave nothing."""
    if others.keys().isdisjoint(members):
        return members
    kept = {}
    for name, value in members.items():
        inner = others.get(name, {})
        if inner is None:
            continue
        if inner and type(value) is dict:
            left = _without(value, inner)
            if not left and value:
                continue
            kept[name] = left
        else:
            kept[name] = value
    return kept
