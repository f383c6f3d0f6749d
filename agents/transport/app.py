"""The one set-up of Faust that loses nothing, and the registration of agents on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

import faust
from faust.types import TP, AgentT, AppT, EventT, Message, StreamT
from mode.supervisors import CrashingSupervisor

from agents.transport.consumer import BatchedConsumer
from agents.transport.doubtful_fetches import Confirm
from agents.transport.driver import BatchedTransport
from agents.transport.member_versions import MemberVersions
from agents.transport.missed import Missed
from agents.transport.options import TransportOptions
from agents.transport.rounds import BatchEvent, ReadAgain
from agents.work_thread import WorkThread


class BatchApp(faust.App):
    """A Faust app without tables, and without the directories that Faust makes for them.

    It owns the threads of its stages and stores: what gives them work are its services and its
    tasks, and when these have ended it ends the threads, the youngest first.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._threads: list[WorkThread] = []
        super().__init__(*args, **kwargs)

    def work_thread(self, name: str) -> WorkThread:
        """Return a new thread, which ends with the app."""
        self._threads.append(WorkThread(name))
        return self._threads[-1]

    async def on_shutdown(self) -> None:
        """Join the threads: all that might give them work has ended."""
        await super().on_shutdown()
        while self._threads:
            await self._threads.pop().end()

    members: MemberVersions
    """What assigns the partitions."""

    def _create_directories(self) -> None:
        """Make none."""


class _RawBatch(faust.Schema[Any, Any]):
    """Passes batches on as they are: bytes are decoded by us, where errors can be handled."""

    def compile(self, app: AppT, **_: Any) -> Any:
        async def decode(message: Message, *, propagate: bool = False) -> EventT[Any]:  # noqa: ARG001 - Faust's signature
            return app.create_event(None, message.value, None, message)

        return decode


def make_faust_app(*, name: str, bootstrap: str, options: TransportOptions) -> BatchApp:
    """
    Return an app on the batched transport; it connects when it is started.

    Parameters
    ----------
    name
        The consumer group.
    bootstrap
        Brokers, ``host:port[,host:port...]``.

    Notes
    -----
    Topics are neither declared nor created by Faust: make and check them first.
    """
    app = BatchApp(
        id=name,
        broker=[f"kafka://{address.strip()}" for address in bootstrap.split(",")],
        broker_credentials=options.credentials,
        ssl_context=options.ssl_context,
        broker_client_id=options.client_id,
        broker_commit_interval=options.commit_interval,
        broker_heartbeat_interval=options.heartbeat_interval,
        broker_rebalance_timeout=options.rebalance_timeout,
        broker_request_timeout=options.request_timeout,
        broker_session_timeout=options.session_timeout,
        broker_max_poll_records=options.max_batch_records,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=options.max_partition_fetch_bytes,
        producer_acks=-1,
        producer_compression_type=options.compression,
        # A round's observations are one record, and what is sent meanwhile goes with the next
        # request: waiting for more only made alerts late.
        producer_linger=0.0,
        producer_max_request_size=options.max_request_bytes,
        producer_request_timeout=options.request_timeout,
        agent_supervisor=CrashingSupervisor,
        autodiscover=False,
        # No tables, so no standbys; with them, Faust's assignor may leave a worker idle. That none
        # also means "do not co-partition" to Faust is seen to by the transport.
        table_standby_replicas=0,
        stream_buffer_maxsize=options.buffered_batches,
        stream_wait_empty=True,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        worker_redirect_stdouts=False,
    )
    app.members = app.assignor = MemberVersions(app, own=options.version)
    app.transport = BatchedTransport(app.conf.broker_consumer, app, options)
    return app


def batch_agent(
    app: BatchApp,
    *,
    name: str,
    topics: Sequence[str],
    handler: Callable[[BatchEvent], Awaitable[None]],
) -> AgentT[Any]:
    """
    Register an agent whose handler gets one event per partition batch.

    The handler must see to it that each event is acked, in order
    (`agents.transport.delivery.Delivery`). If it raises, the worker crashes and the batch is
    replayed by the next one; from the offsets that it names, where that is a `ReadAgain`.

    Parameters
    ----------
    topics
        What it reads. A topic belongs to one agent.

    Raises
    ------
    ValueError
        If another agent reads one of the topics.
    """
    taken = {
        topic
        for agent in app.agents.values()
        for topic in cast("Any", agent.channel).topics
        if topic in topics
    }
    if taken:
        raise ValueError(f"another agent reads {', '.join(sorted(taken))}")

    async def consume(stream: StreamT[Any]) -> None:
        async for event in cast("faust.Stream[Any]", stream).noack().events():
            try:
                await handler(event)
            except ReadAgain as error:
                await cast("BatchedConsumer", app.consumer).rewind(error.stretches)
                raise

    consume.__module__, consume.__qualname__ = __name__, name  # what Faust's log calls it
    channel = app.topic(*topics, schema=_RawBatch())
    register = app.agent(channel, name=name, supervisor_strategy=CrashingSupervisor)
    return register(consume)


def on_drain(app: BatchApp, hook: Callable[[], None]) -> None:
    """Have `hook` called when a rebalance or a shutdown starts to wait for batches in hand."""
    cast("BatchedTransport", app.transport).hooks.drain.append(hook)


def on_missed(app: BatchApp, hook: Callable[[Missed], None]) -> None:
    """Have `hook` called with what was deleted before it was read."""
    cast("BatchedTransport", app.transport).hooks.missed.append(hook)


def confirm_by(app: BatchApp, confirm: Confirm) -> None:
    """Have `confirm` awaited before anything is read of topics that may have been made anew."""
    cast("BatchedTransport", app.transport).hooks.confirm.append(confirm)


def enlarge_rounds_where(app: BatchApp, gains: Callable[[TP], bool]) -> None:
    """Have a partition fetched less often while the worker is behind, where `gains` is true of it.

    It is for what the app itself sends and reads, of which larger rounds are cheaper.
    """
    cast("BatchedTransport", app.transport).hooks.round_rules.append(gains)
