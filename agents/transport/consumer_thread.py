"""The thread in which aiokafka's consumer runs."""

from __future__ import annotations

from asyncio import run_coroutine_threadsafe, wrap_future
from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import Any

from aiokafka.errors import KafkaError
from faust.transport.consumer import ensure_TP
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from mode import Service

from agents.transport.fetching_consumer import BlockConsumer
from agents.transport.known_topics import note_of
from agents.transport.missed import Missed
from agents.transport.options import TransportOptions

_GROUP_POLL = 0.5
"""Seconds between two looks at the group."""

_GROUP_STRIKES = 12
"""Errors of the group in a row that are borne: most pass with one of the next rebalances, which
aiokafka tries again after some seconds."""


class Fetched(dict[TP, Any]):
    """A `RecordBlock` of each partition, and the aiokafka assignment that they were taken under.

    Attributes
    ----------
    assignment
        An object of aiokafka's; None where nothing counts.
    positions
        Of each partition assigned, the offset before which there is nothing that was not handed out
        here or earlier.
    """

    assignment: object = None
    positions: Mapping[TP, int] = MappingProxyType({})


class BatchedConsumerThread(driver.AIOKafkaConsumerThread):
    """The thread of the aiokafka consumer.

    Parameters
    ----------
    options
        The transport's settings.
    crash
        Has the app crash; to be called in the loop of the app.
    tell_missed
        Gets what was deleted before it was read, in the loop of the app.
    confirm
        Asked, in the loop of the app, for topics that may have been made anew.
    """

    def __init__(
        self,
        *args: Any,
        options: TransportOptions,
        crash: Callable[[BaseException], Coroutine[Any, Any, None]],
        tell_missed: Callable[[Missed], None],
        confirm: Callable[[frozenset[str]], Coroutine[Any, Any, None]],
        **kwargs: Any,
    ) -> None:
        self._options = options
        self._crash_app = crash
        self._tell_missed = tell_missed
        self._confirm_in_app = confirm
        super().__init__(*args, **kwargs)

    def _create_worker_consumer(self, transport: driver.Transport) -> Any:
        # Written out because Faust has no hook for the isolation level or the fetch sizes, and
        # falls back to an assignor that does not co-partition when an app has no tables.
        options = self._options
        conf = self.app.conf
        self._assignor = self.app.assignor
        return BlockConsumer(
            note=note_of(options.topics) if options.topics else "",
            client_id=conf.broker_client_id,
            group_id=conf.id,
            bootstrap_servers=driver.server_list(transport.url, transport.default_port),
            partition_assignment_strategy=[self._assignor],
            enable_auto_commit=False,
            auto_offset_reset=conf.consumer_auto_offset_reset,
            max_poll_records=options.max_batch_records,
            max_poll_interval_ms=int((conf.broker_max_poll_interval or 0) * 1000),
            max_partition_fetch_bytes=options.max_partition_fetch_bytes,
            fetch_max_wait_ms=int(options.fetch_max_wait * 1000),
            request_timeout_ms=int(conf.broker_request_timeout * 1000),
            check_crcs=conf.broker_check_crcs,
            session_timeout_ms=int(options.session_timeout * 1000),
            rebalance_timeout_ms=int(options.rebalance_timeout * 1000),
            heartbeat_interval_ms=int(options.heartbeat_interval * 1000),
            isolation_level=options.isolation_level,
            metadata_max_age_ms=conf.consumer_metadata_max_age_ms,
            connections_max_idle_ms=conf.consumer_connections_max_idle_ms,
            **driver.credentials_to_aiokafka_auth(conf.broker_credentials, conf.ssl_context),
        )

    async def on_start(self) -> None:
        """Start the consumer, and have it doubt topics that may have been made anew."""
        await super().on_start()
        self._ensure_consumer().doubt(self._confirm)

    async def _confirm(self, topics: frozenset[str]) -> None:
        await wrap_future(run_coroutine_threadsafe(self._confirm_in_app(topics), self.parent_loop))

    async def _fetch_records(
        self,
        consumer: Any,
        active_partitions: set[TP],
        timeout: float | None = None,  # noqa: ASYNC109 - Faust's signature
        max_records: int | None = None,
    ) -> Fetched:
        records = await super()._fetch_records(consumer, active_partitions, timeout, max_records)
        for missed in consumer.take_missed():
            self.parent_loop.call_soon_threadsafe(self._tell_missed, missed)
        fetched = Fetched(records)
        if fetched and not self.consumer.flow_active:
            # The fetch began before a rebalance and ended within it. Nobody will deliver these,
            # and where nothing was committed yet no seek will go back to them.
            for tp, batch in fetched.items():
                consumer.seek(tp, batch[0].offset)
            return Fetched()
        assignment = fetched.assignment = self.current_assignment()
        if assignment is not None:
            states = {tp: assignment.state_value(tp) for tp in assignment.tps}
            fetched.positions = {
                ensure_TP(tp): state.position
                for tp, state in states.items()
                if state is not None and state.has_valid_position
            }
        return fetched

    @Service.task
    async def _watch_group(self) -> None:
        # aiokafka hands trouble of the group (a refused authorization, an unknown error) to
        # whoever calls getmany(), and waits. Faust does not call it: the worker would fall silent.
        strikes = 0
        while not self.should_stop:
            await self.sleep(_GROUP_POLL)
            try:
                self._ensure_consumer()._coordinator.check_errors()  # noqa: SLF001 - no public way
            except KafkaError as error:
                strikes += 1
                self.log.warning("the group has a problem, trying again: %r", error)
                if strikes > _GROUP_STRIKES:
                    # In the loop of the app: its services are not to be touched from this thread.
                    run_coroutine_threadsafe(self._crash_app(error), self.parent_loop)
                    return
            else:
                assignment = self.current_assignment()
                if assignment is not None and assignment.active:
                    strikes = 0

    def current_assignment(self) -> Any:
        """Return aiokafka's assignment: a new object after each rebalance; None before any."""
        subscriptions = self._ensure_consumer()._subscription  # noqa: SLF001 - no public way
        subscription = subscriptions.subscription
        return subscription.assignment if subscription is not None else None

    def partition_state(self, tp: TP) -> Any:
        """Return aiokafka's state of an assigned partition, or None."""
        assignment = self.current_assignment()
        return assignment.state_value(tp) if assignment is not None else None
