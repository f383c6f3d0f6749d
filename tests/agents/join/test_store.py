from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.join.join import MOST_SIDE_BY_SIDE, Joined
from agents.join.store import PendingStore
from agents.join.telemetry import PendingStatus
from agents.prediction_log.predictions import Predictions
from schemas.payloads.rows import LabelRow
from schemas.tables.model_version import ModelVersion

NOW = 1_700_000_000_000
HOUR = 3_600_000
FRAUD = ("fraud", "7")
CHURN = ("churn", "1")


def predictions(
    *ids: str,
    first: int = 0,
    time: int = NOW,
    age: int | None = None,
    name: ModelVersion = FRAUD,
    label: Any = None,
) -> Predictions:
    n = len(ids)
    return Predictions(
        [each.encode() for each in ids],
        np.arange(first, first + n),
        np.full(n, time),
        np.full(n, time if age is None else age),
        [name] * n,
        [1] * n,
        {} if label is None else dict.fromkeys(range(n), label),
    )


def label(name: str, time: int = NOW, **fields: Any) -> LabelRow:
    row = LabelRow(name, 0, time, None, None, "unversioned")
    return row._replace(**fields)


def store(ttl: int = HOUR, most: int = 100) -> PendingStore:
    return PendingStore(ttl=ttl, most=most)


JOINED = Joined("fraud", "7", 1, 0, NOW)


def test_a_label_meets_its_prediction() -> None:
    pending = store()
    assert pending.add_predictions(predictions("a", "b")) == []
    assert pending.status == PendingStatus(2, 0, 0, 0)
    assert pending.add_label(label("a"), 0, NOW) == [JOINED]
    assert pending.status == PendingStatus(1, 0, 0, 0)


def test_what_has_no_time_grows_old_from_when_it_came() -> None:
    pending = store()
    # The very first ones: what their time might be is known when another one comes.
    pending.add_predictions(predictions("a", "b", age=0))
    assert pending.add_label(label("early"), 5, 0) == "early"
    pending.add_predictions(predictions("c", first=10))
    pending.add_predictions(predictions("d", first=20, age=0))
    pending.add_predictions(predictions("e", first=30, time=NOW + HOUR))
    assert pending.status.expired == 0
    assert pending.add_label(label("a"), 50, 0) == [JOINED]
    assert [offset for offset, _ in pending.add_predictions(predictions("early", first=40))] == [40]
    pending.add_predictions(predictions("f", first=60, time=NOW + HOUR + 1))
    assert pending.status.predictions == 2
    assert pending.add_label(label("d"), 70, 0) == "early"


def test_a_label_that_comes_first_waits_for_its_prediction() -> None:
    pending = store()
    assert pending.add_label(label("a"), 0, NOW) == "early"
    assert pending.status == PendingStatus(0, 1, 0, 0)
    assert pending.add_predictions(predictions("b", "a", first=5)) == [(6, JOINED)]
    assert pending.status == PendingStatus(1, 0, 0, 0)


def test_a_second_label_for_one_prediction_is_a_duplicate() -> None:
    pending = store()
    pending.add_predictions(predictions("a"))
    pending.add_label(label("a"), 0, NOW)
    assert pending.add_label(label("a"), 1, NOW) == "duplicate"


def test_a_second_early_label_is_a_duplicate_or_a_correction_and_the_first_one_counts() -> None:
    pending = store()
    pending.add_label(label("a"), 0, NOW)
    assert pending.add_label(label("a", label=9), 1, NOW) == "corrected"
    assert pending.add_label(label("a"), 1, NOW) == "duplicate"
    assert pending.add_predictions(predictions("a")) == [(0, JOINED)]
    assert pending.add_label(label("a"), 2, NOW) == "duplicate"


def test_a_replayed_record_gives_the_same_again() -> None:
    pending = store()
    pending.add_predictions(predictions("a"))
    first = pending.add_label(label("a"), 0, NOW)
    assert pending.add_predictions(predictions("a")) == []
    assert pending.add_label(label("a"), 0, NOW) == first == [JOINED]
    assert pending.status.replaced == 0


def test_a_replayed_early_join_gives_the_same_again() -> None:
    pending = store()
    pending.add_label(label("a"), 3, NOW)
    first = pending.add_predictions(predictions("a"))
    assert pending.add_label(label("a"), 3, NOW) == "early"
    assert pending.add_predictions(predictions("a")) == first == [(0, JOINED)]


