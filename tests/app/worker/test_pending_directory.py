from pathlib import Path

import pytest

from app.settings import InvalidConfiguration, Settings, load_settings
from app.worker.pending_directory import check_pending_directory


def settings_with(**pending: object) -> Settings:
    flags = {f"intake.pending.{name}": str(value) for name, value in pending.items()}
    return load_settings(None, {"kafka.bootstrap_servers": "kafka:9092", **flags}, {})


def test_the_folder_is_made_and_left_empty(tmp_path: Path) -> None:
    check_pending_directory(settings_with(directory=tmp_path / "new" / "folder"))
    assert list((tmp_path / "new" / "folder").iterdir()) == []


def test_without_a_folder_there_is_nothing_to_check() -> None:
    check_pending_directory(settings_with())


def test_a_folder_that_cannot_be_written_to_is_a_problem_of_the_configuration(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidConfiguration, match=r"intake\.pending\.directory: .*a folder that"):
        check_pending_directory(settings_with(directory=tmp_path / "file" / "folder"))


def test_more_than_memory_holds_needs_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfiguration, match=r"max_entries.*intake\.pending\.directory"):
        settings_with(max_entries=250_001)
    for more in ({"directory": tmp_path}, {"hot_entries": 250_001}):
        assert settings_with(max_entries=250_001, **more).intake.pending.max_entries == 250_001
