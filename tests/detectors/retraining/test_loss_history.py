import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.retraining.loss_history import BLOCK, OF_A_WIDTH, LossHistory


def _filled(losses: list[float]) -> LossHistory:
    history, at = LossHistory(), 0
    while at < len(losses):
        end = min(at + history.room, len(losses))
        history.add(losses[at:end], at)
        at = end
    return history


@given(
    st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=200),
    st.integers(1, BLOCK),
)
def test_it_does_not_matter_how_losses_are_cut(losses: list[float], size: int) -> None:
    cut, at = LossHistory(), 0
    while at < len(losses):
        end = min(at + cut.room, at + size, len(losses))
        cut.add(losses[at:end], at)
        restored = LossHistory()
        restored.restore(cut.state())
        cut, at = restored, end
    assert cut.state() == _filled(losses).state()


def test_blocks_are_all_losses_the_latest_in_the_narrowest() -> None:
    losses = np.random.default_rng(1).random(100 * BLOCK).tolist()
    blocks = _filled(losses).blocks()
    assert blocks[:, 0].sum() == len(losses)
    assert np.isclose(blocks[:, 1].sum(), sum(losses))
    assert (np.diff(blocks[:, 0]) <= 0).all()
    begins = np.concatenate([[0], blocks[:-1, 0].cumsum()])
    assert blocks[:, 3].tolist() == begins.tolist()


def test_memory_grows_with_the_logarithm_of_the_losses() -> None:
    blocks = _filled([0.0] * (BLOCK * 4096)).blocks()
    assert len(blocks) <= OF_A_WIDTH * 13
