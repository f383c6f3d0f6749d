"""Whether brokers answer: waits for them, and tells one that refuses from one that is not there."""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Final

from aiokafka.conn import AIOKafkaConnection, collect_hosts
from aiokafka.errors import KafkaError
from aiokafka.protocol.metadata import MetadataRequest

from app.kafka.clients import client_arguments
from app.kafka.connection_refusals import hung_up, refusal
from app.settings import KafkaSettings

SHORT_WAIT: Final = 10.0
"""Seconds: who looks at something should not wait as a worker does."""

REPORT_INTERVAL: Final = 5.0
"""Seconds between two reports of a wait."""

_RETRY_INTERVAL: Final = 0.5
_PROBE_TIMEOUT: Final = 5.0


class BrokersUnreachable(Exception):
    """No broker answered in time."""


class AuthenticationFailed(Exception):
    """A broker answered and refused the user, the mechanism, or showed a wrong certificate."""


async def wait_for_brokers(
    kafka: KafkaSettings,
    *,
    timeout: float | None = None,  # noqa: ASYNC109 - a total over many tries, with a report
    report: Callable[[str], None] | None = None,
) -> None:
    """Return when a broker answers.

    Parameters
    ----------
    timeout
        Seconds; `KafkaSettings.connect_timeout_seconds` by default. There is at least one try.
    report
        Gets a sentence at once and then every few seconds while no broker answers.

    Raises
    ------
    BrokersUnreachable
        If none does within the time.
    AuthenticationFailed
        As soon as one refuses: trying again would lock the user out.
    """
    limit = kafka.connect_timeout_seconds if timeout is None else timeout
    began, reported = monotonic(), -REPORT_INTERVAL
    while True:
        reason = await _probe(kafka)
        if reason is None:
            return
        waited = monotonic() - began
        if waited >= limit:
            raise BrokersUnreachable(
                f"no broker at {kafka.bootstrap_servers} within {limit:g} s: {reason}"
            )
        if report is not None and waited - reported >= REPORT_INTERVAL:
            reported = waited
            report(f"waiting for a broker at {kafka.bootstrap_servers}: {reason}")
        await asyncio.sleep(_RETRY_INTERVAL)


async def wait_shortly(kafka: KafkaSettings) -> None:
    """Return when a broker answers, as `wait_for_brokers` does, within `SHORT_WAIT` at most."""
    await wait_for_brokers(kafka, timeout=min(SHORT_WAIT, kafka.connect_timeout_seconds))


async def _probe(kafka: KafkaSettings) -> str | None:
    """Return why no broker can be used; None when one can."""
    arguments = client_arguments(kafka)
    hosts = arguments.pop("bootstrap_servers")
    arguments["request_timeout_ms"] = round(_PROBE_TIMEOUT * 1000)
    reasons = []
    for host, port, _ in collect_hosts(hosts):
        connection = AIOKafkaConnection(host, port, **arguments)
        try:
            await connection.connect()
            # A listener that wants a password or a certificate tells its versions to everybody, or
            # nothing before the first request.
            await connection.send(MetadataRequest([], allow_auto_topic_creation=False))
        except (OSError, KafkaError, TimeoutError) as error:
            why = refusal(error, kafka, host)
            if why is not None:
                raise AuthenticationFailed(f"{host}:{port} refused: {why}") from None
            reasons.append(f"{host}:{port}: {hung_up(error, kafka) or _said(error)}")
        else:
            return None
        finally:
            _let_go(connection)
    return "; ".join(reasons)


def _let_go(connection: AIOKafkaConnection) -> None:
    connection.close()
    # asyncio keeps how the connection ended for whoever waits for that. aiokafka does not, and what
    # nobody asked for is logged with a traceback, at whatever time it is collected.
    protocol = connection._protocol  # noqa: SLF001 - no public way
    if protocol is not None:
        ended = protocol._get_close_waiter(None)  # noqa: SLF001 - the same
        ended.add_done_callback(lambda future: future.cancelled() or future.exception())


def _said(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {_PROBE_TIMEOUT:g} s"
    return str(error).strip() or type(error).__name__
