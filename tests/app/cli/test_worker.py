import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from app.kafka.embedded import EmbeddedBroker
from app.kafka.topics import plan_topics
from app.settings import TopicRole, load_settings

ROOT: Final = Path(__file__).parents[3]
PATIENCE_S: Final = 120.0


@contextmanager
def worker(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A worker's process, killed at the end where it still runs."""
    command = [sys.executable, "-m", "app.cli", "worker", *arguments]
    environ = {name: text for name, text in os.environ.items() if "DRIFTLINE" not in name}
    process = subprocess.Popen(  # noqa: S603 - our own command
        command,
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, log = process.communicate(timeout=PATIENCE_S)
    return process.returncode, log


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def answer(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - a loopback address
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def test_a_worker_gets_ready_and_stops_on_sigterm(
    embedded_broker: EmbeddedBroker, topic_prefix: str
) -> None:
    port = free_port()
    settings = {
        "topics.prefix": topic_prefix,
        "kafka.group_id": topic_prefix,
        "http.port": str(port),
        "logging.format": "json",
    }
    flags = [part for name, text in settings.items() for part in ("--set", f"{name}={text}")]
    with worker("--bootstrap", embedded_broker.bootstrap, *flags) as process:
        deadline = time.monotonic() + PATIENCE_S
        seen = set()
        while time.monotonic() < deadline and process.poll() is None:
            seen.add(answer(f"http://127.0.0.1:{port}/readyz"))
            if (200, "ok\n") in seen:
                break
            time.sleep(0.1)
        assert (200, "ok\n") in seen
        assert (503, "waiting for partitions\n") in seen
        assert answer(f"http://127.0.0.1:{port}/healthz") == (200, "ok\n")
        # Gauges follow within a second or so.
        wanted = f'driftline_commit_age_seconds{{partition="0",topic="{topic_prefix}'
        while wanted not in answer(f"http://127.0.0.1:{port}/metrics")[1]:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        code, log = ended(process)
    assert code == 0, log
    events = [json.loads(line)["event"] for line in log.splitlines()]
    assert "starting" in events
    plan = plan_topics(load_settings(None, {"kafka.bootstrap_servers": "kafka:9092"}, {}))
    assert set(TopicRole) - set(plan) == {TopicRole.CDEVENTS}
    assert events.count("created a topic") == len(plan)
    assert not any(event.startswith("[^") for event in events)


def test_a_worker_without_a_broker_says_so_and_gives_up_in_time() -> None:
    flags = ("--set", "kafka.connect_timeout_seconds=1", "--set", "http.port=0")
    with worker("--bootstrap", "127.0.0.1:1", *flags) as process:
        code, log = ended(process)
    assert code == 69
    assert "waiting for a broker at 127.0.0.1:1" in log
    assert "no broker at 127.0.0.1:1 within 1 s" in log
    assert "Traceback" not in log


def test_a_worker_that_waits_for_a_broker_stops_on_sigterm() -> None:
    with worker("--bootstrap", "127.0.0.1:1", "--set", "http.port=0") as process:
        assert process.stderr is not None
        assert "waiting for a broker" in process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        code, log = ended(process)
    assert code == 0, log


def test_a_worker_whose_port_is_taken_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        flag = f"http.port={taken.getsockname()[1]}"
        with worker("--bootstrap", "127.0.0.1:1", "--set", flag) as process:
            code, log = ended(process)
    assert code == 2
    assert "is taken: choose another http.port" in log
    assert "Traceback" not in log


def test_a_worker_refuses_topics_that_it_may_not_make(
    embedded_broker: EmbeddedBroker, topic_prefix: str
) -> None:
    flags = ("topics.create=never", f"topics.prefix={topic_prefix}", "http.port=0")
    settings = [part for flag in flags for part in ("--set", flag)]
    with worker("--bootstrap", embedded_broker.bootstrap, *settings) as process:
        code, log = ended(process)
    assert code == 3
    assert "does not exist" in log
    assert "Traceback" not in log
