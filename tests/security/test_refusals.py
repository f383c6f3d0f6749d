"""What a client that is not let in is told: one sentence, at once, that names the setting."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from app.kafka.reachability import AuthenticationFailed, BrokersUnreachable, wait_for_brokers
from tests.kafka.certificates import Authority
from tests.kafka.secured import PASSWORD, SecuredKafka
from tests.security.connections import Connection, mutual_tls, password_file, plain, scram, tls

WRONG: Final = "not-the-password-of-anybody"
PATIENCE_S: Final = 15.0


async def refused(connection: Connection) -> str:
    """Return what is said; asyncio must have nothing to add."""
    complaints: list[str] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: complaints.append(context["message"])
    )
    async with asyncio.timeout(PATIENCE_S):
        with pytest.raises(AuthenticationFailed) as caught:
            await wait_for_brokers(connection.kafka(), timeout=60)
    assert complaints == []
    said = str(caught.value)
    assert connection.address in said or "localhost" in said
    assert "\n" not in said
    assert PASSWORD not in said
    assert WRONG not in said
    return said


async def test_a_broker_of_another_authority_is_not_trusted(
    secured_kafka: SecuredKafka, tmp_path: Path
) -> None:
    other = Authority(tmp_path, "other")
    said = await refused(tls(secured_kafka).but(ssl_cafile=other.certificate))
    assert "its certificate is not trusted" in said
    assert "kafka.ssl_cafile" in said


async def test_a_brokers_certificate_that_has_expired_is_told(secured_kafka: SecuredKafka) -> None:
    address = secured_kafka.addresses["EXPIRED"]
    said = await refused(tls(secured_kafka).but(bootstrap_servers=address))
    assert "certificate has expired" in said


async def test_a_brokers_certificate_of_another_name_is_told(secured_kafka: SecuredKafka) -> None:
    address = secured_kafka.addresses["TLS"].replace("127.0.0.1", "localhost")
    said = await refused(tls(secured_kafka).but(bootstrap_servers=address))
    assert "is not for localhost" in said
    assert "kafka.bootstrap_servers" in said


async def test_a_client_without_a_certificate_is_told_to_have_one(
    secured_kafka: SecuredKafka,
) -> None:
    address = secured_kafka.addresses["MTLS"]
    said = await refused(tls(secured_kafka).but(bootstrap_servers=address))
    assert "set kafka.ssl_certfile" in said


async def test_a_clients_certificate_of_another_authority_is_told(
    secured_kafka: SecuredKafka, tmp_path: Path
) -> None:
    certificate = Authority(tmp_path, "other").issue("worker")
    said = await refused(
        mutual_tls(secured_kafka).but(ssl_certfile=certificate, ssl_keyfile_password_file=None)
    )
    assert "does not accept the certificate in kafka.ssl_certfile" in said


async def test_a_clients_certificate_that_has_expired_is_told(secured_kafka: SecuredKafka) -> None:
    certificate = secured_kafka.authority.issue("worker", age=timedelta(days=9))
    said = await refused(
        mutual_tls(secured_kafka).but(ssl_certfile=certificate, ssl_keyfile_password_file=None)
    )
    assert "does not accept the certificate in kafka.ssl_certfile" in said


def scram_256(kafka: SecuredKafka) -> Connection:
    return scram(kafka, "refused", "SCRAM-SHA-256")


def scram_512(kafka: SecuredKafka) -> Connection:
    return scram(kafka, "refused", "SCRAM-SHA-512")


@pytest.mark.parametrize("by", [scram_256, scram_512, plain])
@pytest.mark.parametrize("wrong", ["sasl_password_file", "sasl_username"], ids=["password", "user"])
async def test_a_wrong_user_or_password_is_told_without_saying_which(
    by: Callable[[SecuredKafka], Connection], wrong: str, secured_kafka: SecuredKafka
) -> None:
    values = {
        "sasl_password_file": password_file(secured_kafka, WRONG),
        "sasl_username": "nobody",
    }
    said = await refused(by(secured_kafka).but(**{wrong: values[wrong]}))
    assert "the password is wrong: see kafka.sasl_username, kafka.sasl_password_file" in said


async def test_a_mechanism_that_a_listener_has_not_is_told(secured_kafka: SecuredKafka) -> None:
    said = await refused(scram_512(secured_kafka).but(sasl_mechanism="PLAIN"))
    assert "it does not take kafka.sasl_mechanism PLAIN" in said


@pytest.mark.parametrize("listener", ["PLAINTEXT", "TLS"])
async def test_a_listener_that_wants_no_password_is_told(
    listener: str, secured_kafka: SecuredKafka
) -> None:
    connection = scram_512(secured_kafka) if listener == "PLAINTEXT" else plain(secured_kafka)
    said = await refused(connection.but(bootstrap_servers=secured_kafka.addresses[listener]))
    assert "takes no user and password" in said
    assert "kafka.security_protocol" in said


@pytest.mark.parametrize(
    ("listener", "protocol"),
    [
        ("TLS", "PLAINTEXT"),
        ("PLAINTEXT", "SSL"),
        ("SCRAM", "PLAINTEXT"),
        ("SCRAM", "SSL"),
        ("SASLTLS", "SSL"),
        ("SASLTLS", "PLAINTEXT"),
    ],
)
async def test_a_protocol_that_a_listener_does_not_speak_is_guessed(
    listener: str, protocol: str, secured_kafka: SecuredKafka
) -> None:
    connection = tls(secured_kafka).but(
        bootstrap_servers=secured_kafka.addresses[listener], security_protocol=protocol
    )
    with pytest.raises(BrokersUnreachable) as caught:
        await wait_for_brokers(connection.kafka(), timeout=0)
    assert f"is kafka.security_protocol {protocol} that of the listener?" in str(caught.value)
