import signal
import socket
import time
from pathlib import Path

import pytest

from app.kafka.embedded import EmbeddedBroker
from app.worker.exit_codes import ExitCode
from tests.agents.transport.worker_process import WorkerProcess, produce


def closed_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_without_a_broker_it_says_so_and_gives_up(tmp_path: Path) -> None:
    address = f"127.0.0.1:{closed_port()}"
    began = time.monotonic()
    with WorkerProcess(
        tmp_path,
        "worker",
        bootstrap=address,
        group="g",
        topics=["in"],
        output="out",
        connect_timeout=2,
    ) as worker:
        assert worker.wait() == ExitCode.UNREACHABLE
        assert f"waiting for a broker at {address}" in worker.log()
        assert f"no broker at {address} within 2 s" in worker.log()
    assert time.monotonic() - began < 10.0


def test_a_signal_ends_the_wait_for_a_broker(tmp_path: Path) -> None:
    with WorkerProcess(
        tmp_path,
        "worker",
        bootstrap=f"127.0.0.1:{closed_port()}",
        group="g",
        topics=["in"],
        output="out",
        connect_timeout=60,
    ) as worker:
        worker.wait_for_log("waiting for a broker")
        assert worker.stop() == 0


@pytest.mark.parametrize("fault", ["hang_on", "block_on"])
def test_a_handler_that_never_ends_cannot_hold_up_the_stop(
    embedded_broker: EmbeddedBroker, topic_prefix: str, tmp_path: Path, fault: str
) -> None:
    source = f"{topic_prefix}in"
    embedded_broker.create(source)
    produce(embedded_broker.bootstrap, source, range(40))
    flags = {fault: "9", "shutdown_timeout": 1.5}
    with WorkerProcess(
        tmp_path,
        "worker",
        bootstrap=embedded_broker.bootstrap,
        group=f"{topic_prefix}g",
        topics=[source],
        output=f"{topic_prefix}out",
        **flags,
    ) as worker:
        # Value 9 is in partition 1, whichever batch that is.
        worker.wait_for_batches(1)
        time.sleep(0.5)
        began = time.monotonic()
        assert worker.stop(signal.SIGTERM) == ExitCode.FORCED
        assert 1.0 < time.monotonic() - began < 5.0
        assert "not stopped within" in worker.log()
        assert "transport_worker.py" in worker.log() or fault == "hang_on"


def test_a_signal_during_the_start_is_obeyed(
    embedded_broker: EmbeddedBroker, topic_prefix: str, tmp_path: Path
) -> None:
    source = f"{topic_prefix}in"
    embedded_broker.create(source)
    with WorkerProcess(
        tmp_path,
        "worker",
        bootstrap=embedded_broker.bootstrap,
        group=f"{topic_prefix}g",
        topics=[source],
        output=f"{topic_prefix}out",
    ) as worker:
        worker.wait_for_log("Starting...")
        assert worker.stop(signal.SIGINT, within=15.0) == 0
