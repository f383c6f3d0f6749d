import asyncio
from collections.abc import Iterator
from time import monotonic

import pytest

from app.brokers import (
    AuthenticationFailed,
    BrokersUnreachable,
    connected,
    wait_for_brokers,
)
from app.settings import KafkaSettings, load_settings
from tests.kafka import KafkaCluster
from tests.kafka.ports import free_port

NOBODY = "127.0.0.1:1"
SECRET = "hunter2"  # noqa: S105 - what must not be seen


def kafka_at(bootstrap: str, **flags: str) -> KafkaSettings:
    overrides = {f"kafka.{name}": text for name, text in flags.items()}
    return load_settings(None, {"kafka.bootstrap_servers": bootstrap, **overrides}, {}).kafka


async def test_a_broker_that_answers_ends_the_wait(bootstrap: str) -> None:
    said: list[str] = []
    await wait_for_brokers(kafka_at(bootstrap), report=said.append)
    assert said == []


async def test_one_of_several_addresses_is_enough(bootstrap: str) -> None:
    await wait_for_brokers(kafka_at(f"{NOBODY},{bootstrap}"), timeout=0)


async def test_the_wait_says_so_and_ends_in_time() -> None:
    said: list[str] = []
    began = monotonic()
    with pytest.raises(BrokersUnreachable, match=f"no broker at {NOBODY} within 1 s"):
        await wait_for_brokers(kafka_at(NOBODY), timeout=1, report=said.append)
    assert monotonic() - began < 5
    assert len(said) == 1
    assert NOBODY in said[0]


async def test_a_connection_that_is_lost_is_told() -> None:
    with pytest.raises(BrokersUnreachable, match=NOBODY):
        async with connected(kafka_at(NOBODY)):
            pass


async def test_something_that_is_no_broker_is_told() -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(BrokersUnreachable, match=f"127.0.0.1:{port}"):
            await wait_for_brokers(kafka_at(f"127.0.0.1:{port}"), timeout=0)


@pytest.fixture(scope="module")
def sasl_address(kafka: KafkaCluster) -> Iterator[str]:
    """A listener that wants user `me` and password `right`, beside an open one."""
    del kafka  # where it cannot be had, these tests are skipped like all others
    open_port, closed_port, controller_port = free_port(), free_port(), free_port()
    listeners = f"PLAINTEXT://127.0.0.1:{open_port},SASL://127.0.0.1:{closed_port}"
    properties = {
        "listeners": f"{listeners},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": listeners,
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
        "listener.security.protocol.map": (
            "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT"
        ),
        "sasl.enabled.mechanisms": "PLAIN",
        "listener.name.sasl.plain.sasl.jaas.config": (
            'org.apache.kafka.common.security.plain.PlainLoginModule required user_me="right";'
        ),
    }
    with KafkaCluster(port=open_port, properties=properties):
        yield f"127.0.0.1:{closed_port}"


def with_password(address: str, password: str, **flags: str) -> KafkaSettings:
    overrides = {
        "kafka.bootstrap_servers": address,
        "kafka.security_protocol": "SASL_PLAINTEXT",
        "kafka.sasl_username": "me",
    } | {f"kafka.{name}": text for name, text in flags.items()}
    environ = {"DRIFTLINE_KAFKA__SASL_PASSWORD": password}
    return load_settings(None, overrides, environ).kafka


async def test_the_right_password_is_let_in(sasl_address: str) -> None:
    kafka = with_password(sasl_address, "right")
    await wait_for_brokers(kafka, timeout=5)
    async with connected(kafka) as brokers:
        assert await brokers.partitions(["none"]) == {"none": None}


async def test_a_wrong_password_is_told_at_once_and_not_shown(
    sasl_address: str, caplog: pytest.LogCaptureFixture
) -> None:
    began = monotonic()
    with pytest.raises(AuthenticationFailed, match="refused") as caught:
        await wait_for_brokers(with_password(sasl_address, SECRET), timeout=30)
    assert monotonic() - began < 10
    assert SECRET not in str(caught.value) + caplog.text


async def test_a_mechanism_that_the_broker_has_not_is_told(sasl_address: str) -> None:
    kafka = with_password(sasl_address, "right", sasl_mechanism="SCRAM-SHA-256")
    with pytest.raises(AuthenticationFailed, match="sasl_mechanism SCRAM-SHA-256"):
        await wait_for_brokers(kafka, timeout=30)


async def test_a_listener_that_wants_a_password_is_told_from_a_dead_one(
    sasl_address: str,
) -> None:
    with pytest.raises(BrokersUnreachable, match="is security_protocol PLAINTEXT that of"):
        await wait_for_brokers(kafka_at(sasl_address), timeout=0)
