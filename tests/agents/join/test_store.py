import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.join.early_labels import MOST_SIDE_BY_SIDE
from agents.join.joined import Joined
from agents.join.labels import Labels
from agents.join.store import PendingStore
from agents.join.telemetry import PendingStatus
from schemas.tables.declared import Declarations, Declared
from schemas.values.spellings import Spellings
from tests.agents.join.steps import (
    CHURN,
    FRAUD,
    HOUR,
    JOINED,
    NOW,
    add_label,
    add_predictions,
    label,
    predictions,
)


def store(ttl: int = HOUR, most: int = 100) -> PendingStore:
    return PendingStore(ttl=ttl, most=most)


def test_a_label_meets_its_prediction() -> None:
    pending = store()
    assert add_predictions(pending, predictions("a", "b")) == []
    assert pending.status == PendingStatus(2, 0, 0, 0)
    assert add_label(pending, label("a"), 0, NOW) == [JOINED]
    assert pending.status == PendingStatus(1, 0, 0, 0)


def test_what_has_no_time_grows_old_from_when_it_came() -> None:
    pending = store()
    # The very first ones: what their time might be is known when another one comes.
    add_predictions(pending, predictions("a", "b", age=0))
    assert add_label(pending, label("early"), 5, 0) == "early"
    add_predictions(pending, predictions("c", first=10))
    add_predictions(pending, predictions("d", first=20, age=0))
    add_predictions(pending, predictions("e", first=30, time=NOW + HOUR))
    assert pending.status.expired == 0
    assert add_label(pending, label("a"), 50, 0) == [JOINED._replace(delay=None)]
    met = add_predictions(pending, predictions("early", first=40))
    assert [offset for offset, _ in met] == [40]
    add_predictions(pending, predictions("f", first=60, time=NOW + HOUR + 1))
    assert pending.status.predictions == 2
    assert add_label(pending, label("d"), 70, 0) == "early"


def test_a_label_that_comes_first_waits_for_its_prediction() -> None:
    pending = store()
    assert add_label(pending, label("a"), 0, NOW) == "early"
    assert pending.status == PendingStatus(0, 1, 0, 0)
    assert add_predictions(pending, predictions("b", "a", first=5)) == [(6, JOINED)]
    assert pending.status == PendingStatus(1, 0, 0, 0)


def test_a_second_label_for_one_prediction_is_a_duplicate() -> None:
    pending = store()
    add_predictions(pending, predictions("a"))
    add_label(pending, label("a"), 0, NOW)
    assert add_label(pending, label("a"), 1, NOW) == "duplicate"


def test_a_second_early_label_is_a_duplicate_or_a_correction_and_the_first_one_counts() -> None:
    pending = store()
    add_label(pending, label("a"), 0, NOW)
    assert add_label(pending, label("a", label=9), 1, NOW) == "corrected"
    assert add_label(pending, label("a"), 1, NOW) == "duplicate"
    assert add_predictions(pending, predictions("a")) == [(0, JOINED)]
    assert add_label(pending, label("a"), 2, NOW) == "duplicate"


def test_a_replayed_record_gives_the_same_again() -> None:
    pending = store()
    add_predictions(pending, predictions("a"))
    first = add_label(pending, label("a"), 0, NOW)
    assert add_predictions(pending, predictions("a")) == []
    assert add_label(pending, label("a"), 0, NOW) == first == [JOINED]
    assert pending.status.replaced == 0


def test_a_replayed_early_join_gives_the_same_again() -> None:
    pending = store()
    add_label(pending, label("a"), 3, NOW)
    first = add_predictions(pending, predictions("a"))
    assert add_label(pending, label("a"), 3, NOW) == "early"
    assert add_predictions(pending, predictions("a")) == first == [(0, JOINED)]


def test_a_prediction_that_is_asked_for_again_is_no_second_row_of_its_label() -> None:
    asked, again, once_more = (
        predictions("a", first=first, time=NOW + first, content=first + 1) for first in range(3)
    )
    late, early = store(), store()
    add_predictions(late, asked)
    assert len(add_label(late, label("a"), 0, NOW)) == 1
    assert add_predictions(late, again) == add_predictions(late, once_more) == []
    add_label(early, label("a"), 0, NOW)
    assert len(add_predictions(early, asked)) == 1
    assert add_predictions(early, again) == add_predictions(early, once_more) == []
    assert early.status == late.status
    # A label of its own makes it a row, as where an id is used again.
    for pending in (late, early):
        assert len(add_label(pending, label("a", label=1), 1, NOW)) == 1


