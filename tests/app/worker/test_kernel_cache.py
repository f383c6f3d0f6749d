import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.worker.kernel_cache import forget_stale


def lay_out(folder: Path, files: Mapping[str, tuple[int, str]]) -> None:
    """Write files by name, each with the time of its change."""
    for name, (time, text) in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, (time, time))


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*.nbi"))


def test_a_cache_older_than_its_source_goes(tmp_path: Path) -> None:
    files = {
        "one/kernel.py": (10, ""),
        "one/__pycache__/kernel.old-1.py311.nbi": (9, ""),
        "one/__pycache__/kernel.new-9.py311.nbi": (11, ""),
    }
    lay_out(tmp_path, files)
    forget_stale([tmp_path / "one"])
    assert left(tmp_path) == ["kernel.new-9.py311.nbi"]


@pytest.mark.parametrize(
    "imports",
    [
        "from two.called import kernel",
        "from two import called",
        "import two.called",
        "from one.between import kernel",
        "from one import exports",
        "def late():\n    from two.called import kernel\n",
    ],
)
def test_a_cache_older_than_what_its_source_imports_goes(tmp_path: Path, imports: str) -> None:
    files = {
        "one/__init__.py": (1, ""),
        "one/between.py": (1, "from two.called import kernel\n"),
        "one/exports/__init__.py": (1, "from two.called import kernel\n"),
        "one/kernel.py": (1, imports),
        "two/__init__.py": (1, ""),
        "two/called.py": (10, "from one.kernel import back\n"),  # a circle ends
        "one/__pycache__/kernel.f-1.py311.nbi": (5, ""),
    }
    lay_out(tmp_path, files)
    forget_stale([tmp_path / "one", tmp_path / "two"])
    assert left(tmp_path) == []


def test_a_cache_outlives_changes_of_what_its_source_does_not_import(tmp_path: Path) -> None:
    files = {
        "one/kernel.py": (1, "import os\nfrom one.called import kernel\n"),
        "one/called.py": (1, ""),
        "one/other.py": (10, "from one.kernel import f\n"),
        "one/__pycache__/kernel.f-1.py311.nbi": (5, ""),
    }
    lay_out(tmp_path, files)
    forget_stale([tmp_path / "one"])
    assert left(tmp_path) == ["kernel.f-1.py311.nbi"]


def test_imports_are_followed_once_after_a_change(tmp_path: Path) -> None:
    files = {
        "one/kernel.py": (1, "from one.called import kernel\n"),
        "one/called.py": (1, ""),
        "one/other.py": (10, ""),
        "one/__pycache__/kernel.f-1.py311.nbi": (5, ""),
    }
    lay_out(tmp_path, files)
    forget_stale([tmp_path / "one"])
    # As long as nothing is newer than the cache no source is read: this one would be no Python.
    lay_out(tmp_path, {"one/called.py": (10, "(")})
    forget_stale([tmp_path / "one"])
    assert left(tmp_path) == ["kernel.f-1.py311.nbi"]
    lay_out(tmp_path, {"one/called.py": (11, "")})
    forget_stale([tmp_path / "one"])
    assert left(tmp_path) == []


def test_the_cache_of_a_source_that_is_gone_goes(tmp_path: Path) -> None:
    lay_out(tmp_path, {"one/a.py": (10, ""), "one/__pycache__/gone.f-1.py311.nbi": (5, "")})
    forget_stale([tmp_path / "one"])
    assert left(tmp_path) == []


def test_a_folder_without_sources_or_caches_is_left_as_it_is(tmp_path: Path) -> None:
    forget_stale([tmp_path, tmp_path / "nowhere"])
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_may_not_be_deleted_stops_nobody(tmp_path: Path) -> None:
    stale = tmp_path / "one" / "__pycache__" / "kernel.f-1.py311.nbi"
    lay_out(tmp_path, {"one/kernel.py": (10, "")})
    stale.mkdir(parents=True)  # a folder: unlink fails
    os.utime(stale, (1, 1))
    forget_stale([tmp_path / "one"])
    assert stale.exists()


def test_caches_that_numba_keeps_elsewhere_go_likewise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "package/kernels/called.py": (10, ""),
        "cache/kernels_1a2b/called.f-1.py311.nbi": (1, ""),
        "cache/others_3c4d/called.f-1.py311.nbi": (1, ""),
    }
    lay_out(tmp_path, files)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    forget_stale([tmp_path / "package"])
    assert [path.parent.name for path in tmp_path.rglob("*.nbi")] == ["others_3c4d"]
