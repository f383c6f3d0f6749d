import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import roc_auc_score

from detectors.performance.calibration import APART
from detectors.performance.estimated_performance import ESTIMATED, EstimatedPerformance
from detectors.performance.expected_ranking import EXACT
from schemas.events.model_performance import NoValue
from tests.detectors.batches import plain

DAY = 86_400_000
BEGIN = 20_000 * DAY
Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]


def scored(seed: int, rows: int) -> tuple[Numbers, Mask, Mask]:
    random = np.random.default_rng(seed)
    scores = random.beta(1, 3, rows)
    return scores, scores > 0.5, random.random(rows) < scores**1.5


def offline(shares: Numbers, scores: Numbers, said: Mask) -> dict[str, float]:
    """Metrics of expected counts, each written out."""
    hits, false = shares[said].sum(), (1 - shares[said]).sum()
    missed, right = shares[~said].sum(), (1 - shares[~said]).sum()
    loss = -(shares * np.log(scores) + (1 - shares) * np.log(1 - scores)).mean()
    return {
        "accuracy": (hits + right) / len(said),
        "balanced_accuracy": (hits / (hits + missed) + right / (right + false)) / 2,
        "precision": hits / said.sum(),
        "recall": hits / (hits + missed),
        "specificity": right / (right + false),
        "f1": 2 * hits / (2 * hits + false + missed),
        # Each row is a positive and another one, by its chance.
        "roc_auc": roc_auc_score(
            np.repeat([1, 0], len(scores)),
            np.tile(scores, 2),
            sample_weight=np.concatenate([shares, 1 - shares]),
        ),
        "log_loss": loss,
        "brier": (shares * (1 - scores) ** 2 + (1 - shares) * scores**2).mean(),
        "positive_rate": said.mean(),
        "label_rate": shares.mean(),
    }


def learnt(seed: int, rows: int = 4 * APART) -> tuple[EstimatedPerformance, IsotonicRegression]:
    estimated = EstimatedPerformance(DAY, 4)
    scores, _, true = scored(seed, rows)
    estimated.calibration.add(scores, true)
    fit = IsotonicRegression(out_of_bounds="clip").fit(scores, true.astype(np.float64))
    return estimated, fit


def test_estimates_are_those_of_a_plain_offline_computation() -> None:
    estimated, fit = learnt(1)
    scores, said, _ = scored(2, 5000)
    for part in np.array_split(np.arange(5000), 7):
        estimated.add(scores[part], said[part], np.full(len(part), BEGIN))
    window = estimated.of(20_000)
    assert window is not None
    found = {name: each.value for name, each in window.metrics().items()}
    expected = offline(fit.predict(scores), scores, said)
    error = window.metrics()["roc_auc"].error
    assert error is not None
    assert expected.pop("roc_auc") == pytest.approx(found.pop("roc_auc"), abs=min(error, 1e-3))
    assert found == pytest.approx(expected, abs=1e-6)
    assert tuple(window.metrics()) == ESTIMATED


def test_of_a_window_of_few_predictions_the_area_is_exact_too() -> None:
    estimated, fit = learnt(1)
    scores, said, _ = scored(2, EXACT)
    scores[:50] = scores[50:100]  # ties
    for part in np.array_split(np.arange(EXACT), 3):
        estimated.add(scores[part], said[part], np.full(len(part), BEGIN))
    window = estimated.of(20_000)
    assert window is not None
    area = window.metrics()["roc_auc"]
    expected = offline(fit.predict(scores), scores, said)["roc_auc"]
    assert area.value == pytest.approx(expected, abs=1e-6)
    assert area.error is None


def test_the_area_of_a_window_stays_once_a_later_one_has_begun() -> None:
    estimated, _ = learnt(11)
    scores, said, _ = scored(12, 1000)
    estimated.add(scores, said, np.full(1000, BEGIN))
    ended = estimated.of(20_000)
    assert ended is not None
    before = ended.metrics()["roc_auc"]
    estimated.add(scores[:5], said[:5], np.full(5, BEGIN + DAY))
    estimated.add(np.full(9, 0.9), np.ones(9, np.bool_), np.full(9, BEGIN))
    later = estimated.of(20_000)
    assert later is not None
    assert later.rows == 1009
    assert later.metrics()["roc_auc"] == before


def test_a_state_without_areas_has_none_until_the_next_prediction() -> None:
    estimated, _ = learnt(13)
    estimated.add(np.array([0.2, 0.9]), np.array([False, True]), np.full(2, BEGIN))
    state = estimated.state()
    del state["ranking"], state["areas"]
    again = EstimatedPerformance(DAY, 4)
    again.restore(state)
    window = again.of(20_000)
    assert window is not None
    assert window.metrics()["roc_auc"].reason is NoValue.NO_ROWS


def test_intervals_hold_the_figures_of_labels_that_are_drawn_by_the_scores() -> None:
    estimated, fit = learnt(3)
    scores, said, _ = scored(4, 2000)
    estimated.add(scores, said, np.full(2000, BEGIN))
    window = estimated.of(20_000)
    assert window is not None
    random = np.random.default_rng(5)
    shares = fit.predict(scores)
    inside = dict.fromkeys(ESTIMATED, 0)
    for _ in range(400):
        true = (random.random(2000) < shares).astype(np.float64)
        for name, value in offline(true, scores, said).items():
            told = window.metrics()[name]
            if told.low is not None and told.high is not None:
                inside[name] += told.low - 1e-12 <= value <= told.high + 1e-12
    held = {name: count / 400 for name, count in inside.items() if name != "balanced_accuracy"}
    assert all(share > 0.92 for share in held.values()), held
    assert all(share < 0.985 for name, share in held.items() if name != "positive_rate"), held


def test_predictions_without_a_score_count_for_nothing() -> None:
    estimated, _ = learnt(6)
    estimated.add(np.array([np.nan, 0.9]), np.array([True, True]), np.full(2, BEGIN))
    window = estimated.of(20_000)
    assert window is not None
    assert window.rows == 1
    estimated.add(np.array([np.nan]), np.array([True]), np.full(1, BEGIN + DAY))
    assert estimated.of(20_001) is None


def test_what_there_is_none_of_has_a_reason() -> None:
    estimated, _ = learnt(7)
    estimated.add(np.full(3, 0.1), np.zeros(3, np.bool_), np.full(3, BEGIN))
    window = estimated.of(20_000)
    assert window is not None
    assert window.metrics()["precision"].reason is NoValue.NONE_PREDICTED


def test_windows_before_those_that_are_kept_are_forgotten_whatever_the_order() -> None:
    estimated, _ = learnt(8)
    days = np.array([0, 9, 2, 8])
    estimated.add(np.full(4, 0.3), np.ones(4, np.bool_), BEGIN + days * DAY)
    assert [day for day in days.tolist() if estimated.of(20_000 + day)] == [9, 8]


def test_it_goes_on_where_it_was() -> None:
    estimated, _ = learnt(9)
    scores, said, _ = scored(10, 300)
    estimated.add(scores, said, BEGIN + np.arange(300) * DAY // 100)
    again = EstimatedPerformance(DAY, 4)
    again.restore(estimated.state())
    assert plain(again.state()) == plain(estimated.state())
