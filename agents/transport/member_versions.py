"""The versions of all members of the group, as each assignment tells them.

A member says its version in the address that Faust has members tell one another, and the leader
hands all addresses on with each assignment, before any partition is read: so no member takes a
setting for what the others can read, and none is left out, whoever leads.
"""

from __future__ import annotations

from typing import Any, Final

from faust.assignor.partition_assignor import PartitionAssignor
from yarl import URL

_SAID: Final = "driftline-"


class MemberVersions(PartitionAssignor):
    """Faust's assignor, whose members know one another's versions.

    Parameters
    ----------
    app, replicas
        As Faust's.
    own
        The version of this member.

    Attributes
    ----------
    oldest
        The lowest version of the present assignment's members. Of a member that says none it is 1.
    """

    def __init__(self, app: Any, replicas: int = 0, *, own: int = 1) -> None:
        super().__init__(app, replicas)
        self._own = own
        self.oldest = own

    @property
    def _url(self) -> URL:
        return super()._url.with_fragment(f"{_SAID}{self._own}")

    def on_assignment(self, assignment: Any) -> None:
        """Take note of an assignment, and of who else is in the group."""
        super().on_assignment(assignment)
        self.oldest = min(map(_version_of, self.external_topic_distribution), default=self._own)


def _version_of(address: str) -> int:
    said = URL(address).fragment.removeprefix(_SAID)
    return int(said) if said.isdecimal() else 1
