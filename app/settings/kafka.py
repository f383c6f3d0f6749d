"""How to reach and use the brokers; names as Kafka's clients have them."""

import re
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from app.credentials import holds_credentials
from app.settings.secret_files import PemFile, SecretFile, secret_in
from app.settings.section import Section, expected, missing

_ADDRESS: Final = re.compile(
    r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:(?P<port>[0-9]{1,5}))?", re.ASCII
)
_GROUP: Final = r"^[A-Za-z0-9._-]{1,249}$"

Secret = Annotated[SecretStr | None, Field(json_schema_extra={"not": {}})]
"""Never in the configuration file: its schema says so to editors."""

Seconds = Annotated[float, Field(gt=0, le=86400)]


class KafkaSettings(Section):
    """The connection to Kafka."""

    bootstrap_servers: str
    """Brokers to start from: `host:port[,host:port...]`; the port is 9092 where absent."""

    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """How the connection is encrypted and authenticated."""

    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "PLAIN"
    """How a password proves itself, for the SASL protocols."""

    sasl_username: str | None = None
    """The user, for the SASL protocols."""

    sasl_password_file: SecretFile | None = None
    """File that holds the password, for the SASL protocols; a line end at its end is dropped."""

    sasl_password: Secret = None
    """The password, where no file holds it; from the environment only."""

    ssl_cafile: PemFile | None = None
    """PEM file of the authorities to trust, for the SSL protocols; the system's where absent."""

    ssl_keyfile: PemFile | None = None
    """PEM file of the client's private key, for the SSL protocols."""

    ssl_certfile: PemFile | None = None
    """PEM file of the client's certificate, for the SSL protocols."""

    ssl_keyfile_password_file: SecretFile | None = None
    """File that holds the password of the private key."""

    ssl_keyfile_password: Secret = None
    """The password of the private key, where no file holds it; from the environment only."""

    isolation_level: Literal["read_uncommitted", "read_committed"] = "read_committed"
    """`read_committed` leaves out the records of aborted transactions and waits for the end of open
    ones; `read_uncommitted` takes all records at once."""

    compression: Literal["none", "gzip", "snappy", "lz4", "zstd"] = "none"
    """Of what is written. Most of it is columns of numbers, which hardly shrink, and lz4 would take
    a tenth of a worker's CPU."""

    client_id: str = Field(default="driftline", min_length=1, max_length=249)
    """The name in the brokers' logs and quotas."""

    group_id: str = Field(default="driftline", pattern=_GROUP)
    """The consumer group: workers of one group share the work."""

    request_timeout_seconds: Seconds = 30.0
    """Until a request, or a record that no broker acknowledges, fails."""

    session_timeout_seconds: Seconds = 6.0
    """A worker that has died is replaced after this time; brokers refuse less than their
    `group.min.session.timeout.ms`, 6 s by default."""

    heartbeat_interval_seconds: Seconds = 1.5
    """Between two signs of life."""

    connect_timeout_seconds: Annotated[float, Field(ge=0, le=86400)] = 60.0
    """How long to wait for a broker at the start."""

    max_batch_records: int = Field(default=20_000, ge=1, le=100_000)
    """Most records fetched at once, over all partitions."""

    @property
    def encrypted(self) -> bool:
        """Whether the connection is TLS."""
        return self.security_protocol in {"SSL", "SASL_SSL"}

    @property
    def authenticated(self) -> bool:
        """Whether a user and a password are sent."""
        return self.security_protocol.startswith("SASL_")

    @field_validator("bootstrap_servers")
    @classmethod
    def _addresses(cls, value: str) -> str:
        if "@" in value:
            raise expected(
                "host:port[,host:port...] alone: the user belongs in sasl_username, the password "
                "in a file of its own, sasl_password_file"
            )
        for address in value.split(","):
            match = _ADDRESS.fullmatch(address.strip())
            if match is None or not 0 < int(match["port"] or 9092) < 65536:
                raise expected("host:port[,host:port...], without a scheme")
        return ",".join(address.strip() for address in value.split(","))

    @field_validator("sasl_username", "client_id")
    @classmethod
    def _no_password(cls, value: str | None) -> str | None:
        if value is not None and holds_credentials(value):
            raise expected("a name alone: the password belongs in a file of its own")
        return value

    @field_validator("sasl_username")
    @classmethod
    def _user(cls, value: str | None, info: ValidationInfo) -> str | None:
        protocol = info.data.get("security_protocol", "")
        if protocol.startswith("SASL_") and not value:
            raise missing(f"a user name: security_protocol is {protocol}")
        return value

    @field_validator("sasl_password")
    @classmethod
    def _password(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        protocol = info.data.get("security_protocol", "")
        if protocol.startswith("SASL_") and "sasl_password_file" in info.data:
            _exactly_one(value, info.data["sasl_password_file"], "sasl_password", protocol)
        return value

    @field_validator("ssl_certfile")
    @classmethod
    def _certificate(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is None and info.data.get("ssl_keyfile") is not None:
            raise missing("the certificate of ssl_keyfile")
        return value

    @field_validator("ssl_keyfile_password")
    @classmethod
    def _key_password(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is not None and info.data.get("ssl_keyfile_password_file") is not None:
            raise expected("nothing, as ssl_keyfile_password_file is given")
        return value

    @field_validator("session_timeout_seconds")
    @classmethod
    def _session(cls, value: float, info: ValidationInfo) -> float:
        request = info.data.get("request_timeout_seconds")
        if request is not None and value > request:
            raise expected(f"at most request_timeout_seconds ({request:g})")
        return value

    @field_validator("heartbeat_interval_seconds")
    @classmethod
    def _heartbeat(cls, value: float, info: ValidationInfo) -> float:
        session = info.data.get("session_timeout_seconds")
        if session is not None and value > session / 3:
            raise expected(f"at most a third of session_timeout_seconds ({session:g})")
        return value

    def password(self) -> str | None:
        """Return the SASL password, from its file where one is named.

        Raises
        ------
        OSError
            If the file cannot be read any more.
        """
        return _secret(self.sasl_password, self.sasl_password_file)

    def keyfile_password(self) -> str | None:
        """Return the password of the private key; as `password`."""
        return _secret(self.ssl_keyfile_password, self.ssl_keyfile_password_file)


def _exactly_one(value: SecretStr | None, file: Path | None, name: str, protocol: str) -> None:
    if value is not None and file is not None:
        raise expected(f"nothing, as {name}_file is given")
    if (value is None or not value.get_secret_value()) and file is None:
        raise missing(f"a password, or {name}_file: security_protocol is {protocol}")


def _secret(value: SecretStr | None, file: Path | None) -> str | None:
    if file is not None:
        return secret_in(file)
    return None if value is None else value.get_secret_value()
