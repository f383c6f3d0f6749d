"""The brokers outside the data path: what topics and groups they have, and to make some."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from aiokafka.client import AIOKafkaClient, ConnectionGroup, CoordinationType
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    GroupCoordinatorNotAvailableError,
    IncompatibleBrokerVersion,
    KafkaError,
    for_code,
)
from aiokafka.protocol.admin import (
    CreateTopicsRequest,
    DescribeConfigsRequest,
)
from aiokafka.protocol.commit import OffsetCommitRequest, OffsetFetchRequest
from aiokafka.protocol.metadata import MetadataRequest

from agents.transport.topic_metadata import UNSUPPORTED, DescribedTopic, describe_topics
from app.kafka.clients import client_arguments
from app.kafka.operation import Operation
from app.kafka.permissions import (
    NotAuthorized,
    Permission,
    client_of,
    lacking,
    operations_of,
)
from app.kafka.permissions_protocol import GroupPermissions, TopicPermissions
from app.kafka.reachability import BrokersUnreachable
from app.settings import KafkaSettings

Place = tuple[str, int]
"""A topic and the number of one of its partitions."""

# Kafka's numbers of errors that say how a topic is.
_UNKNOWN: Final = 3
_NO_LEADER: Final = 5
_NOT_AUTHORIZED: Final = 29
_EXISTS: Final = 36
_TOPIC: Final = 2
"""Kafka's number for a topic among the things that have a configuration."""


class TopicRefused(Exception):
    """The brokers refused to make or to show a topic."""


@dataclass(frozen=True, slots=True)
class NewTopic:
    """A topic to make."""

    name: str
    partitions: int
    replication_factor: int
    config: Mapping[str, str]


@asynccontextmanager
async def connected(kafka: KafkaSettings) -> AsyncIterator["Brokers"]:
    """Connect for the length of the block.

    Raises
    ------
    BrokersUnreachable
        If no broker answers, now or within the block.
    """
    client = AIOKafkaClient(**client_arguments(kafka))
    try:
        await client.bootstrap()
        yield Brokers(client, client_of(kafka))
    except (KafkaError, TimeoutError) as error:
        raise BrokersUnreachable(f"lost the brokers at {kafka.bootstrap_servers}: {error}") from (
            error
        )
    finally:
        await client.close()