def test_predictions_that_are_read_again_join_the_label_that_they_joined() -> None:
    asked, again = (predictions("a", first=first, content=first + 1) for first in range(2))
    pending = store()
    add_label(pending, label("a"), 0, NOW)
    found = [add_predictions(pending, asked), add_predictions(pending, again)]
    assert add_label(pending, label("a"), 0, NOW) == "early"
    assert [add_predictions(pending, asked), add_predictions(pending, again)] == found
    assert add_label(pending, label("a"), 0, NOW) == "early"


def test_versions_that_score_an_id_meet_its_early_label_each_once() -> None:
    pending = store()
    add_label(pending, label("a"), 0, NOW)
    for first, name in enumerate((FRAUD, ("fraud", "8"), CHURN)):
        assert len(add_predictions(pending, predictions("a", first=first, name=name))) == 1
        retried = predictions("a", first=10 + first, name=name, content=9)
        assert add_predictions(pending, retried) == []


def test_a_prediction_that_carries_its_label_needs_no_join() -> None:
    pending = store()
    carried = predictions("a", label=0)
    assert add_predictions(pending, carried) == [(0, JOINED)]
    assert add_predictions(pending, carried) == [(0, JOINED)]
    assert add_label(pending, label("a"), 0, NOW) == "duplicate"
    assert pending.status == PendingStatus(0, 0, 0, 0)


def test_models_that_score_one_id_wait_side_by_side_and_one_label_is_for_all() -> None:
    pending = store()
    add_predictions(pending, predictions("a"))
    add_predictions(pending, predictions("a", first=1, name=CHURN))
    add_predictions(pending, predictions("a", first=2, name=("fraud", "8")))
    assert pending.status.predictions == 3
    found = add_label(pending, label("a"), 0, NOW)
    assert [(join.model, join.version) for join in found if isinstance(join, Joined)] == [
        FRAUD,
        CHURN,
        ("fraud", "8"),
    ]
    assert add_label(pending, label("a"), 0, NOW) == found
    assert add_label(pending, label("a"), 1, NOW) == "duplicate"
    assert (pending.status.predictions, pending.status.replaced) == (0, 0)


def test_a_label_that_names_a_model_is_for_that_one() -> None:
    pending = store()
    add_predictions(pending, predictions("a"))
    add_predictions(pending, predictions("a", first=1, name=CHURN))
    assert add_label(pending, label("a", model="fraud"), 0, NOW) == [JOINED]
    assert add_label(pending, label("a", model="fraud"), 1, NOW) == "duplicate"
    assert add_label(pending, label("a"), 2, NOW) == [JOINED._replace(model="churn", version="1")]
    assert add_label(pending, label("a", model="other"), 3, NOW) == "early"


def test_an_early_label_is_for_the_predictions_of_all_models_or_of_the_one_that_it_names() -> None:
    pending = store()
    add_label(pending, label("a"), 0, NOW)
    add_label(pending, label("b", model="churn"), 1, NOW)
    assert pending.status.labels == 2
    assert add_predictions(pending, predictions("a", "b")) == [(0, JOINED)]
    churn = JOINED._replace(model="churn", version="1")
    found = add_predictions(pending, predictions("a", "b", first=2, name=CHURN))
    assert found == [(2, churn), (3, churn)]
    assert pending.status == PendingStatus(1, 0, 0, 0)


def test_a_second_prediction_of_one_model_takes_the_place_of_the_first_and_is_counted() -> None:
    pending = store()
    add_predictions(pending, predictions("a", "a"))
    assert (pending.status.predictions, pending.status.replaced) == (1, 1)
    assert add_label(pending, label("a"), 0, NOW) == [JOINED]
    add_predictions(pending, predictions("b", time=NOW + 2 * HOUR))
    assert pending.status == PendingStatus(1, 0, 0, 0, 1)


def test_predictions_that_replace_one_another_push_nobody_out() -> None:
    pending = store(most=100)
    add_predictions(pending, predictions("kept"))
    for first in range(1, 1000):
        add_predictions(pending, predictions("again", first=first))
    assert pending.status == PendingStatus(2, 0, 0, 0, 998)
    assert len(pending._join.log) == 2
    assert add_label(pending, label("kept"), 0, NOW) == [JOINED]


