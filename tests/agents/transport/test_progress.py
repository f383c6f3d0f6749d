import pytest

from agents.transport.progress import OutOfOrderAck, PartitionProgress


def test_what_is_acked_in_order_becomes_committable() -> None:
    progress = PartitionProgress(now=0.0)
    for last in (9, 19, 29):
        progress.deliver(last, 1.0)
    before = progress.committable
    progress.ack(9, 2.0)
    progress.ack(19, 2.0)
    assert (before, progress.committable) == (None, 20)
    assert (progress.outstanding, progress.delivered_to) == (1, 30)
    progress.commit(20, 3.0)
    assert progress.committable is None


def test_an_ack_out_of_order_is_refused_and_changes_nothing() -> None:
    progress = PartitionProgress(now=0.0)
    progress.deliver(9, 1.0)
    progress.deliver(19, 1.0)
    with pytest.raises(OutOfOrderAck, match="19 acked; the oldest one ends at 9"):
        progress.ack(19, 2.0)
    assert (progress.committable, progress.outstanding) == (None, 2)


def test_a_batch_cannot_be_acked_twice() -> None:
    progress = PartitionProgress(now=0.0)
    progress.deliver(9, 1.0)
    progress.ack(9, 1.0)
    with pytest.raises(OutOfOrderAck, match="ends at None"):
        progress.ack(9, 1.0)


def test_offsets_may_have_gaps() -> None:
    progress = PartitionProgress(now=0.0)
    progress.deliver(3, 1.0)
    progress.deliver(1_000_000, 1.0)
    progress.ack(3, 1.0)
    progress.ack(1_000_000, 1.0)
    assert progress.committable == 1_000_001


@pytest.mark.parametrize("committed", [None, 0])
def test_the_first_record_is_committable_whatever_was_committed(committed: int | None) -> None:
    progress = PartitionProgress(now=0.0)
    progress.committed_to = committed
    progress.deliver(0, 1.0)
    progress.ack(0, 1.0)
    assert progress.committable == 1


def test_a_commit_is_never_taken_back() -> None:
    progress = PartitionProgress(now=0.0)
    progress.committed_to = 50
    progress.deliver(9, 1.0)
    progress.ack(9, 1.0)
    assert progress.committable is None


def test_the_age_of_the_commit_counts_from_the_assignment_until_there_is_one() -> None:
    progress = PartitionProgress(now=10.0)
    assert progress.commit_age(14.0) == 4.0
    progress.commit(1, 15.0)
    assert progress.commit_age(16.0) == 1.0


def test_an_idle_partition_is_not_stalled_and_a_busy_one_is() -> None:
    progress = PartitionProgress(now=0.0)
    assert progress.stalled_for(100.0, unread=False) == 0.0
    assert progress.stalled_for(101.0, unread=True) == 1.0
    progress.deliver(9, 102.0)
    assert progress.stalled_for(110.0, unread=False) == 8.0
    progress.ack(9, 111.0)
    assert progress.stalled_for(115.0, unread=False) == 4.0
    progress.commit(10, 116.0)
    assert progress.stalled_for(120.0, unread=False) == 0.0


def test_a_partition_that_is_held_back_is_not_stalled_unless_an_agent_owes_an_ack() -> None:
    held, owed = PartitionProgress(now=0.0), PartitionProgress(now=0.0)
    owed.deliver(9, 0.0)
    for progress in (held, owed):
        progress.hold(50.0)
    assert held.stalled_for(60.0, unread=True) == 10.0
    assert owed.stalled_for(60.0, unread=True) == 60.0


def test_offsets_without_records_at_the_end_are_committed_once_all_is_acked() -> None:
    progress = PartitionProgress(now=0.0)
    progress.deliver(9, 1.0)
    progress.read_to = 13
    progress.settle()
    assert progress.acked_to is None
    progress.ack(9, 2.0)
    offered = [progress.committable]
    for _ in range(2):
        progress.settle()
        offered.append(progress.committable)
        progress.commit(13, 3.0)
    assert offered == [10, 13, None]


def test_settling_never_goes_back() -> None:
    progress = PartitionProgress(now=0.0)
    progress.committed_to = 20
    progress.read_to = 5
    progress.settle()
    assert progress.committable is None
