import numpy as np

from detectors.retraining.conditions import Volume
from detectors.retraining.volume_gauge import VolumeGauge
from schemas.tables.columns import Role
from schemas.tables.observations import Origin
from tests.detectors.batches import START, batch_of, rows_of


def _rows(count: int) -> list[dict[str, float]]:
    return rows_of(x=np.zeros(count))


def test_it_is_met_with_so_many_rows_and_with_each_further_so_many() -> None:
    gauge = VolumeGauge(Volume(100))
    readings = gauge.update(batch_of(_rows(250)))
    assert [(each.row, each.value) for each in readings] == [(99, 100), (199, 200)]
    assert {each.since for each in readings} == {START}
    assert readings[0].time == START + 99_000
    assert gauge.update(batch_of(_rows(49), start=250)) == []
    (third,) = gauge.update(batch_of(_rows(1), start=299))
    assert (third.row, third.value) == (0, 300)


def test_rows_of_the_other_origin_do_not_count() -> None:
    gauge = VolumeGauge(Volume(100, is_labelled=True))
    assert gauge.update(batch_of(_rows(500))) == []
    assert gauge.skim(Origin.PREDICTIONS, 500, START, START)
    gauge.pass_over(Origin.PREDICTIONS, 500)
    assert len(gauge.update(batch_of(_rows(100), role=Role.ERROR))) == 1


def test_a_restored_gauge_goes_on_where_it_was() -> None:
    gauge, restored = VolumeGauge(Volume(1850)), VolumeGauge(Volume(1850))
    gauge.update(batch_of(_rows(3600)))
    gauge.retrained(START + 1_000_000)
    restored.restore(gauge.state())
    found = restored.update(batch_of(_rows(4000), start=3600))
    assert found == gauge.update(batch_of(_rows(4000), start=3600))
    assert len(found) >= 1


def test_what_is_met_when_a_training_tells_its_end_is_told_with_the_next_row() -> None:
    gauge = VolumeGauge(Volume(100))
    gauge.update(batch_of(_rows(7300)))
    gauge.retrained(START + 3_590_000)  # some 3,700 rows were not seen, 3,600 of them for sure
    (first, *_) = gauge.update(batch_of(_rows(1), start=7300))
    assert first.row == 0
    assert 3_000 < first.value < 3_800
