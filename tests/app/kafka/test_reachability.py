import asyncio
from time import monotonic

import pytest

from app.kafka.brokers import connected
from app.kafka.permissions import NotAuthorized
from app.kafka.reachability import AuthenticationFailed, BrokersUnreachable, wait_for_brokers
from app.settings import KafkaSettings, load_settings
from tests.kafka.secured import PASSWORD, SecuredKafka

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
    assert monotonic() - began < 20
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


@pytest.fixture
def sasl_address(secured_kafka: SecuredKafka) -> str:
    """A listener that wants a password by SCRAM."""
    secured_kafka.add_user("me")
    return secured_kafka.addresses["SCRAM"]


def with_password(address: str, password: str, **flags: str) -> KafkaSettings:
    overrides = {
        "kafka.bootstrap_servers": address,
        "kafka.security_protocol": "SASL_PLAINTEXT",
        "kafka.sasl_mechanism": "SCRAM-SHA-512",
        "kafka.sasl_username": "me",
    } | {f"kafka.{name}": text for name, text in flags.items()}
    environ = {"DRIFTLINE_KAFKA__SASL_PASSWORD": password}
    return load_settings(None, overrides, environ).kafka


async def test_the_right_password_is_let_in(sasl_address: str) -> None:
    kafka = with_password(sasl_address, PASSWORD)
    await wait_for_brokers(kafka, timeout=5)
    async with connected(kafka) as brokers:
        with pytest.raises(NotAuthorized, match=r"user 'me'.* DESCRIBE on topic none"):
            await brokers.partitions(["none"])


async def test_a_wrong_password_is_told_at_once_and_not_shown(
    sasl_address: str, caplog: pytest.LogCaptureFixture
) -> None:
    began = monotonic()
    with pytest.raises(AuthenticationFailed, match="refused") as caught:
        await wait_for_brokers(with_password(sasl_address, SECRET), timeout=30)
    assert monotonic() - began < 25
    assert SECRET not in str(caught.value) + caplog.text


async def test_a_mechanism_that_the_broker_has_not_is_told(sasl_address: str) -> None:
    kafka = with_password(sasl_address, PASSWORD, sasl_mechanism="PLAIN")
    with pytest.raises(AuthenticationFailed, match="sasl_mechanism PLAIN"):
        await wait_for_brokers(kafka, timeout=30)


async def test_a_listener_that_wants_a_password_is_told_from_a_dead_one(
    sasl_address: str,
) -> None:
    with pytest.raises(BrokersUnreachable, match=r"is kafka\.security_protocol PLAINTEXT that of"):
        await wait_for_brokers(kafka_at(sasl_address), timeout=0)