def test_a_prediction_that_carries_its_label_needs_no_join() -> None:
    pending = store()
    carried = predictions("a", label=0)
    assert pending.add_predictions(carried) == [(0, JOINED)]
    assert pending.add_predictions(carried) == [(0, JOINED)]
    assert pending.add_label(label("a"), 0, NOW) == "duplicate"
    assert pending.status == PendingStatus(0, 0, 0, 0)


def test_a_label_that_carries_its_prediction_needs_no_join() -> None:
    found = store().add_label(label("a", prediction=1, model="fraud", version="7"), 0, NOW)
    assert found == [JOINED]


def test_models_that_score_one_id_wait_side_by_side_and_one_label_is_for_all() -> None:
    pending = store()
    pending.add_predictions(predictions("a"))
    pending.add_predictions(predictions("a", first=1, name=CHURN))
    pending.add_predictions(predictions("a", first=2, name=("fraud", "8")))
    assert pending.status.predictions == 3
    found = pending.add_label(label("a"), 0, NOW)
    assert [(join.model, join.version) for join in found if isinstance(join, Joined)] == [
        FRAUD,
        CHURN,
        ("fraud", "8"),
    ]
    assert pending.add_label(label("a"), 0, NOW) == found
    assert pending.add_label(label("a"), 1, NOW) == "duplicate"
    assert (pending.status.predictions, pending.status.replaced) == (0, 0)


def test_a_label_that_names_a_model_is_for_that_one() -> None:
    pending = store()
    pending.add_predictions(predictions("a"))
    pending.add_predictions(predictions("a", first=1, name=CHURN))
    assert pending.add_label(label("a", model="fraud"), 0, NOW) == [JOINED]
    assert pending.add_label(label("a", model="fraud"), 1, NOW) == "duplicate"
    assert pending.add_label(label("a"), 2, NOW) == [JOINED._replace(model="churn", version="1")]
    assert pending.add_label(label("a", model="other"), 3, NOW) == "early"


def test_an_early_label_is_for_the_predictions_of_all_models_or_of_the_one_that_it_names() -> None:
    pending = store()
    pending.add_label(label("a"), 0, NOW)
    pending.add_label(label("b", model="churn"), 1, NOW)
    assert pending.status.labels == 2
    assert pending.add_predictions(predictions("a", "b")) == [(0, JOINED)]
    churn = JOINED._replace(model="churn", version="1")
    found = pending.add_predictions(predictions("a", "b", first=2, name=CHURN))
    assert found == [(2, churn), (3, churn)]
    assert pending.status == PendingStatus(1, 0, 0, 0)


def test_a_second_prediction_of_one_model_takes_the_place_of_the_first_and_is_counted() -> None:
    pending = store()
    pending.add_predictions(predictions("a", "a"))
    assert (pending.status.predictions, pending.status.replaced) == (1, 1)
    assert pending.add_label(label("a"), 0, NOW) == [JOINED]
    pending.add_predictions(predictions("b", time=NOW + 2 * HOUR))
    assert pending.status == PendingStatus(1, 0, 0, 0, 1)


def test_predictions_that_replace_one_another_push_nobody_out() -> None:
    pending = store(most=100)
    pending.add_predictions(predictions("kept"))
    for first in range(1, 1000):
        pending.add_predictions(predictions("again", first=first))
    assert pending.status == PendingStatus(2, 0, 0, 0, 998)
    assert len(pending._log) == 2
    assert pending.add_label(label("kept"), 0, NOW) == [JOINED]


def test_an_early_label_that_names_a_model_is_for_all_of_its_versions() -> None:
    pending = store()
    pending.add_label(label("a", model="fraud"), 0, NOW)
    eight = JOINED._replace(version="8")
    assert pending.add_predictions(predictions("a")) == [(0, JOINED)]
    found = pending.add_predictions(predictions("a", first=1, name=("fraud", "8")))
    assert found == [(1, eight)]


def test_so_many_model_versions_of_one_id_wait_and_no_more() -> None:
    pending = store()
    for version in range(2 * MOST_SIDE_BY_SIDE):
        pending.add_predictions(predictions("a", first=version, name=("fraud", str(version))))
        pending.add_label(label("b", model=str(version)), version, NOW)
    assert pending.status == PendingStatus(
        MOST_SIDE_BY_SIDE, MOST_SIDE_BY_SIDE, 0, 0, MOST_SIDE_BY_SIDE
    )


