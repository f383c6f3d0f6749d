from pathlib import Path

import pytest

from app.settings import InvalidConfiguration, Settings, load_settings
from app.worker.durability import check_durable, not_durable

CONFIGURATION = """
kafka: {bootstrap_servers: 'kafka:9092'}
monitor: {detectors: [{kind: adwin}, {kind: river.ADWIN}]}
models:
  fraud: {monitor: {detectors: [{kind: river.ADWIN}]}}
  churn: {monitor: {detectors: [{kind: ddm}]}}
"""


def settings(folder: Path, more: str = "") -> Settings:
    file = folder / "driftline.yaml"
    file.write_text(CONFIGURATION + more)
    return load_settings(file, {}, {})


def test_each_detector_whose_state_cannot_be_kept_is_named(tmp_path: Path) -> None:
    found = not_durable(settings(tmp_path))
    assert [(each.setting, each.kind) for each in found] == [
        ("monitor.detectors.1", "river.ADWIN"),
        ("models.fraud.monitor.detectors.0", "river.ADWIN"),
    ]
    assert "the state of river.ADWIN cannot be kept" in str(found[0])


def test_it_is_an_error_where_durable_detectors_are_required(tmp_path: Path) -> None:
    check_durable(settings(tmp_path))
    with pytest.raises(InvalidConfiguration) as caught:
        check_durable(settings(tmp_path, "state: {require_durable: true}"))
    assert [problem.path for problem in caught.value.problems] == [
        "monitor.detectors.1.kind",
        "models.fraud.monitor.detectors.0.kind",
    ]
