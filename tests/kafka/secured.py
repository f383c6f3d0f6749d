"""A real Apache Kafka with a listener for each way to connect, with users and with ACLs."""

import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeVar

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
)
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType
from confluent_kafka.admin._scram import (
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from tests.kafka.certificates import Authority
from tests.kafka.cluster import KafkaCluster
from tests.kafka.readiness import admin_client

PLAIN_USER: Final = "plain-user"
PASSWORD: Final = "correct-horse-battery-staple"  # noqa: S105 - of users that live for one test
"""Every user's."""

_AclT = TypeVar("_AclT", AclBinding, AclBindingFilter)

_TIMEOUT_S: Final = 20.0
_PLAIN: Final = "org.apache.kafka.common.security.plain.PlainLoginModule required"
_SCRAM: Final = "org.apache.kafka.common.security.scram.ScramLoginModule required"


class SecuredKafka(KafkaCluster):
    """
    A broker that lets nobody do anything without an ACL, but for its open listener.

    =============  =========================================================================
    listener       who connects
    =============  =========================================================================
    ``PLAINTEXT``  anybody, as a super user: the tests themselves
    ``TLS``        anybody, over TLS, as a super user
    ``MTLS``       whoever shows a certificate of `authority`, as ``User:CN=`` its name
    ``EXPIRED``    nobody who looks at the broker's certificate
    ``SCRAM``      users that `add_user` made, SCRAM-SHA-256 and -512, unencrypted
    ``SASLTLS``    `PLAIN_USER` by PLAIN, and the users of ``SCRAM``, over TLS
    =============  =========================================================================

    Attributes
    ----------
    authority
        Of the broker's certificates.
    """

    def __init__(self, folder: Path) -> None:
        self.authority = Authority(folder, "authority")
        server = self.authority.issue("broker")
        expired = self.authority.issue("broker", age=timedelta(days=9))
        super().__init__(
            listeners={
                "TLS": "SSL",
                "MTLS": "SSL",
                "EXPIRED": "SSL",
                "SCRAM": "SASL_PLAINTEXT",
                "SASLTLS": "SASL_SSL",
            },
            properties={
                "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "super.users": "User:ANONYMOUS",
                "ssl.keystore.type": "PEM",
                "ssl.keystore.location": str(server),
                "ssl.truststore.type": "PEM",
                "ssl.truststore.location": str(self.authority.certificate),
                "listener.name.mtls.ssl.client.auth": "required",
                "listener.name.expired.ssl.keystore.type": "PEM",
                "listener.name.expired.ssl.keystore.location": str(expired),
                "listener.name.scram.sasl.enabled.mechanisms": "SCRAM-SHA-256,SCRAM-SHA-512",
                "listener.name.scram.scram-sha-256.sasl.jaas.config": f"{_SCRAM};",
                "listener.name.scram.scram-sha-512.sasl.jaas.config": f"{_SCRAM};",
                "listener.name.sasltls.sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-512",
                "listener.name.sasltls.plain.sasl.jaas.config": (
                    f'{_PLAIN} user_{PLAIN_USER}="{PASSWORD}";'
                ),
                "listener.name.sasltls.scram-sha-512.sasl.jaas.config": f"{_SCRAM};",
                # A refused client is told at once; the default holds it for no reason here.
                "connection.failed.authentication.delay.ms": "0",
            },
        )

    def add_user(self, name: str) -> None:
        """Make a user of both SCRAM mechanisms."""
        wanted = [
            UserScramCredentialUpsertion(
                name, ScramCredentialInfo(mechanism, 4096), PASSWORD.encode()
            )
            for mechanism in (ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512)
        ]
        # A request dies with its client.
        admin = admin_client(self.bootstrap)
        for each in wanted:  # one at a time: a request names a user once
            admin.alter_user_scram_credentials([each])[name].result(_TIMEOUT_S)
        deadline = time.monotonic() + _TIMEOUT_S
        while not _has_both(admin, name):
            if time.monotonic() > deadline:
                raise TimeoutError("the broker does not show the user")
            time.sleep(0.05)

    def allow(self, principal: str, grants: Iterable[tuple[str, str, str]]) -> None:
        """Let a principal do something.

        Parameters
        ----------
        grants
            Operation (``READ``), kind (``TOPIC``, ``GROUP``) and the resource's name.
        """
        bindings = [_acl(AclBinding, principal, grant) for grant in grants]
        admin = admin_client(self.bootstrap)
        for future in admin.create_acls(bindings).values():
            future.result(_TIMEOUT_S)
        # The controller has taken them; the broker obeys them a moment later.
        deadline = time.monotonic() + _TIMEOUT_S
        while not {*bindings} <= {*admin.describe_acls(_all_of(principal)).result(_TIMEOUT_S)}:
            if time.monotonic() > deadline:
                raise TimeoutError("the broker does not show the ACLs")
            time.sleep(0.05)

    def forbid(self, principal: str, grant: tuple[str, str, str]) -> None:
        """Take back something that a principal was allowed; as for `allow`."""
        taken = _acl(AclBindingFilter, principal, grant)
        admin = admin_client(self.bootstrap)
        (future,) = admin.delete_acls([taken]).values()
        assert len(future.result(_TIMEOUT_S)) == 1


def _acl(form: type[_AclT], principal: str, grant: tuple[str, str, str]) -> _AclT:
    """Return what a grant, as for `SecuredKafka.allow`, is among the broker's ACLs."""
    operation, kind, name = grant
    return form(
        ResourceType[kind],
        name,
        ResourcePatternType.LITERAL,
        principal,
        "*",
        AclOperation[operation],
        AclPermissionType.ALLOW,
    )


def _all_of(principal: str) -> AclBindingFilter:
    return AclBindingFilter(
        ResourceType.ANY,
        None,  # type: ignore[arg-type] # any name, as its documentation says
        ResourcePatternType.ANY,
        principal,
        None,  # type: ignore[arg-type] # any host
        AclOperation.ANY,
        AclPermissionType.ANY,
    )


def _has_both(admin: AdminClient, name: str) -> bool:
    try:
        asked = admin.describe_user_scram_credentials([name])
        if not isinstance(asked, dict):  # what it returns when it is asked for all
            raise TypeError(asked)
        shown = asked[name].result(_TIMEOUT_S)
    except KafkaException:  # the broker does not know the user yet
        return False
    return len(shown.scram_credential_infos) == 2
