"""Roles of a key table's slots: what a path of a document is to an event."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from schemas.payloads.document_paths import places_of
from schemas.scan.keys import KeyTable

Roles = NDArray[np.uint8]

RoleT = TypeVar("RoleT", bound=int)


class SlotRoles(ABC, Generic[RoleT]):
    """The roles of a key table's slots.

    Parameters
    ----------
    keys
        The table.
    fields
        The role of each field, by its name.
    paths
        Field name to its path in the document, dots between levels; the others stand under their
        own names, where these are not given to a field.

    Attributes
    ----------
    are_apart
        Whether no two fields stand in the same place, or one in another: else a member has two
        roles.
    """

    def __init__(
        self, keys: KeyTable, fields: Mapping[str, RoleT], paths: Mapping[str, str]
    ) -> None:
        self._keys = keys
        placed = places_of(fields, paths)
        self._fields = {path: fields[name] for name, path in placed.items()}
        nested = any(
            path[:length] in self._fields for path in self._fields for length in range(1, len(path))
        )
        # Where a text may hold the object that a field is in.
        self._above = {path[:length] for path in self._fields for length in range(1, len(path))}
        self.are_apart = len(self._fields) == len(placed) and not nested
        self._roles: Roles = np.empty(0, dtype=np.uint8)

    def roles(self) -> Roles:
        """Return the role of each slot that the key table has by now."""
        known = len(self._roles)
        if known < len(self._keys):
            new = [self._role(self._keys.path(slot)) for slot in range(known, len(self._keys))]
            self._roles = np.concatenate([self._roles, np.array(new, dtype=np.uint8)])
        return self._roles

    @abstractmethod
    def _role(self, path: tuple[str, ...]) -> int:
        """Return the role of a path."""