def test_an_expired_prediction_is_given_up_and_its_label_waits_as_an_early_one() -> None:
    pending = store()
    pending.add_predictions(predictions("old"))
    pending.add_predictions(predictions("new", first=1, time=NOW + 2 * HOUR))
    assert pending.status == PendingStatus(1, 0, 1, 0)
    assert pending.add_label(label("old", NOW + 2 * HOUR), 0, NOW + 2 * HOUR) == "early"


def test_an_early_label_whose_prediction_never_comes_is_orphaned() -> None:
    pending = store()
    pending.add_label(label("a"), 0, NOW)
    pending.add_label(label("used"), 1, NOW)
    pending.add_predictions(predictions("used"))
    pending.add_predictions(predictions("b", first=1, time=NOW + 2 * HOUR))
    assert pending.orphaned == 1
    assert pending.status.labels == 0


def test_one_whose_clock_runs_ahead_ages_neither_the_others_nor_itself_more_slowly() -> None:
    pending = store()
    pending.add_predictions(predictions("skewed", time=NOW + 1000 * HOUR, age=NOW))
    pending.add_predictions(predictions("a", first=1))
    assert pending.status.predictions == 2
    pending.add_predictions(predictions("b", first=2, time=NOW + 2 * HOUR))
    assert pending.status == PendingStatus(1, 0, 2, 0)


def test_a_store_that_runs_for_long_keeps_no_more_than_its_cap() -> None:
    pending = store(most=10_000)
    for first in range(0, 100_000, 3000):
        pending.add_predictions(predictions(*map(str, range(first, first + 3000)), first=first))
    assert pending.status == PendingStatus(10_000, 0, 0, 102_000 - 10_000)
    assert len(pending._log._hot._parts) <= 3
    assert pending.add_label(label("101999"), 0, NOW) == [JOINED]
    assert pending.add_label(label("91999"), 1, NOW) == "early"


operations = st.lists(
    st.tuples(
        st.sampled_from(["prediction", "other prediction", "label"]),
        st.lists(st.integers(0, 12).map(str), min_size=1, max_size=4),
        st.integers(-3, 3),
        st.sampled_from([None, "fraud", "churn"]),
    ),
    max_size=100,
)


@given(operations=operations, most=st.integers(1, 6))
def test_the_store_never_holds_more_than_its_cap(
    operations: list[tuple[str, list[str], int, str | None]], most: int
) -> None:
    pending = store(most=most)
    for number, (kind, names, hours, model) in enumerate(operations):
        time = NOW + hours * HOUR // 2
        if kind == "label":
            pending.add_label(label(names[0], time, model=model), number, time)
        else:
            version = FRAUD if kind == "prediction" else CHURN
            pending.add_predictions(predictions(*names, first=10 * number, time=time, name=version))
        live = [at for held in pending._waiting.values() for at in np.atleast_1d(held).tolist()]
        assert len(live) == len(set(live)) == len(pending._log) <= most
        assert pending.status.predictions == sum(pending._log.label(at) == -1 for at in live)
        assert set(pending._first) <= set(live)
        assert sum(map(len, pending._early.values())) <= most
        unused = [each for held in pending._early.values() for each in held if not each.is_used]
        assert pending.status.labels == len(unused)


@given(st.lists(st.lists(st.integers(0, 30).map(str), min_size=1, max_size=8), max_size=10))
def test_a_batch_gives_what_its_predictions_give_one_by_one(batches: list[list[str]]) -> None:
    whole, single = store(most=1000), store(most=1000)
    first = 0
    for names in batches:
        for each in (whole, single):
            each.add_label(label(names[0]), first, NOW)
        found = whole.add_predictions(predictions(*names, first=first))
        assert found == [
            join
            for row, name in enumerate(names)
            for join in single.add_predictions(predictions(name, first=first + row))
        ]
        first += len(names)
    assert whole.status == single.status


@pytest.mark.parametrize("count", [8191, 8192, 8193, 20_000])
def test_a_log_of_many_parts_finds_each_prediction(count: int) -> None:
    pending = store(most=count)
    pending.add_predictions(predictions(*map(str, range(count))))
    for name in (0, 8190, count - 1):
        assert pending.add_label(label(str(name)), name, NOW) == [JOINED]
