"""Three Apache Kafka brokers on loopback ports, of which one can be lost."""

import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.kafka.cluster import KafkaCluster
from tests.kafka.ports import free_port
from tests.kafka.readiness import admin_client

_NODES: Final = (1, 2, 3)
_START_S: Final = 90.0
_POLL_S: Final = 0.1


class ThreeBrokers:
    """
    A cluster that goes on without any one of its brokers: three copies, two of them in step.

    Parameters
    ----------
    properties
        Broker properties over those of a single broker.

    Attributes
    ----------
    bootstrap
        The addresses of all three.
    """

    def __init__(self, properties: Mapping[str, str] | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="driftline-kafka-")
        ports = {node: free_port() for node in _NODES}
        controllers = {node: free_port() for node in _NODES}
        voters = ",".join(f"{node}@127.0.0.1:{controllers[node]}" for node in _NODES)
        self.bootstrap = ",".join(f"127.0.0.1:{port}" for port in ports.values())
        self._brokers = {
            node: KafkaCluster(
                directory=Path(self._folder.name) / str(node),
                port=ports[node],
                properties={
                    "node.id": str(node),
                    "listeners": f"PLAINTEXT://127.0.0.1:{ports[node]},"
                    f"CONTROLLER://127.0.0.1:{controllers[node]}",
                    "controller.quorum.voters": voters,
                    **_REPLICATED,
                    **(properties or {}),
                },
            )
            for node in _NODES
        }

    def start(self) -> None:
        """Start all that do not run; errors as those of `KafkaCluster.start`."""
        # None of them answers before two of them can elect a controller.
        self._each(lambda broker: None if broker.running else broker.start())

    def stop(self) -> None:
        """End all in order."""
        self._each(KafkaCluster.stop)

    def kill(self) -> None:
        """End all at once."""
        self._each(KafkaCluster.kill)

    def kill_one(self, node: int) -> None:
        """End one at once."""
        self._brokers[node].kill()

    def start_one(self, node: int) -> None:
        """Start one again."""
        self._brokers[node].start()

    def leader(self, topic: str, partition: int) -> int:
        """Return the node that leads a partition."""
        admin = admin_client(self.bootstrap)
        limit = time.monotonic() + _START_S
        while time.monotonic() < limit:
            found = admin.list_topics(topic, timeout=10.0).topics[topic].partitions.get(partition)
            if found is not None and found.leader in self._brokers:
                return int(found.leader)
            time.sleep(_POLL_S)
        raise TimeoutError(f"{topic}, partition {partition} has no leader")

    def close(self) -> None:
        """End all and remove their data."""
        self.kill()
        self._folder.cleanup()

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

    def _each(self, act: Callable[[KafkaCluster], object]) -> None:
        with ThreadPoolExecutor(len(self._brokers)) as pool:
            list(pool.map(act, self._brokers.values()))


_REPLICATED: Final = {
    "default.replication.factor": "3",
    "min.insync.replicas": "2",
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.replication.factor": "3",
    "transaction.state.log.min.isr": "2",
    "share.coordinator.state.topic.replication.factor": "3",
    "share.coordinator.state.topic.min.isr": "2",
}
