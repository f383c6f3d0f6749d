"""The families of scenarios, one noun a file."""

from typing import Final

from tests.chaos.families.compaction import Compaction
from tests.chaos.families.contents import Clocks, Future, Labels, Poison, Values
from tests.chaos.families.disks import Disks
from tests.chaos.families.events import Events
from tests.chaos.families.exceptions import Exceptions
from tests.chaos.families.family import Family
from tests.chaos.families.fresh import Fresh
from tests.chaos.families.gaps import Gaps
from tests.chaos.families.joins import Joins
from tests.chaos.families.kills import Kills
from tests.chaos.families.leaders import Leaders
from tests.chaos.families.outages import Outages
from tests.chaos.families.outputs import Outputs, Partitions
from tests.chaos.families.planted import PLANTED
from tests.chaos.families.points import Points
from tests.chaos.families.renewals import Renewals
from tests.chaos.families.snapshots import Snapshots
from tests.chaos.families.soak import Soak
from tests.chaos.families.stops import Stops
from tests.chaos.families.upgrades import Upgrades

__all__ = ["FAMILIES", "PLANTED", "Family"]

_ALL: Final[tuple[type[Family], ...]] = (
    Points,
    Kills,
    Exceptions,
    Stops,
    Joins,
    Outages,
    Poison,
    Values,
    Labels,
    Disks,
    Events,
    Clocks,
    Future,
    Snapshots,
    Gaps,
    Compaction,
    Fresh,
    Partitions,
    Outputs,
    Renewals,
    Soak,
    Leaders,
    Upgrades,
)

FAMILIES: Final[dict[str, type[Family]]] = {family.name: family for family in _ALL}
"""All of them, by their names."""
