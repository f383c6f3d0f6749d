from collections.abc import Callable
from pathlib import Path

from benchmarks.comparing.kept import Kept


def _once(value: object) -> Callable[[], object]:
    values = [value]
    return values.pop


def test_what_a_part_came_to_is_not_simulated_again(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    first = Kept(path, 10, 0)
    assert first.of("one", _once((1, float("inf")))) == [1, float("inf")]
    assert first.of("one", _once(2)) == [1, float("inf")]
    assert Kept(path, 10, 0).of("one", _once(2)) == [1, float("inf")]


def test_results_of_other_experiments_are_none_of_these(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    assert Kept(path, 10, 0).of("one", _once(1)) == 1
    assert Kept(path, 10, 1).of("one", _once(2)) == 2
    assert Kept(path, 20, 0).of("one", _once(3)) == 3
    assert Kept(path, 10, 0).of("one", _once(4)) == 1


def test_without_a_file_nothing_is_kept() -> None:
    assert Kept(None, 10, 0).of("one", _once(1)) == 1
    assert Kept(None, 10, 0).of("one", _once(2)) == 2
