import numpy as np
import pytest

from benchmarks.detection.delays import SHIFTS, WATCHERS, delay
from benchmarks.detection.tuned import PEERS, alarms_of, tuned
from benchmarks.shares import CASES
from tests.detectors.streams import river_indices


def test_the_trivial_watchers_bound_what_any_other_gives() -> None:
    assert delay("normal", "+2 sd", "always", None, 1) == 0.0
    assert delay("normal", "+2 sd", "never", None, 1) == np.inf
    assert 0.0 < delay("normal", "+2 sd", "Driftline", None, 1) < 100.0


def test_a_ramp_is_found_later_than_a_shift() -> None:
    shift, quick, slow = (
        delay("normal", name, "Driftline", None, 2) for name in SHIFTS if "+1 sd" in name
    )

    assert shift < quick < slow


def test_categories_are_watched_as_such() -> None:
    name = "20 categories, Zipf: a new one, 10 %"

    assert name in CASES
    assert delay(name, "", "Driftline", None, 1) < 1000.0


@pytest.mark.parametrize("peer", PEERS)
def test_a_peer_is_tuned_to_one_alarm_in_100_000_rows(peer: str) -> None:
    def draw(rng: np.random.Generator, rows: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return rng.normal(size=rows)

    parameter = tuned(peer, draw, 2, 5)

    assert parameter is not None
    found = [
        len(alarms_of(peer, parameter, draw(np.random.default_rng(seed), 100_000)))
        for seed in (5, 6)
    ]
    assert sum(found) <= 2
    assert f"River {peer}, 1 in 100,000" in WATCHERS


def test_a_peer_that_always_alarms_cannot_be_tuned() -> None:
    assert tuned("ADWIN", lambda rng, rows: np.arange(rows) + rng.normal(size=rows), 1, 0) is None


@pytest.mark.parametrize("peer", PEERS)
def test_the_kernels_that_stand_for_peers_give_their_rows(peer: str) -> None:
    from river import drift  # noqa: PLC0415 - river has no types, and is slow to import

    values = np.concatenate([np.zeros(500), np.ones(500)])
    values += np.random.default_rng(1).normal(size=1000)
    theirs = {"ADWIN": drift.ADWIN, "Page-Hinkley": drift.PageHinkley}[peer]()

    assert alarms_of(peer, PEERS[peer].default, values) == river_indices(theirs, values)
