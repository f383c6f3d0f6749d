"""The quick part of the suite: `make chaos` runs all of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.cluster import chaos_cluster
from tests.chaos.families import FAMILIES, PLANTED
from tests.chaos.run import run_once
from tests.kafka import KafkaCluster

SEED = 11
QUICK = ("points", "kills")
PLANTED_QUICK = ("commit-early", "skip-marks")


@pytest.fixture(scope="module")
def broker(kafka: KafkaCluster) -> Iterator[KafkaCluster]:
    # Its own: it is stopped and killed. The other one says whether there can be any.
    assert kafka.running
    with chaos_cluster() as own:
        yield own


@pytest.mark.parametrize("name", QUICK)
def test_nothing_is_lost_and_nothing_different(
    broker: KafkaCluster, tmp_path: Path, name: str
) -> None:
    result = run_once(FAMILIES[name](quick=True), broker, SEED, tmp_path / name)
    assert result.events > 0
    assert result.is_right, result.verdict.notes


@pytest.mark.parametrize("name", PLANTED_QUICK)
def test_the_oracle_sees_a_planted_bug(broker: KafkaCluster, tmp_path: Path, name: str) -> None:
    result = run_once(PLANTED[name](quick=True), broker, SEED, tmp_path / name)
    assert result.is_right, result.verdict.notes
