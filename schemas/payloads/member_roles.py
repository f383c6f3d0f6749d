"""What each member of an event is: paths of documents to the fields of a prediction."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from schemas.payloads.envelope import DATABASE, DELETED, MEMBERS, METADATA, OPERATIONS, SCHEMA
from schemas.payloads.slot_roles import SlotRoles
from schemas.scan.keys import KeyTable


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
    """A member of the features; likewise the next two."""

    SCORE = 10
    SEGMENT_VALUE = 11
    TOO_DEEP = 12
    """Within an object where a scalar is expected."""

    NONE = 13
    ENVELOPE = 14
    """A member by which a document may be the message of a change feed, where it is a text."""

    SCHEMA = 15
    """Likewise, where it is no scalar."""


FIELDS: Final = {
    "prediction_id": MemberRole.PREDICTION_ID,
    "model": MemberRole.MODEL,
    "version": MemberRole.VERSION,
    "timestamp": MemberRole.TIMESTAMP,
    "prediction": MemberRole.PREDICTION,
    "label": MemberRole.LABEL,
    "features": MemberRole.FEATURES,
    "scores": MemberRole.SCORES,
    "segment": MemberRole.SEGMENT,
}

_MEMBERS: Final = {
    MemberRole.FEATURES: MemberRole.FEATURE,
    MemberRole.SCORES: MemberRole.SCORE,
    MemberRole.SEGMENT: MemberRole.SEGMENT_VALUE,
}


class RoleTable(SlotRoles[MemberRole]):
    """The roles of the members of predictions, a `MemberRole` each.

    Parameters
    ----------
    keys, paths
        As for `schemas.payloads.slot_roles.SlotRoles`.

    Raises
    ------
    ValueError
        Where one field lies within another: then a member has two roles.
    """

    def __init__(self, keys: KeyTable, paths: Mapping[str, str]) -> None:
        super().__init__(keys, FIELDS, paths)
        if not self.are_apart:
            raise ValueError("a field lies within another, or in the same place")
        is_mapped = any(path[0] in MEMBERS for path in self._fields)
        # These bring a deleted row as any other: only what they say of it tells.
        data = {(DELETED,), (DATABASE,), METADATA}
        self._envelopes = data if is_mapped else data | {(name,) for name in (SCHEMA, *OPERATIONS)}

    def _role(self, path: tuple[str, ...]) -> MemberRole:
        for length in (1, 2):
            if path[:length] in self._envelopes and path[:length] not in self._fields:
                return MemberRole.SCHEMA if path == (SCHEMA,) else MemberRole.ENVELOPE
        for length in range(len(path), 0, -1):
            role = self._fields.get(path[:length])
            if role is None:
                continue
            if length == len(path):
                return role
            is_member = length + 1 == len(path)
            return _MEMBERS.get(role, MemberRole.TOO_DEEP) if is_member else MemberRole.TOO_DEEP
        return MemberRole.NONE
