import numpy as np
import pytest

from detectors.comparisons.pairs import PairedArms


def test_pairs_say_what_their_differences_are() -> None:
    random = np.random.default_rng(0)
    one = random.normal(size=500)
    other = one + random.normal(0.1, 0.2, 500)
    arms = PairedArms()
    arms.add(one, other)
    found = arms.contrast()
    assert found is not None
    assert found.difference == pytest.approx((other - one).mean())
    assert found.information == pytest.approx(500 / (other - one).var(), rel=0.02)


def test_pairs_of_which_one_gives_nothing_are_left_out() -> None:
    arms = PairedArms()
    arms.add(np.array([1.0, np.nan, 0.0]), np.array([np.nan, 1.0, 1.0]))
    assert arms.pairs == 1


@pytest.mark.parametrize("apart", [0, 7])
def test_versions_that_nearly_always_agree_are_not_judged_by_a_handful(apart: int) -> None:
    arms = PairedArms()
    arms.add(np.zeros(5000), (np.arange(5000) < apart).astype(float))
    assert arms.contrast() is None


def test_a_restored_state_goes_on_as_if_nothing_had_been() -> None:
    random = np.random.default_rng(1)
    one, other = random.random(400) < 0.5, random.random(400) < 0.6
    whole, part = PairedArms(), PairedArms()
    whole.add(one[:200].astype(float), other[:200].astype(float))
    part.add(one[:200].astype(float), other[:200].astype(float))
    state, part = part.state(), PairedArms()
    part.restore(state)
    for arms in (whole, part):
        arms.add(one[200:].astype(float), other[200:].astype(float))
    assert part.state() == whole.state()
    assert part.contrast() == whole.contrast()
