"""`driftline demo canary` as people run it: a process, an embedded broker, a real worker."""

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.embedded

CANARY = (sys.executable, "-m", "app.cli", "demo", "canary")


def test_a_bad_version_is_caught_and_the_one_before_answers_again() -> None:
    result = subprocess.run(  # noqa: S603 - our own command
        [*CANARY, "--rate", "800", "--json"],
        capture_output=True,
        text=True,
        timeout=360,
        check=False,
    )

    assert result.returncode == 0, result.stdout + result.stderr
    report = json.loads(result.stdout)
    assert (report["passed"], report["complete"]) == (True, True)
    assert (report["decision"], report["moved_back"]) == ("rollback", 0)
    assert report["first_request_seconds"] < report["decided_seconds"]
    assert 0 < report["rollback_requested_seconds"] <= report["last_request_seconds"] + 1.0
    assert report["first_request_seconds"] < report["routed_seconds"]
    # Requests that were under way when the route came, and none after it.
    assert report["last_request_seconds"] < report["routed_seconds"] + 1.0
    assert 0 < report["answered"]["8"] < 0.2 * report["answered"]["7"]
    assert "8 is worse?" in result.stderr
    assert "route by driftline: " in result.stderr
    assert "The bad version was caught" in result.stderr


@pytest.mark.parametrize("arguments", [["--rate", "1"], ["--seconds", "9"], ["drift"]])
def test_options_that_it_does_not_have_are_refused_at_once(arguments: list[str]) -> None:
    result = subprocess.run(  # noqa: S603 - our own command
        [*CANARY, *arguments], capture_output=True, text=True, timeout=60, check=False
    )

    assert result.returncode == 2
    assert "Usage: " in result.stderr
