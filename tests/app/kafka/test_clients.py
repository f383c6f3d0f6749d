import ssl
from collections.abc import Mapping
from pathlib import Path

import pytest
from faust.auth import SASLCredentials, SSLCredentials
from faust.types.auth import AuthProtocol, SASLMechanism

from agents.transport.options import TransportOptions
from app.kafka.clients import client_arguments, transport_options
from app.settings import InvalidConfiguration, KafkaSettings, load_settings

SECRET = "hunter2"  # noqa: S105 - what must not be seen


def kafka(**flags: str) -> KafkaSettings:
    overrides = {f"kafka.{name}": text for name, text in flags.items()}
    environ = {"DRIFTLINE_KAFKA__SASL_PASSWORD": SECRET} if "sasl_username" in flags else {}
    bootstrap = {"kafka.bootstrap_servers": "a:1,b:2"}
    return load_settings(None, bootstrap | overrides, environ).kafka


def sasl(protocol: str) -> KafkaSettings:
    return kafka(security_protocol=protocol, sasl_username="me", sasl_mechanism="SCRAM-SHA-512")


def test_the_defaults_are_those_of_the_transport() -> None:
    assert transport_options(kafka()) == TransportOptions()


def test_settings_reach_the_transport() -> None:
    options = transport_options(
        kafka(
            session_timeout_seconds="20",
            heartbeat_interval_seconds="2",
            request_timeout_seconds="40",
            isolation_level="read_uncommitted",
            max_batch_records="7",
            client_id="blue",
        )
    )
    assert (options.session_timeout, options.heartbeat_interval) == (20.0, 2.0)
    assert (options.request_timeout, options.isolation_level) == (40.0, "read_uncommitted")
    assert (options.max_batch_records, options.client_id) == (7, "blue")


def test_plain_clients_get_the_same_connection() -> None:
    assert client_arguments(kafka()) == {
        "bootstrap_servers": ["a:1", "b:2"],
        "client_id": "driftline",
        "request_timeout_ms": 30_000,
        "security_protocol": "PLAINTEXT",
    }


@pytest.mark.parametrize(("protocol", "encrypted"), [("SASL_PLAINTEXT", False), ("SASL_SSL", True)])
def test_a_password_is_encrypted_exactly_where_that_is_asked_for(
    protocol: str, encrypted: bool
) -> None:
    credentials = transport_options(sasl(protocol)).credentials
    assert isinstance(credentials, SASLCredentials)
    assert credentials.protocol == AuthProtocol(protocol)
    assert isinstance(credentials.ssl_context, ssl.SSLContext) is encrypted
    assert credentials.mechanism is SASLMechanism.SCRAM_SHA_512
    assert (credentials.username, credentials.password) == ("me", SECRET)
    arguments = client_arguments(sasl(protocol))
    assert ("ssl_context" in arguments) is encrypted
    assert arguments["sasl_plain_password"] == SECRET


def test_tls_checks_the_brokers_name_and_certificate() -> None:
    credentials = transport_options(kafka(security_protocol="SSL")).credentials
    assert isinstance(credentials, SSLCredentials)
    assert credentials.context.check_hostname
    assert credentials.context.verify_mode is ssl.CERT_REQUIRED


@pytest.mark.parametrize(
    ("flags", "path"),
    [
        (["ssl_cafile"], "kafka.ssl_cafile"),
        (["ssl_certfile"], "kafka.ssl_certfile"),
        (["ssl_certfile", "ssl_keyfile"], "kafka.ssl_certfile"),
    ],
)
def test_files_that_hold_something_else_are_told(
    flags: list[str], path: str, tmp_path: Path
) -> None:
    file = tmp_path / "x.pem"
    file.write_text(SECRET)
    given: Mapping[str, str] = dict.fromkeys(flags, str(file))
    with pytest.raises(InvalidConfiguration) as caught:
        client_arguments(kafka(security_protocol="SSL", **given))
    assert [problem.path for problem in caught.value.problems] == [path]
    assert SECRET not in str(caught.value)


def test_a_password_file_that_has_gone_is_told(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("x")
    flags = {
        "kafka.bootstrap_servers": "a:1",
        "kafka.security_protocol": "SASL_SSL",
        "kafka.sasl_username": "me",
        "kafka.sasl_password_file": str(file),
    }
    settings = load_settings(None, flags, {}).kafka
    file.unlink()
    with pytest.raises(InvalidConfiguration, match=r"kafka\.sasl_password_file"):
        transport_options(settings)


def test_no_credentials_show_their_password() -> None:
    assert SECRET not in repr(transport_options(sasl("SASL_SSL")))
