from dataclasses import replace

import numpy as np
import pytest

from detectors.retraining.conditions import Cost
from detectors.retraining.cost_gauge import CostGauge
from detectors.retraining.gauges import Reading
from schemas.tables.columns import Column, Flag, Kind, Role
from schemas.tables.observations import ObservationBatch, Origin
from tests.detectors.batches import START, batch_of, rows_of


def _errors(*parts: tuple[int, float], seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    return np.concatenate([random.random(rows) < rate for rows, rate in parts]).astype(float)


def _batch(errors: np.ndarray, start: int = 0) -> ObservationBatch:
    return batch_of(rows_of(error=errors), start=start, role=Role.ERROR)


def _fed(gauge: CostGauge, errors: np.ndarray, size: int = 1000) -> list[tuple[int, Reading]]:
    return [
        (begin + reading.row, reading)
        for begin in range(0, len(errors), size)
        for reading in gauge.update(_batch(errors[begin : begin + size], begin))
    ]


def test_after_a_step_it_asks_once_there_is_enough_to_learn_from() -> None:
    errors = _errors((10_000, 0.05), (3_000, 0.3))
    (row, reading), *_ = _fed(CostGauge(Cost(1000, 2.0, labelled_rows=400)), errors)
    assert 10_390 <= row < 10_600
    assert reading.labelled is not None
    assert 390 <= reading.labelled <= 700
    assert abs(reading.since - (START + 10_000_000)) < 300_000
    assert reading.value == pytest.approx(2.0 * 0.25 * (row - 10_000), rel=0.3)


def test_a_retraining_that_is_dear_is_not_asked_for_soon_after_another_one() -> None:
    errors = _errors((1_000, 0.05), (20_000, 0.1))
    early, _ = _fed(CostGauge(Cost(40, 1.0, labelled_rows=400)), errors)[0]
    late, reading = _fed(CostGauge(Cost(600, 1.0, labelled_rows=400)), errors)[0]
    assert early < 3_000
    assert 7_000 < late < 17_000
    assert reading.value >= 300


def test_where_as_much_is_lost_as_it_costs_it_does_not_wait_for_more_rows() -> None:
    errors = _errors((1_000, 0.05), (2_000, 0.9))
    row, reading = _fed(CostGauge(Cost(200, 1.0, labelled_rows=100_000)), errors)[0]
    assert row < 1_300
    assert reading.value >= 200


@pytest.mark.parametrize("seed", range(5))
def test_a_model_that_is_as_good_as_ever_asks_for_nothing(seed: int) -> None:
    errors = _errors((100_000, 0.05), seed=seed)
    assert _fed(CostGauge(Cost(100, 1.0, labelled_rows=400)), errors, size=100_000) == []


def test_unanswered_it_asks_again_with_each_further_price() -> None:
    errors = _errors((10_000, 0.05), (10_000, 0.3))
    found = _fed(CostGauge(Cost(500, 1.0, labelled_rows=400)), errors)
    costs = [reading.value for _, reading in found]
    assert 4 <= len(found) <= 6
    assert np.diff(costs) == pytest.approx(500, abs=60)


def test_rows_give_the_same_however_they_are_cut_and_over_a_restart() -> None:
    errors = _errors((3_000, 0.05), (3_000, 0.4)) * np.random.default_rng(1).random(6_000)
    expected = _fed(CostGauge(Cost(100, 1.0, labelled_rows=300)), errors, size=6_000)
    assert expected
    for size in (1, 7, 640):
        gauge, found = CostGauge(Cost(100, 1.0, labelled_rows=300)), []
        for begin in range(0, len(errors), 2_000):
            restored = CostGauge(Cost(100, 1.0, labelled_rows=300))
            restored.restore(gauge.state())
            gauge = restored
            for at in range(begin, begin + 2_000, size):
                part = errors[at : min(at + size, begin + 2_000)]
                found += [(at + each.row, each) for each in gauge.update(_batch(part, at))]
        assert [(row, replace_row(each)) for row, each in found] == [
            (row, replace_row(each)) for row, each in expected
        ]


def replace_row(reading: Reading) -> Reading:
    return reading._replace(row=0)


def test_labels_of_predictions_from_before_a_training_do_not_count() -> None:
    gauge = CostGauge(Cost(100, 1.0, labelled_rows=300))
    _fed(gauge, _errors((2_000, 0.05)))
    gauge.retrained(START + 3_000_000)
    late = _errors((2_000, 0.9))
    delays = Column("delay", Role.DELAY, Kind.NUMBER, np.full(2_000, 1_000_000.0))
    for begin in (2_000, 4_000):
        batch = _batch(late, begin)
        batch = replace(batch, columns=(*batch.columns, delays))
        assert gauge.update(batch) == []
    assert len(gauge.state()["history"]["widths"]) > 0
    first_counted = START + 4_001_000
    assert gauge.state()["history"]["widths"][-1][0][3] == first_counted


def test_what_is_no_error_and_no_label_does_not_count() -> None:
    gauge = CostGauge(Cost(100, 1.0))
    assert gauge.skim(Origin.PREDICTIONS, 5, 0, 0)
    assert not gauge.skim(Origin.LABELS, 5, 0, 0)
    assert gauge.update(batch_of(rows_of(x=np.zeros(500)))) == []
    batch = _batch(np.ones(500))
    (errors,) = batch.columns
    flags = np.full(500, Flag.MISTYPED, dtype=np.uint8)
    assert gauge.update(replace(batch, columns=(replace(errors, flags=flags),))) == []
    assert gauge.update(replace(batch, columns=())) == []
    assert gauge.state()["history"]["widths"] == []
