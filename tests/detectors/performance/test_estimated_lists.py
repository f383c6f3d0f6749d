from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression

from detectors.performance.calibration import APART
from detectors.performance.estimated_lists import MOST_CLASSES, EstimatedLists
from detectors.performance.judged_rows import ListRows
from schemas.events.model_performance import NoValue
from tests.detectors.batches import plain

DAY = 86_400_000
BEGIN = 20_000 * DAY
CLASSES = 4
Numbers = NDArray[np.float64]


def drawn(seed: int, rows: int, classes: int = CLASSES) -> ListRows:
    """Lists that are surer than they should be."""
    random = np.random.default_rng(seed)
    chances = random.dirichlet(np.ones(classes), rows)
    true = np.array([random.choice(classes, p=each) for each in chances])
    scores = chances**2 / (chances**2).sum(axis=1, keepdims=True)
    return ListRows(scores, np.full(rows, classes), scores.argmax(axis=1), true)


def offline(labelled: ListRows, rows: ListRows, positive: int) -> dict[str, float]:
    """Estimates written out: one isotonic regression a class, and expected counts."""
    columns = []
    for each in range(CLASSES):
        fit = IsotonicRegression(out_of_bounds="clip")
        fit.fit(labelled.scores[:, each], (labelled.true == each).astype(float))
        columns.append(fit.predict(rows.scores[:, each]))
    chances = np.column_stack(columns)
    chances /= chances.sum(axis=1, keepdims=True)
    table = np.array(
        [[chances[rows.said == said, true].sum() for said in range(CLASSES)] for true in range(4)]
    )
    hits, true, said = np.diag(table), table.sum(axis=1), table.sum(axis=0)
    shares = {"precision": hits / said, "recall": hits / true, "f1": 2 * hits / (true + said)}
    found = {"accuracy": hits.sum() / len(chances), "balanced_accuracy": (hits / true).mean()}
    for base, each in shares.items():
        found[f"{base}_macro"] = each.mean()
        found[f"{base}_micro"] = found["accuracy"]
        found[f"{base}_weighted"] = (each * true).sum() / true.sum()
        found[base] = each[positive]
    found["log_loss"] = -(chances * np.log(rows.scores)).sum(axis=1).mean()
    squares = (rows.scores**2).sum(axis=1, keepdims=True) - 2 * rows.scores + 1
    found["brier"] = (chances * squares).sum(axis=1).mean()
    others = len(chances) - true[positive]
    found["specificity"] = (others - said[positive] + hits[positive]) / others
    found["positive_rate"] = said[positive] / len(chances)
    found["label_rate"] = true[positive] / len(chances)
    return found


def learnt(seed: int, positive: int = 2) -> tuple[EstimatedLists, ListRows]:
    estimated, labelled = EstimatedLists(DAY, 4, positive), drawn(seed, 4 * APART)
    estimated.learn(labelled)
    return estimated, labelled


def test_estimates_are_those_of_a_plain_offline_computation() -> None:
    estimated, labelled = learnt(1)
    rows = drawn(2, 2000)
    for part in np.array_split(np.arange(2000), 7):
        estimated.add(rows.take(part), np.full(len(part), BEGIN))
    window = estimated.of(20_000)
    assert window is not None
    found = {name: each.value for name, each in window.metrics().items()}
    assert found == pytest.approx(offline(labelled, rows, 2), abs=1e-6)


def test_intervals_hold_the_figures_of_labels_that_are_drawn_by_the_chances() -> None:
    estimated, _ = learnt(3)
    rows = drawn(4, 1000)
    estimated.add(rows, np.full(1000, BEGIN))
    window = estimated.of(20_000)
    assert window is not None
    chances = estimated.chances(rows.scores)
    random = np.random.default_rng(5)
    told, inside = window.metrics(), dict.fromkeys(("accuracy", "log_loss", "brier"), 0)
    for _ in range(300):
        true = (chances.cumsum(axis=1) < random.random((1000, 1))).sum(axis=1).clip(max=3)
        likely = rows.scores[np.arange(1000), true]
        drawn_figures = {
            "accuracy": np.mean(true == rows.said),
            "log_loss": -np.log(likely).mean(),
            "brier": ((rows.scores**2).sum(axis=1) - 2 * likely + 1).mean(),
        }
        for name, value in drawn_figures.items():
            low, high = told[name].low, told[name].high
            assert low is not None
            assert high is not None
            inside[name] += low <= value <= high
    assert all(0.91 < count / 300 < 0.985 for count in inside.values()), inside


