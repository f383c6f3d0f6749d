"""No secret in anything that a worker says, at its most talkative."""

import base64
import os
from pathlib import Path

from tests.kafka.secured import PASSWORD, SecuredKafka
from tests.pipeline.driftline import Kafka, Worker
from tests.security.connections import plain, worker_grants
from tests.security.test_workers import make_topics, secure_worker


def spellings(secret: str) -> set[bytes]:
    raw = secret.encode()
    encoded = {base64.b64encode(b"x" * shift + raw)[4:-4] for shift in range(3)}
    return {raw, raw.hex().encode(), *encoded}


def said_by(worker: Worker, process: Path) -> list[bytes]:
    pages = [worker.get(path)[1].encode() for path in ("/metrics", "/healthz", "/readyz")]
    return [*pages, (process / "cmdline").read_bytes(), (process / "comm").read_bytes()]


def test_a_worker_at_debug_level_shows_its_password_nowhere(
    secured_kafka: SecuredKafka, topic_prefix: str, tmp_path: Path
) -> None:
    connection = plain(secured_kafka)
    make_topics(secured_kafka, topic_prefix)
    secured_kafka.allow(connection.principal, worker_grants(topic_prefix))
    client = Kafka(secured_kafka.bootstrap, topic_prefix)
    with secure_worker(
        connection, topic_prefix, tmp_path / "log", **{"logging.level": "debug"}
    ) as worker:
        worker.wait_until_ready()
        client.send("predictions", "junk", b"\xff{")
        client.flush()
        assert client.read("driftline-dead-letters", bool)
        said = said_by(worker, Path("/proc") / str(worker.pid)) if os.name == "posix" else []
        assert worker.stop() == 0, worker.log()
    said.append(worker.log().encode())
    assert b'"level": "debug"' in said[-1]
    for secret in spellings(PASSWORD):
        assert not [text for text in said if secret in text]
