import gzip
from pathlib import Path

import numpy as np
import pytest

from benchmarks.detection.error_oracle import ORACLE
from benchmarks.detection.error_watchers import NAMES
from benchmarks.detection.injected import KINDS, WIDTHS, Drift, Rows, drifted, run, told

ROWS = 4000


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    random = np.random.default_rng(1)
    features = random.random((ROWS, 3))
    labels = features[:, 0] > 0.5
    target = tmp_path_factory.mktemp("data") / "elec2.csv.gz"
    lines = ["a,b,c,class"] + [
        f"{a},{b},{c},{int(label)}" for (a, b, c), label in zip(features, labels, strict=True)
    ]
    with gzip.open(target, "wt", encoding="utf-8") as file:
        file.write("\n".join(lines))
    return target


def _rows(count: int = 1000) -> Rows:
    random = np.random.default_rng(2)
    return Rows(random.random((count, 3)), random.integers(0, 2, count), np.arange(count) + 50)


def _drifted(kind: str, share: float = 1.0) -> tuple[Rows, Rows]:
    rows = _rows()
    drift = Drift(kind, np.array([2, 0, 1]), 1, 0.5, 1)
    shares = np.full(len(rows.labels), share)
    return rows, drifted(rows, drift, shares, np.random.default_rng(3))


def test_permuted_features_change_places_and_nothing_else() -> None:
    before, after = _drifted("features permuted")

    assert np.array_equal(after.features, before.features[:, [2, 0, 1]])
    assert np.array_equal(after.labels, before.labels)


def test_filtered_rows_are_those_above_the_threshold_and_places_stay() -> None:
    before, after = _drifted("features filtered")

    assert np.array_equal(after.places, before.places[before.features[:, 1] <= 0.5])
    assert after.features[:, 1].max() <= 0.5


def test_a_class_comes_a_quarter_as_often() -> None:
    before, after = _drifted("class prior")

    assert (after.labels == 0).sum() == (before.labels == 0).sum()
    assert (after.labels == 1).sum() == pytest.approx((before.labels == 1).sum() / 4, rel=0.2)


def test_swapped_labels_are_those_of_the_other_class() -> None:
    _, after = _drifted("labels swapped")

    assert set(after.labels.tolist()) == {0}


@pytest.mark.parametrize("kind", KINDS)
def test_rows_that_do_not_drift_stay_as_they_were(kind: str) -> None:
    before, after = _drifted(kind, 0.0)

    assert np.array_equal(before.features, after.features)
    assert np.array_equal(before.labels, after.labels)


def test_a_seed_gives_the_same_drifts_all_from_one_beginning(path: Path) -> None:
    first, second = (list(told(path, 3)) for _ in range(2))

    assert {(each.mode, each.kind) for each in first} == {
        (mode, kind) for mode in WIDTHS for kind in KINDS
    }
    assert len({each.start for each in first}) == 1
    assert 0.6 * ROWS <= first[0].start <= 0.9 * ROWS
    for one, other in zip(first, second, strict=True):
        assert np.array_equal(one.said.errors, other.said.errors)
        assert len(one.said.errors) == len(one.rows.places)
        assert one.rows.places[0] == ROWS // 2


def test_swapped_labels_are_told_by_the_errors_of_the_classifier(path: Path) -> None:
    told_of = next(each for each in told(path, 3) if each.kind == "labels swapped")
    drifts = told_of.rows.places >= told_of.start

    assert told_of.said.errors[drifts][:100].mean() > told_of.said.errors[~drifts].mean() + 0.2


def test_every_watcher_is_scored_on_every_kind_of_drift(path: Path) -> None:
    found = run(str(path), 3)

    assert all(set(watchers) == {*NAMES, ORACLE} for watchers in found.values())
    start = found["abrupt", KINDS[0]]["never"].start
    assert found["gradual", KINDS[0]]["never"].end == start + WIDTHS["gradual"]
    assert len(found["abrupt", KINDS[0]]["always"].alarms) == ROWS // 2
