import os
from pathlib import Path

import pytest

from app.worker.kernel_cache import forget_stale


def test_caches_older_than_any_source_of_their_package_go(tmp_path: Path) -> None:
    (tmp_path / "__pycache__").mkdir()
    times = {"called.py": 10, "calls.py": 1, "__pycache__/old.nbi": 9, "__pycache__/new.nbi": 11}
    for name, time in times.items():
        path = tmp_path / name
        path.touch()
        os.utime(path, (time, time))
    forget_stale([tmp_path])
    left = sorted(path.name for path in (tmp_path / "__pycache__").iterdir())
    assert left == ["new.nbi"]


def test_a_source_in_another_sub_package_makes_a_cache_stale(tmp_path: Path) -> None:
    stale = tmp_path / "monitors" / "__pycache__" / "fused.nbi"
    called, calls = tmp_path / "algorithms" / "called.py", tmp_path / "monitors" / "calls.py"
    for path, time in ((calls, 1), (stale, 5), (called, 10)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (time, time))
    forget_stale([tmp_path])
    assert not stale.exists()


def test_a_package_leaves_the_caches_of_another_alone(tmp_path: Path) -> None:
    kept = tmp_path / "detectors" / "__pycache__" / "kept.nbi"
    for path, time in (
        (kept, 5),
        (tmp_path / "detectors" / "a.py", 1),
        (tmp_path / "agents" / "b.py", 10),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (time, time))
    forget_stale([tmp_path / "detectors", tmp_path / "agents"])
    assert kept.exists()


def test_a_folder_without_sources_or_caches_is_left_as_it_is(tmp_path: Path) -> None:
    forget_stale([tmp_path, tmp_path / "nowhere"])
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_may_not_be_deleted_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "called.py").touch()
    stale = tmp_path / "__pycache__" / "old.nbi"
    stale.mkdir(parents=True)  # a folder: unlink fails
    os.utime(stale, (1, 1))
    forget_stale([tmp_path])
    assert stale.exists()


def test_caches_that_numba_keeps_elsewhere_go_likewise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package, elsewhere = tmp_path / "package", tmp_path / "cache"
    (package / "kernels").mkdir(parents=True)
    (package / "kernels" / "called.py").touch()
    for folder in ("kernels_1a2b", "others_3c4d"):
        (elsewhere / folder).mkdir(parents=True)
        index = elsewhere / folder / "old.nbi"
        index.touch()
        os.utime(index, (1, 1))
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(elsewhere))
    forget_stale([package])
    assert [path.parent.name for path in elsewhere.glob("*/*.nbi")] == ["others_3c4d"]