class Brokers:
    """What can be asked of connected brokers.

    Parameters
    ----------
    client
        A connected `AIOKafkaClient`.
    name
        Who the brokers take it for, in words.
    """

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    async def partitions(self, names: Iterable[str]) -> dict[str, int | None]:
        """Return the number of partitions of topics; None of those that do not exist.

        Raises
        ------
        NotAuthorized
            If the user may not know.
        """
        return {
            name: None if found is None else found.known.partitions
            for name, found in (await self.topics(names)).items()
        }

    async def topics(self, names: Iterable[str]) -> dict[str, DescribedTopic | None]:
        """Return what there is of topics; None of those that do not exist. Raises as above."""
        found = await describe_topics(self._client, names)
        answers = [{"topic": each.name, "error_code": each.error} for each in found]
        self._check_described(answers)
        return {each.name: each if each.known.partitions else None for each in found}

    async def group_offsets(
        self, group: str, widths: Mapping[str, int]
    ) -> dict[Place, tuple[int, str]]:
        """Return what a group has committed of partitions, each offset with the note beside it.

        Of a group that the user may not know it is nothing.

        Parameters
        ----------
        widths
            Full name of a topic to the number of its partitions.
        """
        wanted = [(name, [*range(count)]) for name, count in widths.items()]
        try:
            response = await self._send_to_group(group, OffsetFetchRequest(group, wanted))
        except GroupAuthorizationFailedError:
            return {}
        return {
            (topic, partition): (offset, note or "")
            for topic, partitions in response.topics
            for partition, offset, note, error in partitions
            if not error and offset >= 0
        }

    async def commit(self, group: str, offsets: Mapping[Place, tuple[int, str]]) -> bool:
        """Commit offsets of a group without members; tell whether it has none."""
        topics: dict[str, list[tuple[int, int, str]]] = {}
        for (topic, partition), (offset, note) in offsets.items():
            topics.setdefault(topic, []).append((partition, offset, note))
        request = OffsetCommitRequest(group, -1, "", -1, list(topics.items()))
        response = await self._send_to_group(group, request)
        return not any(error for _, partitions in response.topics for _, error in partitions)

    async def _send_to_group(self, group: str, request: Any, *, seconds: float = 10.0) -> Any:
        """Send a request to the coordinator of a group; it may take a moment to be found."""
        deadline = monotonic() + seconds
        while True:
            try:
                node = await self._client.coordinator_lookup(CoordinationType.GROUP, group)
                break
            except GroupCoordinatorNotAvailableError:  # the brokers' first group
                if monotonic() >= deadline:
                    raise
                await asyncio.sleep(0.2)
        return await self._client.send(node, request, group=ConnectionGroup.COORDINATION)

    async def configs(self, names: Iterable[str]) -> dict[str, dict[str, str]] | None:
        """Return the configurations of existing topics; None where these brokers have none.

        A topic whose configuration the user may not see is left out.
        """
        request = DescribeConfigsRequest([(_TOPIC, name, None) for name in sorted(names)])
        try:
            response = await self._send(request)
        except IncompatibleBrokerVersion:
            return None
        return {
            resource["resource_name"]: {
                entry["config_names"]: entry["config_value"] for entry in resource["config_entries"]
            }
            for resource in response.to_object()["resources"]
            if not resource["error_code"]
        }

    async def topic_operations(
        self, names: Iterable[str]
    ) -> dict[str, frozenset[Operation] | None]:
        """Return what the user may do to topics.

        None of a topic that does not exist, and of all where these brokers do not say (Kafka before
        2.3, and the embedded one).
        """
        wanted = sorted(names)
        try:
            response = await self._send(TopicPermissions(wanted))
        except UNSUPPORTED:
            return dict.fromkeys(wanted)
        found: dict[str, frozenset[Operation] | None] = dict.fromkeys(wanted)
        for topic in response.to_object()["topics"]:
            if topic["error_code"] == _NOT_AUTHORIZED:
                found[topic["topic"]] = frozenset()
            elif topic["error_code"] != _UNKNOWN:
                found[topic["topic"]] = operations_of(topic["authorized_operations"])
        return found

    async def group_operations(
        self, group: str, *, seconds: float = 10.0
    ) -> frozenset[Operation] | None:
        """Return what the user may do to a consumer group; None where these brokers do not say."""
        try:
            response = await self._send_to_group(group, GroupPermissions(group), seconds=seconds)
        except GroupCoordinatorNotAvailableError:
            return None
        except GroupAuthorizationFailedError:
            return frozenset()
        except UNSUPPORTED:
            return None
        (answer,) = response.to_object()["groups"]
        refused = for_code(answer["error_code"]) is GroupAuthorizationFailedError
        if answer["error_code"] and not refused:
            return None
        return frozenset() if refused else operations_of(answer["authorized_operations"])

    async def check_permissions(
        self, topics: Mapping[str, frozenset[Operation]], *, group: str | None = None
    ) -> None:
        """Do nothing if the user may do these things to topics that exist, and read as the group.

        Raises
        ------
        NotAuthorized
            With everything that is missing.
        """
        missing = lacking(topics, await self.topic_operations(topics), "topic")
        if group is not None:
            allowed = {group: await self.group_operations(group)}
            missing += lacking({group: frozenset({Operation.READ})}, allowed, "group")
        if missing:
            raise NotAuthorized(missing, self._name)

    async def create(self, topics: Iterable[NewTopic], *, seconds: float = 30.0) -> None:
        """Make topics and wait until they can be used; one that another made meanwhile is fine.

        Brokers that make topics at their first use only, as the embedded one does, choose the
        number of partitions themselves.

        Raises
        ------
        NotAuthorized
            If the user may not make them; Kafka makes those that it may.
        TopicRefused
            With what the brokers say about each topic that they do not make.
        """
        wanted = {topic.name: topic for topic in topics}
        if not wanted:
            return
        cluster = (
            await self._send(MetadataRequest([], allow_auto_topic_creation=False))
        ).to_object()
        controller = cluster["controller_id"]
        # librdkafka's cluster has a controller's number but no such broker.
        at_first_use = controller not in {broker["node_id"] for broker in cluster["brokers"]}
        if not at_first_use:
            await self._request(wanted.values(), controller, seconds)
        deadline = monotonic() + seconds
        while not all(map(_usable, await self._described(wanted, make=at_first_use))):
            if monotonic() >= deadline:
                raise TopicRefused(f"not usable within {seconds:g} s: {', '.join(sorted(wanted))}")
            await asyncio.sleep(0.1)

    async def _request(self, topics: Iterable[NewTopic], controller: int, seconds: float) -> None:
        request = CreateTopicsRequest(
            create_topic_requests=[
                (each.name, each.partitions, each.replication_factor, [], [*each.config.items()])
                for each in topics
            ],
            timeout=round(seconds * 1000),
            validate_only=False,
        )
        response = await self._client.send(controller, request)
        answers = response.to_object()["topic_errors"]
        self._refuse_unauthorized(answers, Operation.CREATE)
        refused = [
            f"{topic['topic']}: {topic.get('error_message') or _name(topic['error_code'])}"
            for topic in answers
            if topic["error_code"] not in {0, _EXISTS}
        ]
        if refused:
            raise TopicRefused("; ".join(refused))

    async def _described(self, names: Iterable[str], *, make: bool) -> list[dict[str, Any]]:
        """Return the metadata of topics; `make` lets brokers that do so make them by the way."""
        response = await self._send(MetadataRequest(sorted(names), make))
        topics: list[dict[str, Any]] = response.to_object()["topics"]
        self._check_described(topics)
        return topics

    def _check_described(self, topics: Iterable[Mapping[str, Any]]) -> None:
        self._refuse_unauthorized(topics, Operation.DESCRIBE)
        for topic in topics:
            if topic["error_code"] not in {0, _UNKNOWN, _NO_LEADER}:
                raise TopicRefused(f"{topic['topic']}: {_name(topic['error_code'])}")

    def _refuse_unauthorized(
        self, answers: Iterable[Mapping[str, Any]], operation: Operation
    ) -> None:
        names = sorted(each["topic"] for each in answers if each["error_code"] == _NOT_AUTHORIZED)
        if names:
            missing = (Permission(operation, "topic", name) for name in names)
            raise NotAuthorized(missing, self._name)

    async def _send(self, request: Any) -> Any:
        return await self._client.send(self._client.get_random_node(), request)


def _name(error_code: int) -> str:
    return str(for_code(error_code).message)


def _usable(topic: Mapping[str, Any]) -> bool:
    partitions = topic["partitions"]
    return bool(partitions) and all(partition["leader"] >= 0 for partition in partitions)
