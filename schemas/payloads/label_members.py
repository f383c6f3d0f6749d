"""The members of labels: which of a document's paths they are, and a compiled pass over them."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.payloads.envelope import DATA, MARKS
from schemas.payloads.flink_changes import TYPE
from schemas.payloads.member_roles import MemberRole
from schemas.payloads.other_fields import field_called
from schemas.payloads.prediction_members import Fields, Flags, Places
from schemas.payloads.row_marks import SAYS, TIMES
from schemas.payloads.slot_roles import Roles, SlotRoles
from schemas.payloads.withdrawn import pending_words, retraction_words, takes_back
from schemas.payloads.withdrawn_labels import FIELDS_OF_LABELS
from schemas.scan import KeyTable, Token
from schemas.scan.kernel import kernel
from schemas.scan.words import Positions

FIELDS: Final = {
    "prediction_id": MemberRole.PREDICTION_ID,
    "model": MemberRole.MODEL,
    "version": MemberRole.VERSION,
    "timestamp": MemberRole.TIMESTAMP,
    "prediction": MemberRole.PREDICTION,
    "label": MemberRole.LABEL,
}

COUNT: Final = len(FIELDS)
OTHER: Final = COUNT
"""The role of what is no field of a label."""

BARRED: Final = COUNT + 1
"""The role of what needs a closer look wherever it occurs."""

_TEXT: Final = 1 << Token.STRING | 1 << Token.NULL
_NUMBER: Final = 1 << Token.INT | 1 << Token.FLOAT
_SCALAR: Final = _NUMBER | 1 << Token.STRING | 1 << Token.FALSE | 1 << Token.TRUE
_ANY: Final = 0xFFFF

ALLOWED: Final = np.array(
    [_TEXT, _TEXT, _TEXT, _TEXT | _NUMBER, 1 << Token.NULL, _SCALAR, _ANY, 0], dtype=np.int64
)
"""By the role a bit for each kind that a plain label may have there."""

_LAST_NAME: Final = int(MemberRole.VERSION)
_LABEL: Final = int(MemberRole.LABEL)
_STRING: Final = int(Token.STRING)
_FLOAT: Final = int(Token.FLOAT)
_WORDS: Final = 2.0**63

_HEADERS: Final = frozenset({"headers", "message", "source_metadata"})
"""Where replicators say what became of a row, beside it."""


def _is_told(name: str) -> bool:
    """Tell whether a member is called as a field is elsewhere."""
    return field_called(name) in FIELDS_OF_LABELS


class LabelRoles(SlotRoles[MemberRole]):
    """The roles of the members of labels.

    Parameters
    ----------
    keys, paths
        As for `schemas.payloads.slot_roles.SlotRoles`.

    Attributes
    ----------
    deletions
        The slots of members that may take a label back.
    told
        What they say of one that is taken back, by their paths.
    """

    def __init__(self, keys: KeyTable, paths: Mapping[str, str]) -> None:
        super().__init__(keys, FIELDS, paths)
        leads_into_data = any(path.split(".", 1)[0] == DATA for path in paths.values())
        self._own = frozenset((*FIELDS, *paths.values()))
        self.deletions: list[int] = []
        self.told: dict[tuple[str, ...], frozenset[str]] = {}
        self._slots = 0
        self._marks = (
            (MARKS - SAYS.keys() - TIMES) | _HEADERS | (set(TYPE) if leads_into_data else set())
        )

    def _role(self, path: tuple[str, ...]) -> int:
        self._note_deletion(path)
        if path in self._fields:
            return self._fields[path]
        if path[0] not in self._own and _is_told(path[0]):
            return BARRED
        is_within = any(path[:length] in self._fields for length in range(1, len(path)))
        return BARRED if is_within or path[0] in self._marks or path in self._above else OTHER

    def _note_deletion(self, path: tuple[str, ...]) -> None:
        """Take note of a member that may take a label back."""
        slot, self._slots = self._slots, self._slots + 1
        name = path[0]
        if len(path) > 1 or name in self._own:
            return
        words = SAYS.get(name, frozenset()) | retraction_words(name) | pending_words(name)
        if words or name in TIMES or takes_back(name):
            self.deletions.append(slot)
        if words:
            self.told[path] = words


@kernel()
def find_label_fields(
    row_ptr: Positions,
    slot: NDArray[np.int32],
    kind: NDArray[np.uint8],
    number: NDArray[np.float64],
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    roles: Roles,
    allowed: Places,
    longest_name: int,
    fields: Fields,
    good: Flags,
) -> None:
    """Find the members of each label.

    ``good``, shape ``(n,)``, becomes False where a row needs a closer look: a label that says
    nothing, or whose digits count, among them.
    """
    for row in range(len(good)):
        fine = np.int64(good[row])
        for entry in range(row_ptr[row], row_ptr[row + 1]):
            role = roles[slot[entry]]
            fine &= allowed[role] >> kind[entry]
            if role < COUNT:
                fields.entry[role, row] = entry
                fields.kind[role, row] = kind[entry]
                fields.start[role, row] = start[entry]
                fields.end[role, row] = end[entry]
                fields.number[role, row] = number[entry]
        fine &= allowed[_LABEL] >> fields.kind[_LABEL, row]
        for role in range(COUNT):
            size = fields.end[role, row] - fields.start[role, row]
            is_text = fields.kind[role, row] == _STRING
            if role <= _LAST_NAME and is_text:
                fine &= 0 < size <= longest_name
            if role == _LABEL and is_text:
                fine &= size > 0
        if fields.kind[_LABEL, row] == _FLOAT:
            fine &= abs(fields.number[_LABEL, row]) < _WORDS
        good[row] = fine & 1 != 0
