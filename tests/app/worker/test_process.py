import signal
import time
from pathlib import Path

import pytest
from aiokafka.errors import MessageSizeTooLargeError

from agents.transport.delivery import DeliveryFailed
from app.kafka.embedded import EmbeddedBroker
from app.worker.exit_codes import ExitCode
from app.worker.process import exit_code_of
from schemas.formats import OtherFormat
from tests.agents.transport.worker_process import WorkerProcess, produce, wait_until


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
        wait_until(lambda: any(each["partition"] == 1 for each in worker.batches()))
        began = time.monotonic()
        assert worker.stop(signal.SIGTERM) == ExitCode.FORCED
        assert 1.0 < time.monotonic() - began < 15.0
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


@pytest.mark.parametrize(
    ("came_of", "code"),
    [
        (MessageSizeTooLargeError(), ExitCode.TOPICS),
        (OtherFormat("frames"), ExitCode.FORMATS),
        (ValueError("a bug"), ExitCode.FAILED),
    ],
)
def test_what_ends_a_worker_is_told_whichever_task_ends_first(
    came_of: Exception, code: ExitCode
) -> None:
    later = DeliveryFailed("an earlier output failed")
    later.__cause__ = came_of
    assert exit_code_of(came_of) is exit_code_of(later) is code


def test_no_failure_is_a_good_end() -> None:
    assert exit_code_of(None) is ExitCode.OK