def test_an_early_label_that_names_a_model_is_for_all_of_its_versions() -> None:
    pending = store()
    add_label(pending, label("a", model="fraud"), 0, NOW)
    eight = JOINED._replace(version="8")
    assert add_predictions(pending, predictions("a")) == [(0, JOINED)]
    found = add_predictions(pending, predictions("a", first=1, name=("fraud", "8")))
    assert found == [(1, eight)]


def test_so_many_model_versions_of_one_id_wait_and_no_more() -> None:
    pending = store()
    for version in range(2 * MOST_SIDE_BY_SIDE):
        add_predictions(pending, predictions("a", first=version, name=("fraud", str(version))))
        add_label(pending, label("b", model=str(version)), version, NOW)
    assert pending.status == PendingStatus(
        MOST_SIDE_BY_SIDE, MOST_SIDE_BY_SIDE, 0, 0, MOST_SIDE_BY_SIDE
    )


def test_an_expired_prediction_is_given_up_and_its_label_waits_as_an_early_one() -> None:
    pending = store()
    add_predictions(pending, predictions("old"))
    add_predictions(pending, predictions("new", first=1, time=NOW + 2 * HOUR))
    assert pending.status == PendingStatus(1, 0, 1, 0)
    assert add_label(pending, label("old", NOW + 2 * HOUR), 0, NOW + 2 * HOUR) == "early"


def test_orphans_are_counted_by_the_models_that_they_name_once() -> None:
    pending = store(most=2)
    for number, model in enumerate([None, "fraud", None, "fraud", "churn"]):
        add_label(pending, label(f"n{number}", model=model), number, NOW)
    assert (pending.take_orphans(), pending.take_orphans()) == (3, 0)
    assert pending.status.orphans == {"": 2, "fraud": 1}


def test_an_early_label_whose_prediction_never_comes_is_orphaned() -> None:
    pending = store()
    add_label(pending, label("a"), 0, NOW)
    add_label(pending, label("used"), 1, NOW)
    add_predictions(pending, predictions("used"))
    add_predictions(pending, predictions("b", first=1, time=NOW + 2 * HOUR))
    assert pending.status.orphans == {"": 1}
    assert pending.status.labels == 0


def test_one_whose_clock_runs_ahead_ages_neither_the_others_nor_itself_more_slowly() -> None:
    pending = store()
    add_predictions(pending, predictions("skewed", time=NOW + 1000 * HOUR, age=NOW))
    add_predictions(pending, predictions("a", first=1))
    assert pending.status.predictions == 2
    add_predictions(pending, predictions("b", first=2, time=NOW + 2 * HOUR))
    assert pending.status == PendingStatus(1, 0, 2, 0)


def test_a_store_that_runs_for_long_keeps_no_more_than_its_cap() -> None:
    pending = store(most=10_000)
    for first in range(0, 100_000, 3000):
        add_predictions(pending, predictions(*map(str, range(first, first + 3000)), first=first))
    assert pending.status == PendingStatus(10_000, 0, 0, 102_000 - 10_000)
    assert len(pending._join.log._hot._parts) <= 3
    assert add_label(pending, label("101999"), 0, NOW) == [JOINED]
    assert add_label(pending, label("91999"), 1, NOW) == "early"


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
            add_label(pending, label(names[0], time, model=model), number, time)
        else:
            version = FRAUD if kind == "prediction" else CHURN
            batch = predictions(*names, first=10 * number, time=time, name=version)
            add_predictions(pending, batch)
        join = pending._join
        live = [at for held in join._waiting.values() for at in np.atleast_1d(held).tolist()]
        assert len(live) == len(set(live)) == len(join.log) <= most
        assert pending.status.predictions == sum(join.log.entry(at).label == -1 for at in live)
        assert set(join._first) <= set(live)
        early = join.early._labels.values()
        assert sum(map(len, early)) <= most
        unused = [each for held in early for each in held if not each.is_used]
        assert pending.status.labels == len(unused)


@given(st.lists(st.lists(st.integers(0, 30).map(str), min_size=1, max_size=8), max_size=10))
def test_a_batch_gives_what_its_predictions_give_one_by_one(batches: list[list[str]]) -> None:
    whole, single = store(most=1000), store(most=1000)
    first = 0
    for names in batches:
        for each in (whole, single):
            add_label(each, label(names[0]), first, NOW)
        found = add_predictions(whole, predictions(*names, first=first))
        assert found == [
            join
            for row, name in enumerate(names)
            for join in add_predictions(single, predictions(name, first=first + row))
        ]
        first += len(names)
    assert whole.status == single.status


