"""Kafka's description of topics in the version that tells their ids (KIP-516).

aiokafka has none of that version.
"""

from collections.abc import Iterable
from io import BytesIO
from typing import Any, Final, NamedTuple
from uuid import UUID

from aiokafka.errors import IncompatibleBrokerVersion
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.protocol.types import (
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

from agents.transport.known_topics import NO_ID, KnownTopic

UNSUPPORTED: Final = (IncompatibleBrokerVersion, NotImplementedError)
"""What aiokafka raises where a broker does not know a request, or not in this version."""

_TEXT = CompactString("utf-8")
_ANY: Final = bytes(16)
"""The id of a topic that is asked for by its name."""


class _Uuid:
    """Sixteen bytes."""

    @classmethod
    def encode(cls, value: bytes) -> bytes:
        """Return them as they are."""
        return value

    @classmethod
    def decode(cls, data: BytesIO) -> bytes:
        """Return the next ones."""
        return data.read(16)


class _Answer(Response):  # type: ignore[misc] # aiokafka ships no types
    API_KEY = 3
    API_VERSION = 10
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(
                ("node_id", Int32),
                ("host", _TEXT),
                ("port", Int32),
                ("rack", _TEXT),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_id", _TEXT),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("topic", _TEXT),
                ("topic_id", _Uuid),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", CompactArray(Int32)),
                        ("isr", CompactArray(Int32)),
                        ("offline_replicas", CompactArray(Int32)),
                        ("tags", TaggedFields),
                    ),
                ),
                ("authorized_operations", Int32),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_authorized_operations", Int32),
        ("tags", TaggedFields),
    )


class _Question(RequestStruct):  # type: ignore[misc] # aiokafka ships no types
    FLEXIBLE_VERSION = True
    API_KEY = 3
    API_VERSION = 10
    RESPONSE_TYPE = _Answer
    SCHEMA = Schema(
        ("topics", CompactArray(("topic_id", _Uuid), ("topic", _TEXT), ("tags", TaggedFields))),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
        ("tags", TaggedFields),
    )


class _TopicIds(Request[_Question]):  # type: ignore[misc] # aiokafka ships no types
    API_KEY = 3

    def __init__(self, topics: list[str]) -> None:
        self._topics = topics

    def build(self, request_struct_class: type[_Question]) -> _Question:
        """Return the request; no topic is made by it."""
        topics: list[tuple[bytes, str, dict[int, bytes]]]
        topics = [(_ANY, name, {}) for name in self._topics]
        return request_struct_class(topics, False, False, False, {})  # noqa: FBT003 - positional there


class DescribedTopic(NamedTuple):
    """What a broker says of a topic.

    Attributes
    ----------
    name
        As it was asked for.
    error
        Kafka's number of what is wrong with it; 0 where nothing is.
    known
        What it is known by; without partitions where there is no such topic.
    replicas
        Of its partition that has the fewest.
    """

    name: str
    error: int
    known: KnownTopic
    replicas: int


async def describe_topics(client: Any, names: Iterable[str]) -> list[DescribedTopic]:
    """Ask a connected `AIOKafkaClient` for topics; those of brokers that give no ids have none."""
    wanted = sorted(names)
    try:
        response = await client.send(client.get_random_node(), _TopicIds(wanted))
    except UNSUPPORTED:
        request = MetadataRequest(wanted, allow_auto_topic_creation=False)
        response = await client.send(client.get_random_node(), request)
    return [
        DescribedTopic(
            topic["topic"],
            topic["error_code"],
            KnownTopic(_id(topic.get("topic_id", _ANY)), len(topic["partitions"])),
            min((len(each["replicas"]) for each in topic["partitions"]), default=0),
        )
        for topic in response.to_object()["topics"]
    ]


def _id(raw: bytes) -> str:
    return NO_ID if raw == _ANY else UUID(bytes=raw).hex