@pytest.mark.parametrize("size", [1, 37, 400])
def test_it_goes_on_where_it_was_however_rows_are_cut(size: int) -> None:
    labelled, rows = drawn(6, 700), drawn(7, 400)
    times = BEGIN + np.arange(400) * DAY // 100
    whole, parts = EstimatedLists(DAY, 3, -1), EstimatedLists(DAY, 3, -1)
    whole.learn(labelled)
    for begin in range(0, 700, size):
        parts.learn(labelled.take(np.arange(begin, min(begin + size, 700))))
    whole.add(rows, times)
    for begin in range(0, 400, size):
        restored = EstimatedLists(DAY, 3, -1)
        restored.restore(parts.state())
        parts = restored
        part = np.arange(begin, min(begin + size, 400))
        parts.add(rows.take(part), times[part])
    assert plain(parts.state()) == plain(whole.state())
    assert [number for number in range(20_000, 20_005) if whole.of(number)] == [
        *(20_001, 20_002, 20_003)
    ]


def test_lists_of_another_length_and_rows_without_one_count_for_nothing() -> None:
    estimated, _ = learnt(8)
    others = [ListRows.none(3, 0), ListRows.none(3, 4), drawn(9, 3, classes=5)]
    for each in others:
        estimated.learn(each)
        estimated.add(each, np.full(3, BEGIN))
    assert estimated.of(20_000) is None
    assert estimated.newest == 20_000


def test_a_list_of_too_many_classes_costs_those_of_its_batch_nothing() -> None:
    width = MOST_CLASSES + 1
    rows = ListRows.none(61, width)
    for part, lists in (slice(1), drawn(14, 1, width)), (slice(1, 61), drawn(15, 60)):
        rows.scores[part, : lists.scores.shape[1]] = lists.scores
        rows.lengths[part], rows.true[part] = lists.lengths, lists.true
    at_once, apart = EstimatedLists(DAY, 4, -1), EstimatedLists(DAY, 4, -1)
    at_once.learn(rows)
    for part in (slice(1), slice(1, 61)):
        apart.learn(rows.take(part))
    assert apart.has_learnt
    assert plain(at_once.state()) == plain(apart.state())


def test_of_too_many_classes_nothing_is_learnt() -> None:
    estimated = EstimatedLists(DAY, 4, -1)
    estimated.learn(drawn(10, 300, classes=MOST_CLASSES + 1))
    assert not estimated.has_learnt
    assert not estimated.is_ready


def test_without_a_class_that_is_looked_for_there_are_figures_over_all_of_them_alone() -> None:
    found: dict[int, Any] = {}
    for positive in (-1, 2, 9):
        estimated, _ = learnt(11, positive)
        estimated.add(drawn(12, 50), np.full(50, BEGIN))
        window = estimated.of(20_000)
        assert window is not None
        found[positive] = set(window.metrics())
    assert found[2] - found[-1] == {
        *("precision", "recall", "specificity", "f1", "positive_rate", "label_rate")
    }
    assert found[9] == found[-1]


def test_a_class_that_is_never_predicted_has_no_precision() -> None:
    estimated, _ = learnt(13)
    lists = ListRows(np.array([[0.7, 0.1, 0.1, 0.1]]), np.array([4]), np.array([0]), np.array([-1]))
    estimated.add(lists, np.array([BEGIN]))
    window = estimated.of(20_000)
    assert window is not None
    assert window.metrics()["precision"].reason is NoValue.NONE_PREDICTED
