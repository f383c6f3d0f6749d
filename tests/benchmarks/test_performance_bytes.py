import json

import pytest

from benchmarks.performance_bytes import main
from detectors.performance.options import PerformanceOptions


def test_the_windows_that_are_kept_are_counted_in_a_snapshot_and_in_memory(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--versions", "2", "--rows", "24"]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["sets"] == PerformanceOptions().kept + 1
    assert found["snapshot"] > 1000
    assert found["memory"] > 1000
    assert found["bytes"] == round(max(found["snapshot"], found["memory"]) / found["sets"])
    # Of what is written to Kafka, a window with all of its metrics.
    assert found["snapshot"] / found["sets"] <= 4096
