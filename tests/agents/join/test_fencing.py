import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.join.fencing import NO_EPOCH, Claims


@given(st.lists(st.integers(0, 1000), unique=True), st.integers(0, 1000))
def test_the_epoch_at_an_offset_is_that_of_the_last_claim_before_it(
    claims: list[int], offset: int
) -> None:
    epochs = Claims()
    for claim in sorted(claims):
        epochs.begin(claim)
    assert epochs.current == max(claims, default=NO_EPOCH)
    assert epochs.at(offset) == max((at for at in claims if at <= offset), default=NO_EPOCH)


@pytest.mark.parametrize(
    ("epoch", "counts"), [(None, True), (NO_EPOCH, False), (4, False), (5, True), (9, True)]
)
def test_what_was_written_in_an_earlier_epoch_does_not_count(
    epoch: int | None, counts: bool
) -> None:
    epochs = Claims()
    epochs.begin(5)
    assert epochs.admits(epoch) is counts


def test_what_was_written_in_a_later_epoch_tells_of_a_claim_that_is_not_there() -> None:
    epochs = Claims()
    assert epochs.admits(7)
    assert not epochs.admits(6)
    assert list(epochs) == [NO_EPOCH, 7]
