import pytest

from detectors.alerts.sentences import drift_sentence, quality_sentence, values_sentence
from detectors.alerts.sighting import Sighting
from schemas.events.alert import AlertKind
from schemas.events.detector_report import DetectorReport, Stream
from schemas.events.drift_alert import Direction
from schemas.events.position import Position
from schemas.events.quality_alert import Quality
from schemas.events.window_summary import CategorySummary, NumberSummary
from schemas.tables.columns import Role

WHERE = Position(topic="predictions", partition=0, offset=2010, time="2026-01-01T00:00:00Z")
REPORT = DetectorReport(
    kind="adwin", stream=Stream.SPREAD, parameters={}, statistic=2.0, threshold=1.0
)


def _sighting(role: Role = Role.FEATURE) -> Sighting:
    return Sighting("credit", "3", role, "income", False, WHERE, WHERE)  # noqa: FBT003 - not critical


def _numbers(mean: float | None, std: float | None) -> NumberSummary:
    return NumberSummary(count=10, mean=mean, std=std, quantiles={})


def test_a_drift_of_numbers_tells_both_moments_and_unknown_ones_as_such() -> None:
    windows = _numbers(10.0, 2.00049), _numbers(16.25, None)
    assert drift_sentence(_sighting(), AlertKind.FEATURE, Direction.UP, windows, REPORT, 7) == (
        "Feature 'income' of credit 3 changed: the mean went from 10 to 16.25, the standard "
        "deviation from 2 to unknown, over 7 rows (adwin on the spread of its ranks)."
    )


def test_a_drift_of_categories_tells_the_share_that_moved_most() -> None:
    before = CategorySummary(count=10, shares={"a": 0.5, "b": 0.5})
    after = CategorySummary(count=10, shares={"a": 0.4, "c": 0.6})
    said = drift_sentence(_sighting(), AlertKind.FEATURE, None, (before, after), REPORT, 7)
    assert "changed: the share of 'c' went from 0.0% to 60.0%, over 7 rows" in said


@pytest.mark.parametrize(
    ("direction", "verb"), [(Direction.UP, "rose"), (Direction.DOWN, "fell"), (None, "changed")]
)
def test_errors_rise_or_fall(direction: Direction | None, verb: str) -> None:
    windows = _numbers(0.1, 0.3), _numbers(0.3, 0.4)
    said = drift_sentence(_sighting(Role.ERROR), AlertKind.CONCEPT, direction, windows, REPORT, 7)
    assert said.startswith(f"The errors of credit 3 {verb}: ")


def test_windows_of_two_kinds_of_values_have_no_sentence() -> None:
    windows = _numbers(0.1, 0.3), CategorySummary(count=10, shares={})
    with pytest.raises(TypeError, match="one kind"):
        drift_sentence(_sighting(), AlertKind.FEATURE, None, windows, REPORT, 7)


def test_rows_without_a_value_are_told_by_what_is_wrong_with_them() -> None:
    assert quality_sentence(_sighting(), Quality.NULL, (0.025, 0.9), 20, "share_cusum") == (
        "Feature 'income' of credit 3 changed: null in 90.0% of the rows, before 2.5%, over 20 "
        "rows (share_cusum on the share of rows that are not ok)."
    )


@pytest.mark.parametrize(
    ("quality", "said"),
    [
        (Quality.CONSTANT, "one value in all of the latest 16 rows, before in 1.0%"),
        (Quality.UNSEEN, "never seen before in 50.0% of the latest 16 rows, before in 1.0%"),
    ],
)
def test_values_that_are_a_fault_are_told_by_how_many_rows(quality: Quality, said: str) -> None:
    sentence = values_sentence(_sighting(), quality, (0.01, 0.5), 16, "detector")
    assert sentence == f"Feature 'income' of credit 3 changed: {said} (detector on the values)."