@pytest.mark.parametrize("count", [8191, 8192, 8193, 20_000])
def test_a_log_of_many_parts_finds_each_prediction(count: int) -> None:
    pending = store(most=count)
    add_predictions(pending, predictions(*map(str, range(count))))
    for name in (0, 8190, count - 1):
        assert add_label(pending, label(str(name)), name, NOW) == [JOINED]


def test_what_performance_needs_waits_with_the_prediction() -> None:
    pending = store()
    first = predictions("a", "b", score=0.9, segment='{"channel":"app"}')
    add_predictions(pending, first)
    found = add_label(pending, label("a", NOW + 5000), 0, NOW + 5000)
    some = JOINED._replace(score=0.9, segment='{"channel":"app"}')
    assert found == [some._replace(time=NOW + 5000, delay=5000.0)]
    add_label(pending, label("early"), 1, NOW)
    late = predictions("early", first=9, score=0.9, segment='{"channel":"app"}')
    assert add_predictions(pending, late) == [(9, some)]


@pytest.mark.parametrize(("said", "again"), [(1, "1.0"), ("true", 1), (12.5, "12.50"), ("a", "a ")])
def test_the_same_label_in_another_spelling_is_a_duplicate(said: object, again: object) -> None:
    pending = store()
    add_predictions(pending, predictions("a"))
    add_label(pending, label("a", label=said), 0, NOW)
    add_label(pending, label("early", label=said), 1, NOW)
    assert add_label(pending, label("a", label=again), 2, NOW) == "duplicate"
    assert add_label(pending, label("early", label=again), 3, NOW) == "duplicate"
    assert add_label(pending, label("a", label="other"), 4, NOW) == "corrected"


label_batches = st.lists(
    st.lists(
        st.tuples(
            st.integers(0, 12),
            st.sampled_from([None, "fraud", "churn"]),
            st.sampled_from([0, 1, "1", 0.5]),
        ),
        min_size=1,
        max_size=8,
    ),
    max_size=6,
)


@given(label_batches)
def test_labels_give_together_what_they_give_one_by_one(
    batches: list[list[tuple[int, str | None, object]]],
) -> None:
    whole, single = store(most=1000), store(most=1000)
    for each in (whole, single):
        add_predictions(each, predictions(*map(str, range(10))))
        add_predictions(each, predictions(*map(str, range(5)), first=10, name=CHURN))
    first = 0
    for batch in batches:
        rows = [
            label(str(name), model=model, label=value)._replace(offset=first + at, arrival=NOW)
            for at, (name, model, value) in enumerate(batch)
        ]
        first += len(rows)
        together = whole.add_labels(Labels.of(rows))
        alone = [single.add_labels(Labels.of([row])) for row in rows]
        assert together.joined.rows() == [row for each in alone for row in each.joined.rows()]
        for outcome in ("early", "duplicate", "corrected"):
            assert getattr(together, outcome) == sum(getattr(each, outcome) for each in alone)
        assert whole.status == single.status
    for at in range(15):
        assert repr(whole._join.log.entry(at)) == repr(single._join.log.entry(at))


def test_which_labels_are_one_is_for_their_model_to_say() -> None:
    loose = Declared(spellings=Spellings(ignore_case=True))
    pending = PendingStore(ttl=HOUR, most=100, declarations=Declarations(models={"fraud": loose}))
    for number, (name, expected) in enumerate([(FRAUD, "duplicate"), (CHURN, "corrected")]):
        one, other, early = (f"{each}{number}" for each in ("one", "other", "early"))
        add_predictions(pending, predictions(one, other, first=10 * number, name=name))
        add_label(pending, label(one, label="Yes"), 100 + number, NOW)
        add_label(pending, label(early, label="Yes", model=name[0]), 200 + number, NOW)
        # Two at once are joined as columns.
        labels = [label(other, label="Yes"), label(f"new{number}", label=1)]
        pending.add_labels(Labels.of([each._replace(offset=300 + number) for each in labels]))
        for at, again in enumerate((one, other)):
            row = label(again, label="YES")
            assert add_label(pending, row, 400 + 10 * at + number, NOW) == expected
        row = label(early, label="YES", model=name[0])
        assert add_label(pending, row, 500 + number, NOW) == expected
