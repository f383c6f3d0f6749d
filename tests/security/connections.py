"""The ways to connect to the secured broker, as settings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from app.kafka.permissions import WORKER
from app.settings import KafkaSettings, TopicRole, load_settings
from app.settings.topics import TopicSettings
from tests.kafka.secured import PASSWORD, PLAIN_USER, SecuredKafka

GROUP: Final = "group"


class Connection:
    """A way to connect.

    Attributes
    ----------
    principal
        Who the broker takes the client for.
    settings
        Of the section ``kafka``.
    """

    def __init__(self, address: str, principal: str, settings: Mapping[str, object]) -> None:
        self.address = address
        self.principal = principal
        self.settings = {"bootstrap_servers": address, **settings}

    def but(self, **settings: object) -> "Connection":
        """Return another one, with some settings changed; those that are None are left out."""
        changed = {**self.settings, **settings}
        kept = {name: value for name, value in changed.items() if value is not None}
        return Connection(str(kept["bootstrap_servers"]), self.principal, kept)

    def flags(self, prefix: str) -> list[str]:
        """Return a command's flags; topics and group have the prefix."""
        named = {f"kafka.{name}": value for name, value in self.settings.items()}
        named |= {"topics.prefix": prefix, "kafka.group_id": prefix + GROUP}
        return [f"--set={name}={value}" for name, value in named.items()]

    def kafka(self) -> KafkaSettings:
        """Return the section."""
        named = {f"kafka.{name}": str(value) for name, value in self.settings.items()}
        return load_settings(None, named, {}).kafka


def tls(kafka: SecuredKafka) -> Connection:
    """TLS without a client's certificate; anybody is a super user."""
    settings = {"security_protocol": "SSL", "ssl_cafile": kafka.authority.certificate}
    return Connection(kafka.addresses["TLS"], "User:ANONYMOUS", settings)


def mutual_tls(kafka: SecuredKafka, name: str = "worker") -> Connection:
    """TLS with a client's certificate, whose key has a password."""
    secret = b"of the key"
    password = kafka.authority.certificate.with_name("key-password")
    password.write_bytes(secret + b"\n")
    password.chmod(0o600)
    settings = {
        "bootstrap_servers": kafka.addresses["MTLS"],
        "ssl_certfile": kafka.authority.issue(name, password=secret),
        "ssl_keyfile_password_file": password,
    }
    return Connection(
        kafka.addresses["MTLS"], f"User:CN={name}", {**tls(kafka).settings, **settings}
    )


def scram(kafka: SecuredKafka, name: str, mechanism: str = "SCRAM-SHA-512") -> Connection:
    """SCRAM without encryption, as a new user."""
    kafka.add_user(name)
    settings = {
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": mechanism,
        "sasl_username": name,
        "sasl_password_file": password_file(kafka),
    }
    return Connection(kafka.addresses["SCRAM"], f"User:{name}", settings)


def plain(kafka: SecuredKafka) -> Connection:
    """PLAIN over TLS."""
    settings = {
        "security_protocol": "SASL_SSL",
        "ssl_cafile": kafka.authority.certificate,
        "sasl_username": PLAIN_USER,
        "sasl_password_file": password_file(kafka),
    }
    return Connection(kafka.addresses["SASLTLS"], f"User:{PLAIN_USER}", settings)


def password_file(kafka: SecuredKafka, text: str = PASSWORD) -> Path:
    """Return a file with a password."""
    path = kafka.authority.certificate.with_name(f"password-{len(text)}")
    path.write_text(text + "\n", "utf-8")
    path.chmod(0o600)
    return path


def topic_name(prefix: str, role: TopicRole) -> str:
    """Return the full name of a topic, where nothing but the prefix is set."""
    return TopicSettings(prefix=prefix).full_name(role)


def worker_grants(prefix: str, *, group: str | None = None) -> list[tuple[str, str, str]]:
    """Return the ACLs that a worker needs, and no others, where its topics exist."""
    grants = [
        (operation.name, "TOPIC", topic_name(prefix, role))
        for role, operations in WORKER.items()
        for operation in sorted(operations)
    ]
    return [*grants, ("READ", "GROUP", group or prefix + GROUP)]
