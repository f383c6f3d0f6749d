import numpy as np
import pytest

from detectors.retraining.conditions import Corrections
from detectors.retraining.corrections_gauge import CorrectionsGauge
from schemas.tables.columns import Role
from schemas.tables.observations import Origin
from tests.detectors.batches import START, batch_of, repeats_of, rows_of


def _labelled(gauge: CorrectionsGauge, rows: int) -> None:
    assert gauge.update(batch_of(rows_of(error=np.zeros(rows)), role=Role.ERROR)) == []


def test_it_is_met_with_so_many_corrections_and_with_each_further_so_many() -> None:
    gauge = CorrectionsGauge(Corrections(labels=3))
    _labelled(gauge, 10)
    # Of each four labels that come again one is the same.
    readings = gauge.update(repeats_of([True, True, False, True] * 2, start=20))
    assert [(each.row, each.value) for each in readings] == [(3, 3), (7, 6)]
    assert (readings[0].since, readings[0].time) == (START, START + 23_000)
    assert gauge.update(repeats_of([False] * 50, start=28)) == []


@pytest.mark.parametrize(("labels", "expected"), [(10, [5, 10]), (200, [10]), (300, [])])
def test_a_share_is_of_all_labels_and_of_a_hundred_at_least(
    labels: int, expected: list[int]
) -> None:
    gauge = CorrectionsGauge(Corrections(share=0.05))
    _labelled(gauge, labels)
    readings = gauge.update(repeats_of([True] * 12, start=labels))
    assert [each.value for each in readings] == expected


def test_what_a_training_has_seen_counts_no_more_but_its_labels_do() -> None:
    gauge = CorrectionsGauge(Corrections(share=0.05))
    _labelled(gauge, 100)
    assert len(gauge.update(repeats_of([True] * 9, start=100))) == 1
    gauge.retrained(START + 109_000)
    readings = gauge.update(repeats_of([True] * 9, start=110))
    assert [(each.value, each.since) for each in readings] == [(5, START + 109_000)]


def test_labels_that_are_skimmed_count_and_corrections_are_never_skimmed() -> None:
    gauge, whole = (
        CorrectionsGauge(Corrections(share=0.1)),
        CorrectionsGauge(Corrections(share=0.1)),
    )
    assert not gauge.skim(Origin.LABELS, 1, START, START)
    for each in (gauge, whole):
        _labelled(each, 100)
    _labelled(whole, 100)
    assert gauge.skim(Origin.LABELS, 100, START, START)
    gauge.pass_over(Origin.LABELS, 100)
    gauge.pass_over(Origin.PREDICTIONS, 1000)
    assert not gauge.skim(Origin.REPEATS, 1, START, START)
    restored = CorrectionsGauge(Corrections(share=0.1))
    restored.restore(gauge.state())
    rows = repeats_of([True] * 25, start=200)
    assert [each.value for each in restored.update(rows)] == [20]
    assert whole.update(rows) == gauge.update(rows)


@pytest.mark.parametrize("cut", range(1, 12))
def test_it_does_not_matter_how_rows_were_cut(cut: int) -> None:
    rows = [True, False, True, True, False, True, True, True, False, True, True, True]
    whole, parts = CorrectionsGauge(Corrections(labels=4)), CorrectionsGauge(Corrections(labels=4))
    expected = whole.update(repeats_of(rows))
    found = parts.update(repeats_of(rows[:cut])) + [
        each._replace(row=each.row + cut)
        for each in parts.update(repeats_of(rows[cut:], start=cut))
    ]
    assert found == expected
    assert len(found) == 2
