import os
import subprocess
import sys

import pytest


def test_a_worker_that_is_stopped_revoked_or_restored_at_random_points_ends_in_order(
    request: pytest.FixtureRequest,
) -> None:
    rounds = request.config.getoption("--random-ends")
    ended = subprocess.run(  # noqa: S603 - this interpreter, and a program of ours
        [sys.executable, "-m", "tests.agents.random_ends", "--rounds", str(rounds)],
        capture_output=True,
        text=True,
        timeout=120 + rounds,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith(f"{rounds} of {rounds} ended well")
