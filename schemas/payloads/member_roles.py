"""What each member of an event is: paths of documents to the fields of a prediction."""

from enum import IntEnum
from typing import Final

from schemas.payloads.envelope import DATA, DATABASE, METADATA, OPERATIONS
from schemas.payloads.flink_changes import TYPE
from schemas.payloads.other_fields import field_called
from schemas.payloads.prediction_fields import PredictionFields, is_other
from schemas.payloads.row_marks import SAYS, TIMES, WITHIN
from schemas.payloads.slot_roles import SlotRoles
from schemas.payloads.typed_values import TYPES
from schemas.payloads.withdrawn import takes_back
from schemas.scan.keys import KeyTable
from schemas.values.classes import feature_name


class MemberRole(IntEnum):
    """What a member is to a prediction; the first seven come at most once an event."""

    PREDICTION_ID = 0
    MODEL = 1
    VERSION = 2
    TIMESTAMP = 3
    PREDICTION = 4
    LABEL = 5
    FEATURES = 6
    """The whole object: a member of its own where it is empty, or no object."""

    SCORES = 7
    SEGMENT = 8
    FEATURE = 9
    """A scalar of the features, whatever objects it stands in."""

    SCORE = 10
    """A member of the scores; likewise the next one."""

    SEGMENT_VALUE = 11
    BARRED = 12
    """What needs a closer look wherever it occurs, as an object where a scalar is expected."""

    NONE = 13
    FLAT_FEATURE = 14
    """A feature of the documents that have no features of their own: all that is no field."""

    NO_FEATURE = 15
    """What stands among the features and is none."""


FIELDS: Final = {
    "prediction_id": MemberRole.PREDICTION_ID,
    "model": MemberRole.MODEL,
    "version": MemberRole.VERSION,
    "timestamp": MemberRole.TIMESTAMP,
    "prediction": MemberRole.PREDICTION,
    "label": MemberRole.LABEL,
    "scores": MemberRole.SCORES,
    "segment": MemberRole.SEGMENT,
}
"""All that a prediction has but its features, which may have these among them."""

_MEMBERS: Final = {
    MemberRole.SCORES: MemberRole.SCORE,
    MemberRole.SEGMENT: MemberRole.SEGMENT_VALUE,
}

_FEATURES: Final = ("features",)
"""Where features stand unless the settings say otherwise."""

_DELETIONS: Final = frozenset(
    {
        *((mark,) for mark in (*SAYS, *TIMES)),
        *WITHIN,
        *((name,) for name in OPERATIONS),
        *((DATABASE,), METADATA, ("metadata", "OperationName")),
        *(("headers", "operation"), ("message", "headers", "operation")),
        ("source_metadata", "change_type"),
    }
)
"""Members that may tell of a deleted row, whatever else they are."""


class RoleTable(SlotRoles[MemberRole]):
    """The roles of the members of predictions, a `MemberRole` each.

    Parameters
    ----------
    keys
        The table of their paths.
    fields
        Where the fields of an event stand, and which members are no features.

    Attributes
    ----------
    names
        The name of the feature that each slot is; empty for all others.
    deletions
        The slots of members that may tell of a deleted row.
    called
        The slots of members that are called as a field is elsewhere, by the field.

    Raises
    ------
    ValueError
        Where one field lies within another, but for the features: then a member has two roles.
    """

    def __init__(self, keys: KeyTable, fields: PredictionFields) -> None:
        super().__init__(keys, FIELDS, fields.paths)
        prefix = fields.prefix
        self._base = _FEATURES if prefix is None else prefix
        is_within = any(
            self._base[:length] in self._fields for length in range(1, len(self._base) + 1)
        )
        if not self.are_apart or is_within:
            raise ValueError("a field lies within another, or in the same place")
        self.names: list[str] = []
        self.deletions: list[int] = []
        self.called: dict[str, list[int]] = {}
        self._spoken_for = fields.spoken_for
        self._given = frozenset(fields.paths.values())
        self._deletions = _DELETIONS | ({TYPE} if fields.leads_into({DATA}) else set())
        holds_fields = any(path[: len(self._base)] == self._base for path in self._fields)
        self._may_be_flat = prefix is None and not holds_fields
        self._others = fields.others(self._base)
        self._flat_others = fields.others(())
        self._known: set[tuple[MemberRole, str]] = set()
        # A member whose own name has dots comes before the path that its name is.
        nested = (path for path in (*self._fields, self._base) if len(path) > 1)
        self._dotted = {".".join(path) for path in nested}
        self._above |= {self._base[:length] for length in range(1, len(self._base))}

    def _role(self, path: tuple[str, ...]) -> MemberRole:
        if path in self._deletions or self._takes_back(path):
            self.deletions.append(len(self.names))
        called = field_called(path[0], self._spoken_for)
        if called is not None:
            self.called.setdefault(called, []).append(len(self.names))
        role, name = self._kind_of_member(path), ""
        if role in (MemberRole.FEATURE, MemberRole.FLAT_FEATURE):
            steps = path[len(self._base) :] if role == MemberRole.FEATURE else path
            name = feature_name(".".join(steps))
            is_typed = len(steps) > 1 and steps[-1] in TYPES
            if is_typed or (role, name) in self._known:  # of two paths, ambiguous where both occur
                role, name = MemberRole.BARRED, ""
            self._known.add((role, name))
        self.names.append(name)
        return role

    def _takes_back(self, path: tuple[str, ...]) -> bool:
        """Tell whether a member beside the features may take the event back."""
        name = path[0]
        return len(path) == 1 and name not in self._given and takes_back(name)

    def _kind_of_member(self, path: tuple[str, ...]) -> MemberRole:
        if path[0] in self._dotted or path in self._above:
            return MemberRole.BARRED
        for length in range(len(path), 0, -1):
            role = self._fields.get(path[:length])
            if role is not None:
                return _below(role, len(path) - length)
        return self._outside_fields(path)

    def _outside_fields(self, path: tuple[str, ...]) -> MemberRole:
        depth = len(self._base)
        if path == self._base:
            return MemberRole.FEATURES
        if path[:depth] == self._base:
            other = is_other(path[depth:], self._others)
            return MemberRole.NO_FEATURE if other else MemberRole.FEATURE
        if not self._may_be_flat or is_other(path, self._flat_others):
            return MemberRole.NONE
        return MemberRole.FLAT_FEATURE


def _below(role: MemberRole, depth: int) -> MemberRole:
    """Return the role of what stands so many levels below a field."""
    if depth == 0:
        return role
    return _MEMBERS.get(role, MemberRole.BARRED) if depth == 1 else MemberRole.BARRED
