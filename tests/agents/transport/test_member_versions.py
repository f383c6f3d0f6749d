from typing import Any

import faust
import pytest
from aiokafka.cluster import ClusterMetadata
from faust.assignor.partition_assignor import PartitionAssignor
from faust.types import TP

from agents.transport.member_versions import MemberVersions

TOPIC = "in"


class Cluster(ClusterMetadata):  # type: ignore[misc] # aiokafka ships no types
    """A cluster with a topic of two partitions."""

    def partitions_for_topic(self, topic: str) -> set[int]:
        assert topic == TOPIC
        return {0, 1}


def member(version: int | None) -> PartitionAssignor:
    app = faust.App(f"app-{version}", broker="kafka://nowhere", autodiscover=False)
    return PartitionAssignor(app) if version is None else MemberVersions(app, own=version)


def assigned(*versions: int | None, leader: int = 0) -> list[Any]:
    """Return the members of a group after an assignment that one of them has made."""
    members = [member(version) for version in versions]
    told = {str(number): each.metadata({TOPIC}) for number, each in enumerate(members)}
    made = members[leader].assign(Cluster(), told)
    for number, each in enumerate(members):
        each.on_assignment(made[str(number)])
    return members


@pytest.mark.parametrize("leader", [0, 1, 2])
def test_every_member_knows_the_oldest_whoever_leads(leader: int) -> None:
    members = assigned(2, None, 2, leader=leader)
    assert [members[0].oldest, members[2].oldest] == [1, 1]


def test_a_member_without_partitions_counts_too() -> None:
    members = assigned(2, 2, 2, None)
    assert [each.oldest for each in members[:3]] == [1, 1, 1]


def test_members_of_one_version_know_that_they_are() -> None:
    assert [each.oldest for each in assigned(2, 2)] == [2, 2]


def test_newer_members_make_nobody_older() -> None:
    older, newer = assigned(2, 3)
    assert (older.oldest, newer.oldest) == (2, 2)


def test_partitions_are_shared_as_ever() -> None:
    members = assigned(2, None)
    tps = [each.assigned_actives() for each in members]
    assert set().union(*tps) == {TP(TOPIC, 0), TP(TOPIC, 1)}
    assert tps[0].isdisjoint(tps[1])
