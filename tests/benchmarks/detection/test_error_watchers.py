import numpy as np

from benchmarks.detection.classifiers import Said
from benchmarks.detection.error_watchers import (
    ALARMS,
    EVERY,
    NAMES,
    TOGETHER,
    alarms_of,
    without_news,
    without_recoveries,
)
from benchmarks.watchers import changes_of, default_monitor
from schemas.tables.columns import Kind


def _errors(*rates: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    random = np.random.default_rng(1)
    return np.concatenate([(random.random(3000) < rate).astype(np.float64) for rate in rates])


def _rows(*rates: float) -> tuple[list[int], list[int]]:
    changes = changes_of(default_monitor(1, Kind.BOOLEAN, errors=True), _errors(*rates))
    return [change.row // 3000 for change in changes], [
        row // 3000 for row in without_recoveries(changes)
    ]


def test_an_improvement_is_a_recovery_only_behind_a_worsening() -> None:
    assert _rows(0.1, 0.5, 0.1) == ([1, 2], [1])
    assert _rows(0.5, 0.1, 0.5) == ([1, 2], [1, 2])


def test_features_are_seen_by_driftline_alone() -> None:
    calm = _errors(0.1, 0.1)
    said = Said(calm, calm, np.random.default_rng(2).random(6000))
    moved = np.random.default_rng(3).normal(size=6000) + 2.0 * (np.arange(6000) >= 3000)

    found = alarms_of(said, [moved], 1, learns=False)

    assert tuple(found) == NAMES
    assert found["Driftline, errors"] == []
    assert 3000 <= found["Driftline, errors and features"][0] < 3100
    assert found["always"] == list(range(6000))
    assert len(found[f"every {EVERY} rows"]) == 60


def test_fewer_errors_are_news() -> None:
    changes = changes_of(default_monitor(1, Kind.BOOLEAN, errors=True), _errors(0.1, 0.5, 0.1))
    assert [row // 3000 for row in without_news(changes)] == [1]


def test_scores_that_move_are_news_of_a_model_that_learns_on() -> None:
    calm = _errors(0.1, 0.1)
    scores = np.random.default_rng(2).random(6000) + (np.arange(6000) >= 3000)
    said = Said(calm, calm, scores)
    learning, frozen = (alarms_of(said, [], 1, learns=learns) for learns in (True, False))
    assert learning[ALARMS] == []
    assert frozen[ALARMS] == frozen[TOGETHER] == learning[TOGETHER] != []
