"""`driftline demo` as people run it: a process, an embedded broker, a real worker."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest

from app.demo.worker import WorkerFailed, WorkerProcess, arguments, environment
from app.kafka.embedded import EmbeddedBroker

pytestmark = pytest.mark.embedded

DEMO = (sys.executable, "-m", "app.cli", "demo")


def _until_gone(processes: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return alive


def _with_worker(demo: "subprocess.Popen[str]") -> list[psutil.Process]:
    """Return the demo's children once its worker is among them; imports have some of their own."""
    deadline = monotonic() + 60
    while monotonic() < deadline:
        children = psutil.Process(demo.pid).children(recursive=True)
        if any(_is_worker(child) for child in children):
            return children
        sleep(0.1)
    raise AssertionError("the demo has started no worker within 60 s")


def _is_worker(process: psutil.Process) -> bool:
    try:
        return "app.cli.demo_child" in process.cmdline()
    except psutil.Error:  # it has ended
        return False


def test_every_drift_is_found_and_nothing_else_within_25_seconds() -> None:
    result = subprocess.run(  # noqa: S603 - our own command
        [*DEMO, "--seconds", "25", "--json"],
        capture_output=True,
        text=True,
        timeout=360,
        check=False,
    )

    assert result.returncode == 0, result.stdout + result.stderr
    report = json.loads(result.stdout)
    drifted = {"amount", "country", "distance_km", "new_device", "prediction", "score", "error"}
    # What all columns together tell of names several.
    assert drifted == {name for alert in report["alerts"] for name in alert["features"]}
    assert report["false_alerts"] == report["missed"] == []
    assert len(report["retrain_requests"]) == 1
    assert all(alert["delay_events"] > 0 for alert in report["alerts"])
    assert "the world has shifted" in result.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_leaves_no_process(number: signal.Signals) -> None:
    with subprocess.Popen(  # noqa: S603 - our own command
        [*DEMO, "--seconds", "40"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as demo:
        children = _with_worker(demo)
        demo.send_signal(number)
        output, _ = demo.communicate(timeout=120)

        assert demo.returncode == 130
        assert "Interrupted" in output
        assert _until_gone(children, 5) == []


def test_a_killed_demo_takes_its_worker_with_it() -> None:
    with subprocess.Popen(  # noqa: S603 - our own command
        [*DEMO, "--seconds", "40"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
    ) as demo:
        children = _with_worker(demo)
        demo.kill()
        demo.wait(10)

        assert _until_gone(children, 20) == []


def test_a_run_that_is_too_short_is_refused_at_once() -> None:
    result = subprocess.run(  # noqa: S603 - our own command
        [*DEMO, "--seconds", "5"], capture_output=True, text=True, timeout=120, check=False
    )

    assert result.returncode == 2
    assert "too short" in result.stderr


async def test_a_worker_that_ends_is_quoted(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    worker = WorkerProcess({"http.port": "no number"}, url="http://127.0.0.1:1", log=log)

    with pytest.raises(WorkerFailed, match=r"exit code 2(.|\n)*http\.port(.|\n)*worker\.log"):
        await worker.start()
    await worker.stop()


def test_a_worker_gets_the_run_s_settings_and_none_of_the_caller_s() -> None:
    assert arguments({"a.b": "c"}) == ["worker", "--set", "a.b=c"]
    caller = {"DRIFTLINE_KAFKA__GROUP_ID": "mine", "PATH": os.defpath}
    assert environment(caller) == {"PATH": os.defpath}


def test_runs_on_one_broker_do_not_mix_and_tell_lines_where_there_is_no_terminal(
    embedded_broker: EmbeddedBroker,
) -> None:
    command = [*DEMO, "--seconds", "30", "--bootstrap", embedded_broker.bootstrap]
    runs = [
        subprocess.Popen(  # noqa: S603 - our own command
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for run in runs:
        output, errors = run.communicate(timeout=170)
        assert run.returncode == 0, output + errors
        assert "no false alarm; a retraining was asked for" in output
        assert output.count("request  retrain") == 1
        assert errors == ""
