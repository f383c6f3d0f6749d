from agents.records.aborted_transactions import AbortedTransactions


def test_a_producer_is_covered_from_its_first_offset_to_its_marker() -> None:
    aborted = AbortedTransactions([(0, 30), (1, 10)])
    aborted.reach(9)
    assert not aborted.cover(1)
    aborted.reach(10)
    assert aborted.cover(1)
    assert not aborted.cover(0)
    aborted.end(1)
    assert not aborted.cover(1)
    aborted.reach(40)
    assert aborted.cover(0)


def test_a_producer_may_abort_again() -> None:
    aborted = AbortedTransactions([(1, 0), (1, 20)])
    aborted.reach(0)
    aborted.end(1)
    aborted.reach(19)
    assert not aborted.cover(1)
    aborted.reach(20)
    assert aborted.cover(1)


def test_a_marker_without_a_transaction_ends_nothing() -> None:
    aborted = AbortedTransactions([(1, 0)])
    aborted.end(1)
    aborted.reach(0)
    aborted.end(2)
    assert aborted.cover(1)
