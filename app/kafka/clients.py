"""The connection's settings in the forms that Faust and aiokafka take."""

import ssl
from typing import Any

from faust.auth import SASLCredentials, SSLCredentials
from faust.types.auth import CredentialsT

from agents.transport.options import TransportOptions
from app.settings import InvalidConfiguration, KafkaSettings, Problem


def transport_options(kafka: KafkaSettings) -> TransportOptions:
    """Return the options of the agents' transport.

    Raises
    ------
    InvalidConfiguration
        If a file of the TLS settings, or of a password, does not hold what it should.
    """
    _check(kafka)
    return TransportOptions(
        session_timeout=kafka.session_timeout_seconds,
        heartbeat_interval=kafka.heartbeat_interval_seconds,
        request_timeout=kafka.request_timeout_seconds,
        isolation_level=kafka.isolation_level,
        max_batch_records=kafka.max_batch_records,
        compression=None if kafka.compression == "none" else kafka.compression,
        credentials=_credentials(kafka),
        client_id=kafka.client_id,
    )


def client_arguments(kafka: KafkaSettings) -> dict[str, Any]:
    """Return the keyword arguments of aiokafka's producers, consumers and plain clients.

    Raises
    ------
    InvalidConfiguration
        As for `transport_options`.
    """
    _check(kafka)
    arguments: dict[str, Any] = {
        "bootstrap_servers": kafka.bootstrap_servers.split(","),
        "client_id": kafka.client_id,
        "request_timeout_ms": round(kafka.request_timeout_seconds * 1000),
        "security_protocol": kafka.security_protocol,
    }
    if kafka.encrypted:
        arguments["ssl_context"] = _tls(kafka)
    if kafka.authenticated:
        arguments["sasl_mechanism"] = kafka.sasl_mechanism
        arguments["sasl_plain_username"] = kafka.sasl_username
        arguments["sasl_plain_password"] = _password(kafka)
    return arguments


def _credentials(kafka: KafkaSettings) -> CredentialsT | None:
    if kafka.authenticated:
        # Without a context Faust sends the password in the clear, whatever the protocol.
        return SASLCredentials(
            username=kafka.sasl_username,
            password=_password(kafka),
            mechanism=kafka.sasl_mechanism,
            ssl_context=_tls(kafka) if kafka.encrypted else None,
        )
    return SSLCredentials(context=_tls(kafka)) if kafka.encrypted else None


def _check(kafka: KafkaSettings) -> None:
    """Read all files that the settings name, so that every one that cannot be used is told."""
    problems: list[Problem] = []
    parts = [(kafka.encrypted, _authorities), (kafka.encrypted, _certificate)]
    for applies, read in (*parts, (kafka.authenticated, _password)):
        try:
            if applies:
                read(kafka)
        except InvalidConfiguration as error:
            problems += error.problems
    if problems:
        raise InvalidConfiguration(problems)


def _tls(kafka: KafkaSettings) -> ssl.SSLContext:
    return _certificate(kafka, _authorities(kafka))


def _authorities(kafka: KafkaSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=kafka.ssl_cafile)
    except (OSError, ValueError) as error:
        raise _unusable("kafka.ssl_cafile", error, "a PEM file of certificates") from None


def _certificate(kafka: KafkaSettings, context: ssl.SSLContext | None = None) -> ssl.SSLContext:
    """Load the client's certificate, where there is one, into a context; by default into none."""
    context = context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if kafka.ssl_certfile is not None:
        try:
            # Never None: OpenSSL would ask for the password on the terminal.
            password = kafka.keyfile_password() or ""
            context.load_cert_chain(kafka.ssl_certfile, kafka.ssl_keyfile, password)
        except (OSError, ValueError) as error:
            expected = "a PEM certificate with its private key, and the key's password"
            raise _unusable("kafka.ssl_certfile", error, expected) from None
    return context


def _password(kafka: KafkaSettings) -> str | None:
    try:
        return kafka.password()
    except (OSError, ValueError) as error:
        raise _unusable("kafka.sasl_password_file", error, "a text file") from None


def _unusable(path: str, error: Exception, expected: str) -> InvalidConfiguration:
    reason = error.reason if isinstance(error, ssl.SSLError) else getattr(error, "strerror", None)
    found = f"a file that cannot be used ({reason or type(error).__name__})"
    return InvalidConfiguration([Problem(path, found, expected)])
