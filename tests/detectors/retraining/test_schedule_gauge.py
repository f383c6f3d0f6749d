from dataclasses import replace

import numpy as np

from detectors.retraining.conditions import Schedule
from detectors.retraining.gauges import Reading
from detectors.retraining.schedule_gauge import BEHIND, ScheduleGauge
from schemas.events.times import format_time, parse_time
from schemas.tables.observations import ObservationBatch, Origin
from tests.detectors.batches import batch_of, rows_of

_DAILY = Schedule("0 3 * * *", "Europe/Zurich")
_HOUR = 3_600_000
_NOON = parse_time("2026-03-01T12:00:00Z")


def _at(*times: int) -> ObservationBatch:
    batch = batch_of(rows_of(x=np.zeros(len(times))))
    return replace(batch, times=np.array(times, dtype=np.int64))


def _times(readings: list[Reading]) -> list[tuple[int, str]]:
    return [(each.row, format_time(each.time)[:16]) for each in readings]


def test_the_first_row_at_a_time_of_the_line_or_after_it_meets_it_once() -> None:
    gauge = ScheduleGauge(_DAILY)
    rows = _at(
        _NOON, _NOON + 13 * _HOUR, _NOON + 15 * _HOUR, _NOON + 14 * _HOUR, _NOON + 40 * _HOUR
    )
    readings = gauge.update(rows)
    assert _times(readings) == [(2, "2026-03-02T02:00"), (4, "2026-03-03T02:00")]
    assert readings[0].since == _NOON
    assert readings[1].since == readings[0].time
    assert gauge.skim(Origin.PREDICTIONS, 9, _NOON + 38 * _HOUR, _NOON + 60 * _HOUR)
    assert not gauge.skim(Origin.PREDICTIONS, 9, _NOON, _NOON + 60 * _HOUR)
    assert not gauge.skim(Origin.PREDICTIONS, 9, _NOON + 38 * _HOUR, _NOON + 62 * _HOUR)


def test_of_several_times_that_have_passed_the_latest_counts() -> None:
    gauge = ScheduleGauge(_DAILY)
    readings = gauge.update(_at(_NOON, _NOON + 24 * 7 * _HOUR))
    assert _times(readings) == [(1, "2026-03-08T02:00")]


def test_a_row_from_the_future_does_not_silence_it() -> None:
    gauge = ScheduleGauge(_DAILY)
    future = parse_time("9999-12-31T00:00:00Z")
    assert len(gauge.update(_at(_NOON, parse_time("2090-01-01T00:00:00Z"), future))) >= 1
    late = [_NOON + row for row in range(BEHIND)]
    assert gauge.update(_at(*late)) == []
    assert _times(gauge.update(_at(_NOON + 24 * _HOUR))) == [(0, "2026-03-02T02:00")]


def test_a_few_late_rows_are_no_future_that_was() -> None:
    gauge = ScheduleGauge(_DAILY)
    gauge.update(_at(_NOON, _NOON + 24 * _HOUR))
    for _ in range(3):
        gauge.update(_at(*[_NOON] * (BEHIND - 1)))
        restored = ScheduleGauge(_DAILY)
        restored.restore(gauge.state())
        gauge = restored
        gauge.pass_over(Origin.PREDICTIONS, 1)
    gauge.update(_at(_NOON))
    assert _times(gauge.update(_at(_NOON + 25 * _HOUR))) == []
