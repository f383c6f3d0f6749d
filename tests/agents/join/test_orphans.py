"""Labels whose prediction never came: counted once each, wherever a worker is killed."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.join.changes_codec import decode_changes, encode_changes
from agents.join.orphans import MOST_MODELS, MOST_SOON, OTHER, SOON, Orphans
from agents.join.store import PendingStore
from tests.agents.join.steps import HOUR, NOW, add_label, add_predictions, label, predictions
from tests.agents.join.test_tiers import Durable

STEP = HOUR // 9


def _take(store: PendingStore, offset: int, kind: int) -> None:
    """Take the record of an offset: of three labels that never meet a prediction, and others."""
    arrival = NOW + offset * STEP
    if kind == 0:
        batch = predictions(f"{offset}", first=offset, time=arrival, content=offset + 1)
        add_predictions(store, batch)
    else:
        model = (None, "fraud", "churn")[kind % 3]
        add_label(store, label(f"orphan {offset}", arrival, model=model), offset, arrival)


def _uninterrupted(kinds: list[int], most: int) -> PendingStore:
    store = PendingStore(ttl=HOUR, most=most)
    for offset, kind in enumerate(kinds):
        _take(store, offset, kind)
    return store


@pytest.mark.parametrize("most", [3, 1000])
@settings(max_examples=60)
@given(
    st.lists(st.integers(0, 3), min_size=5, max_size=40),
    st.lists(st.tuples(st.integers(0, 39), st.integers(0, 4), st.booleans()), max_size=4),
)
def test_counts_after_kills_are_those_of_a_worker_that_never_stopped(
    most: int, kinds: list[int], kills: list[tuple[int, int, bool]]
) -> None:
    with TemporaryDirectory() as folder:
        durable = Durable(Path(folder), most=most, hot=most)
        killed_after = {after: (again, saved) for after, again, saved in kills}
        for offset, kind in enumerate(kinds):
            durable.do(partial(_take, offset=offset, kind=kind))
            if offset in killed_after:
                again, saved = killed_after[offset]
                if saved:
                    durable.begin_saving()
                    durable.end_saving()
                durable.restart(lose_disk=not saved)
                assert durable.store.take_orphans() == 0
                # What was not committed is read again.
                for before in range(max(0, offset + 1 - again), offset + 1):
                    durable.do(partial(_take, offset=before, kind=kinds[before]))
        found = durable.store.status
        durable.store.close()
    expected = _uninterrupted(kinds, most).status
    assert (found.orphans, found.labels) == (expected.orphans, expected.labels)


def test_a_restore_of_the_latest_records_knows_those_of_all_before() -> None:
    store, log = PendingStore(ttl=HOUR, most=1000), []
    for offset in [*range(20), *range(60, 70)]:
        _take(store, offset, 1 + offset % 3 if offset < 20 else 0)
        log += store.drain_changes()
        store.acknowledged(len(log) - 1)
    since = decode_changes(log[-1]).since
    assert since == 20
    again = PendingStore(ttl=HOUR, most=1000)
    for offset in range(since, len(log)):
        again.apply_changes(log[offset], offset)
    assert again.status.orphans == store.status.orphans
    assert again.status.orphans == {"": 6, "fraud": 7, "churn": 7}


def test_a_record_that_is_cut_says_the_counts_with_its_last_part() -> None:
    store = PendingStore(ttl=HOUR, most=1)
    for offset in range(4):
        add_label(store, label(f"{offset}" * 400_000), offset, NOW)
    records = store.drain_changes()
    counts = [decode_changes(record).orphans for record in records]
    assert counts == [{}] * (len(records) - 1) + [{"": 3}]
    assert len(counts) > 1
    # Whoever has the first part alone has what follows from it, and reads the rest again.
    again = PendingStore(ttl=HOUR, most=1)
    again.apply_changes(records[0], 0)
    for offset in range(4):
        add_label(again, label(f"{offset}" * 400_000), offset, NOW)
    assert again.status.orphans == {"": 3}


def test_a_changelog_without_counts_says_nothing_of_them() -> None:
    store = PendingStore(ttl=HOUR, most=1000)
    add_label(store, label("a"), 0, NOW)
    (record,) = store.drain_changes()
    assert b"orphans" not in record
    (again,) = encode_changes(decode_changes(record))
    assert again == record


def test_models_beyond_those_told_apart_are_one() -> None:
    orphans = Orphans()
    for number in range(MOST_MODELS + 5):
        orphans.add(f"m{number}", number, waited=0)
    assert len(orphans.totals) == MOST_MODELS + 1
    assert orphans.totals[OTHER] == 5


def test_those_that_waited_long_need_not_be_remembered_and_others_are_bounded() -> None:
    orphans = Orphans()
    orphans.add(None, 1, waited=SOON + 1)
    assert 1 not in orphans
    for offset in range(MOST_SOON + 2):
        orphans.add(None, offset, waited=SOON)
    assert (0 in orphans, 1 in orphans, 2 in orphans) == (False, False, True)
