from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agents.pending import Joined, PendingStore
from agents.telemetry import PendingStatus
from schemas.incoming import LabelRow, PredictionRow

NOW = 1_700_000_000_000
HOUR = 3_600_000


def prediction(name: str, time: int = NOW, label: Any = None, outcome: Any = 1) -> PredictionRow:
    return PredictionRow(name, "fraud", "7", time, {}, outcome, None, label)


def label(name: str, time: int = NOW, **embedded: Any) -> LabelRow:
    row = LabelRow(name, 0, time, None, None, "unversioned")
    return row._replace(**embedded)


def store(ttl: int = HOUR, most: int = 100) -> PendingStore:
    return PendingStore(ttl=ttl, most=most)


JOINED = Joined("fraud", "7", 1, 0, NOW)


def test_a_label_meets_its_prediction() -> None:
    pending = store()
    assert pending.add_prediction(prediction("a"), 0, NOW) is None
    assert pending.status == PendingStatus(1, 0, 0, 0)
    assert pending.add_label(label("a"), 0, NOW) == JOINED
    assert pending.status == PendingStatus(0, 0, 0, 0)


def test_a_label_that_comes_first_waits_for_its_prediction() -> None:
    pending = store()
    assert pending.add_label(label("a"), 0, NOW) == "early"
    assert pending.status == PendingStatus(0, 1, 0, 0)
    assert pending.add_prediction(prediction("a"), 5, NOW) == JOINED
    assert pending.status == PendingStatus(0, 0, 0, 0)


def test_a_second_label_for_one_prediction_is_a_duplicate() -> None:
    pending = store()
    pending.add_prediction(prediction("a"), 0, NOW)
    pending.add_label(label("a"), 0, NOW)
    assert pending.add_label(label("a"), 1, NOW) == "duplicate"


def test_a_second_early_label_is_a_duplicate_and_the_first_one_counts() -> None:
    pending = store()
    pending.add_label(label("a"), 0, NOW)
    assert pending.add_label(label("a", label=9), 1, NOW) == "duplicate"
    assert pending.add_prediction(prediction("a"), 0, NOW) == JOINED
    assert pending.add_label(label("a"), 2, NOW) == "duplicate"


def test_a_replayed_record_gives_the_same_again() -> None:
    pending = store()
    pending.add_prediction(prediction("a"), 0, NOW)
    first = pending.add_label(label("a"), 0, NOW)
    assert pending.add_prediction(prediction("a"), 0, NOW) is None
    assert pending.add_label(label("a"), 0, NOW) == first


def test_a_replayed_early_join_gives_the_same_again() -> None:
    pending = store()
    pending.add_label(label("a"), 3, NOW)
    first = pending.add_prediction(prediction("a"), 0, NOW)
    assert pending.add_label(label("a"), 3, NOW) == "early"
    assert pending.add_prediction(prediction("a"), 0, NOW) == first == JOINED


def test_a_prediction_that_carries_its_label_needs_no_join() -> None:
    pending = store()
    assert pending.add_prediction(prediction("a", label=0), 0, NOW) == JOINED
    assert pending.add_label(label("a"), 0, NOW) == "duplicate"


def test_a_label_that_carries_its_prediction_needs_no_join() -> None:
    found = store().add_label(label("a", prediction=1, model="fraud", version="7"), 0, NOW)
    assert found == JOINED


def test_an_expired_prediction_is_given_up_and_its_label_waits_as_an_early_one() -> None:
    pending = store()
    pending.add_prediction(prediction("old", NOW), 0, NOW)
    pending.add_prediction(prediction("new", NOW + 2 * HOUR), 1, NOW + 2 * HOUR)
    assert pending.status == PendingStatus(1, 0, 1, 0)
    assert pending.add_label(label("old", NOW + 2 * HOUR), 0, NOW + 2 * HOUR) == "early"


def test_an_early_label_whose_prediction_never_comes_is_orphaned() -> None:
    pending = store()
    pending.add_label(label("a", NOW), 0, NOW)
    pending.add_prediction(prediction("b", NOW + 2 * HOUR), 0, NOW + 2 * HOUR)
    assert pending.orphaned == 1
    assert pending.status.labels == 0


def test_a_clock_that_runs_ahead_does_not_age_the_others() -> None:
    pending = store()
    pending.add_prediction(prediction("a", NOW), 0, NOW)
    pending.add_prediction(prediction("skewed", NOW + 1000 * HOUR), 1, NOW)
    assert pending.add_label(label("a"), 0, NOW) == JOINED


def test_a_record_without_a_time_is_aged_by_its_event_time() -> None:
    pending = store()
    pending.add_prediction(prediction("a", NOW), 0, -1)
    pending.add_prediction(prediction("b", NOW + 2 * HOUR), 1, -1)
    assert pending.status.expired == 1


operations = st.lists(
    st.tuples(
        st.sampled_from(["prediction", "label"]),
        st.integers(0, 12).map(str),
        st.integers(-3, 3),
    ),
    max_size=200,
)


@given(operations=operations, most=st.integers(1, 6))
def test_the_store_never_holds_more_than_its_cap(
    operations: list[tuple[str, str, int]], most: int
) -> None:
    pending = store(most=most)
    for offset, (kind, name, hours) in enumerate(operations):
        time = NOW + hours * HOUR // 2
        if kind == "prediction":
            pending.add_prediction(prediction(name, time), offset, time)
        else:
            pending.add_label(label(name, time), offset, time)
        status = pending.status
        waiting = [entry for entry in pending._waiting.values() if entry.label is None]
        assert status.predictions == len(waiting)
        assert len(pending._waiting) <= most
        assert status.labels <= most
