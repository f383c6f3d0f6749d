"""
A Faust consumer that delivers rounds of slices, and keeps its own account of what is acked.

How a record cannot get lost between the broker and an agent: records are taken from aiokafka in
one step together with the assignment that they belong to; they are delivered only while that very
assignment holds, and put back when delivery was suspended in that moment.
"""

from __future__ import annotations

import gc
import logging
from asyncio import CancelledError, Event, timeout
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from time import monotonic
from typing import Any, cast

from faust.transport.consumer import ensure_TP
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage, Message
from faust.types.tuples import ack_lock
from mode import Service
from mode.utils.futures import notify

from agents.records.record import Record
from agents.transport.alignment import Alignment
from agents.transport.consumer_thread import BatchedConsumerThread, Fetched
from agents.transport.gathering import Gathering
from agents.transport.hooks import ConsumerHooks
from agents.transport.missed import Missed
from agents.transport.options import TransportOptions
from agents.transport.progress import PartitionProgress

logger = logging.getLogger(__name__)

_BACK_PRESSURE_POLL = 0.05
"""Seconds; a partition whose queue has drained is not seen by a fetch that is already waiting."""

_DRAIN_POLL = 1.0
"""Seconds between two commits of what has been acked while a drain waits for the rest."""

_SHARE_OF_TIMEOUT = 0.9
"""Of the request time-out, for committed offsets."""


class PositionsUnknown(RuntimeError):
    """The committed offsets of an assignment could not be had in time."""


class StalledConsumer(RuntimeError):
    """There was something to read, ack or commit, and nothing moved for too long."""


class BatchedConsumer(driver.Consumer):
    """
    A Faust consumer whose messages are rounds of slices.

    Parameters
    ----------
    options
        The transport's settings.
    hooks
        The app's own part.

    Attributes
    ----------
    progress
        The ledger of each partition that this worker holds.
    rewinds
        Offsets from which partitions are read at the next resumption, where more is committed.
    """

    _thread: BatchedConsumerThread

    def __init__(
        self, *args: Any, options: TransportOptions, hooks: ConsumerHooks, **kwargs: Any
    ) -> None:
        self.options = options
        self.progress: dict[TP, PartitionProgress] = {}
        self._hooks = hooks
        self._ends: dict[Message, list[tuple[TP, int]]] = {}
        """Partition and last offset of the slices of each round that is not acked."""
        self._reactivated = Event()
        self._abandoned = Event()
        self._renewed = Event()
        self._alignment = Alignment(
            self.options.aligned_topics,
            most=self.options.max_slice_records,
            patience=self.options.alignment_timeout,
        )
        self._gathering = Gathering(hooks.prefers_larger_rounds, self.options.gathering_time)
        self.rewinds: dict[TP, int] = {}
        self._fetched_under: object = None
        self._flow_stopped_at: float | None = None
        self._rebalances = 0
        """Revocations and assignments that have begun."""
        self._sought_at = 0
        """How many there were when the positions were set that are read from."""
        super().__init__(*args, **kwargs)

    def _new_consumer_thread(self) -> BatchedConsumerThread:
        return BatchedConsumerThread(
            self,
            options=self.options,
            crash=self.crash,
            tell_missed=self._tell_missed,
            confirm=self._confirm,
            loop=self.loop,
            beacon=self.beacon,
        )

    def _tell_missed(self, missed: Missed) -> None:
        logger.warning(
            "%d records of %s, partition %d, were deleted before they were read: offset %d was to "
            "be read next, and the first that is left is %d",
            missed.records,
            *missed.tp,
            missed.begin,
            missed.end,
        )
        for hook in self._hooks.missed:
            hook(missed)

    async def _confirm(self, topics: frozenset[str]) -> None:
        for hook in self._hooks.confirm:
            await hook(topics)

    # -- delivery

    async def getmany(
        self,
        timeout: float,  # noqa: ASYNC109 - Faust's signature
    ) -> AsyncIterator[tuple[TP, Message]]:
        """Yield one message per round of slices, in the order of time."""
        if not self._is_current():
            self._alignment.clear()
        if not self.flow_active or self._due() is None:
            records, _ = await self._wait_next_records(timeout)
            if isinstance(records, Fetched):
                self._take(records)
        while (tp := self._due()) is not None:
            # A rebalance between two batches: the new assignment starts from what is committed.
            if not self._is_current() or tp not in self.progress:
                self._alignment.clear()
                return
            if self.should_stop or not self.flow_active:
                return
            yield tp, self._to_round(tp)

    def _to_round(self, tp: TP) -> ConsumerMessage:
        """Return a message of the slice that is due, and of those that are due right after it.

        Under load a round is large, for much of the work is paid once for each; where nothing
        waits it is a slice of what has just come. The order is that of the slices either way.
        """
        now = monotonic()
        slices: list[Sequence[Record]] = []
        ends: list[tuple[TP, int]] = []
        records, due = 0, cast("TP | None", tp)
        while due is not None and (progress := self.progress.get(due)) is not None:
            batch = self._alignment.pop(due)
            last = batch[-1].offset
            end = self.end_offset(due)
            if end is not None:
                self.app.monitor.track_tp_end_offset(due, end)
            progress.deliver(last, now)
            # The base class compares with the last offset read, and takes what lies between two
            # messages for a gap; what `getmany` checks is stricter, and a slice is all "gap".
            self._read_offset.pop(due, None)
            slices.append(batch)
            ends.append((due, last))
            records += len(batch)
            if not self._alignment.is_aligned(due) or records >= self.options.max_round_records:
                break
            due = self._due()
            if due is not None and not self._alignment.is_aligned(due):
                break
        if self._alignment.is_aligned(tp):
            self._gathering.note_load(is_behind=records >= self.options.max_round_records)
        else:
            self._gathering.note_fetch(tp, now)
        message = self._to_message(tp, slices[0][-1])
        message.key = None
        message.headers = None
        message.value = slices  # type: ignore[assignment] # Faust says bytes; here it is a round
        self._ends[message] = ends
        return message

    def _take(self, records: Fetched) -> None:
        if records.assignment is not self._fetched_under:
            self._alignment.clear()
            self._fetched_under = records.assignment
        self._alignment.take({ensure_TP(tp): batch for tp, batch in records.items()})
        if self._is_current():
            for tp, position in records.positions.items():
                if (progress := self.progress.get(tp)) is not None:
                    progress.read_to = position

    def _is_current(self) -> bool:
        return self._fetched_under is self._thread.current_assignment()

    def _due(self) -> TP | None:
        now = monotonic()
        held = self._alignment.held
        for tp in held:
            if (progress := self.progress.get(tp)) is not None:
                progress.hold(now)
        unread = (tp for tp in self.progress if tp not in held and self._may_have_unread(tp))
        return self._alignment.due(unread, self._buffered_partitions, now)

    async def _wait_next_records(
        self,
        timeout: float,  # noqa: ASYNC109 - Faust's signature
    ) -> tuple[Mapping[TP, list[Any]] | None, set[TP] | None]:
        if not self.flow_active:
            await self.wait(self.can_resume_flow)  # type: ignore[arg-type] # mode's Event type
        # A new set: the thread must not see it emptied by a rebalance, for aiokafka takes an
        # empty set for "all partitions".
        gathering = self._gathering.partitions(monotonic())
        active = set(self._get_active_partitions()).difference(self._alignment.held, gathering)
        if gathering:
            timeout = min(timeout, _BACK_PRESSURE_POLL)
        if not active:
            # The base class sleeps for a second here, full queues or not.
            self._reactivated.clear()
            # mode has an Event type of its own, in two places
            await self.wait(self._reactivated, timeout=timeout)  # type: ignore[arg-type]
            return None, active
        if self._buffered_partitions or self._alignment.held:
            timeout = min(timeout, _BACK_PRESSURE_POLL)
        return await self._getmany(active, timeout), active

    def on_buffer_drop(self, tp: TP) -> None:
        """Fetch from a partition again, its queue having drained."""
        # The queue may outlive the assignment: what was revoked must not become active.
        if tp in self.progress:
            super().on_buffer_drop(tp)
            self._reactivated.set()

    def resume_partitions(self, tps: Iterable[TP]) -> None:
        """Fetch from partitions again."""
        super().resume_partitions(tps)
        self._reactivated.set()

    # -- acks and commits

    def ack(self, message: Message) -> bool:
        """
        Mark a round as done; each of its slices must be the oldest outstanding of its partition.

        Returns
        -------
        bool
            False if it was acked before, never reached an agent, or belongs to an assignment
            that is over: then nothing is recorded.

        Raises
        ------
        OutOfOrderAck
            If an earlier slice is still outstanding.
        """
        with ack_lock:
            if message.acked or message not in self._unacked_messages:
                return False
            message.acked = True
            self._unacked_messages.discard(message)
            notify(self._waiting_for_ack)
            ends = self._ends.pop(message, [])
            if message.generation_id != self.app.consumer_generation_id:
                return False
            now, recorded = monotonic(), False
            for tp, last in ends:
                if (progress := self.progress.get(tp)) is not None:
                    progress.ack(last, now)
                    recorded = True
            return recorded

    def _filter_tps_with_pending_acks(
        self, topics: Iterable[str | TP] | None = None
    ) -> Iterator[TP]:
        wanted = None if topics is None else set(topics)
        return (tp for tp in self.progress if wanted is None or tp in wanted or tp.topic in wanted)

    def _filter_committable_offsets(self, tps: Iterable[TP]) -> dict[TP, int]:
        if self._is_current():
            # What an assignment that is over had fetched may have been dropped.
            for tp in self.progress.keys() - self._alignment.held:
                self.progress[tp].settle()
        return {
            tp: offset
            for tp in tps
            if (progress := self.progress.get(tp)) is not None
            and (offset := progress.committable) is not None
        }

    async def _commit_offsets(
        self,
        offsets: Mapping[TP, int],
        start_new_transaction: bool = True,  # noqa: ARG002 - Faust's signature
    ) -> bool:
        if self.crashed:
            # The crash has reached the thread, which is leaving the group by now.
            return False
        held = self.assignment()
        wanted = {tp: offset for tp, offset in offsets.items() if tp in held}
        ledgers = {tp: self.progress.get(tp) for tp in wanted}
        # No flush of the producer, as in the base class: acks follow their outputs.
        try:
            if not wanted or not await self._commit(wanted):
                return False
        except CancelledError:
            if self._crashed.is_set():
                return False
            raise
        now = monotonic()
        for tp, offset in wanted.items():
            progress = ledgers[tp]
            if progress is not None:
                progress.commit(offset, now)
        self._committed_offset.update(wanted)
        self.app.monitor.on_tp_commit(wanted)
        return True

    async def rewind(self, offsets: Mapping[TP, int]) -> None:
        """Commit earlier offsets of partitions, and nothing of these any more.

        For a worker that ends: whoever holds the partitions next reads on from there.
        """
        # Without a ledger, acks are not recorded and nothing is committable.
        ledgers = {tp: self.progress.pop(tp, None) for tp in offsets}
        earlier = {
            tp: offset
            for tp, offset in offsets.items()
            if (progress := ledgers[tp]) is not None
            and max(progress.committed_to or 0, progress.acked_to or 0) > offset
        }
        if earlier:
            await self._commit(earlier)
            self._committed_offset.update(earlier)

    async def wait_empty(self) -> None:
        """Ask agents to finish what they hold, then wait until all of it is acked."""
        for hook in self._hooks.drain:
            hook()
        while self._unacked_messages and not (self.should_stop or self._abandoned.is_set()):
            await self.commit()
            # What was dropped unhandled leaves the set when it is freed, be it in a cycle.
            gc.collect()
            await self._wait_for_ack(timeout=_DRAIN_POLL)
            self._clean_unacked_messages()
        if not self._abandoned.is_set():
            await self.commit_and_end_transactions()

    async def abandon(self) -> None:
        """Do not wait for what this assignment has brought any more; wait for the next one."""
        self._abandoned.set()
        notify(self._waiting_for_ack)
        await self._renewed.wait()

    # -- assignment

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Open the ledgers, then go through Faust's callbacks, at whose end fetching resumes."""
        # Faust stops the flow at revocation, but not for a worker that held nothing. That worker
        # would fetch at once, and what it fetched is cleared from the queues at the resumption.
        self.stop_flow()
        self._rebalances += 1
        if not assigned:
            self._sought_at = self._rebalances  # Faust does not seek then
        now = monotonic()
        self.progress = {tp: PartitionProgress(now) for tp in assigned}
        # Left from before, they would make a partition count as one under pressure.
        self._buffered_partitions.clear()
        self._alignment.clear()
        self._ends.clear()
        self._gathering.clear()
        # Who still holds one of these does not ack it, and a drain would wait for it for ever.
        self._unacked_messages.clear()
        self._abandoned.clear()
        self._renewed.set()
        self._renewed = Event()
        await super().on_partitions_assigned(assigned, generation_id)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Go through Faust's callbacks, which drain and commit, then close the ledgers."""
        self._rebalances += 1
        await super().on_partitions_revoked(revoked)
        for tp in revoked:
            self.progress.pop(tp, None)

    async def perform_seek(self) -> None:
        """Seek to the committed offsets, and note them; or back to where a state stands.

        Raises
        ------
        PositionsUnknown
            If the brokers do not say them in time; the app crashes. Faust's recovery takes its own
            time-out, which is a little longer, for a stop, and would end in silence.
        """
        rebalances = self._rebalances
        limit = self.app.conf.broker_request_timeout * _SHARE_OF_TIMEOUT
        try:
            async with timeout(limit):
                await self._seek_all()
        except TimeoutError:
            error = PositionsUnknown(f"no committed offsets from the brokers within {limit:g} s")
            await self.crash(error)
            raise error from None
        self._sought_at = rebalances

    async def _seek_all(self) -> None:
        await super().perform_seek()
        rewinds, self.rewinds = self.rewinds, {}
        for tp, offset in rewinds.items():
            if tp in self.progress and (self._committed_offset.get(tp) or 0) > offset:
                await self.seek(tp, offset)
        for tp, progress in self.progress.items():
            progress.committed_to = self._committed_offset.get(tp)

    def resume_flow(self) -> None:
        """Let records be delivered, unless their positions are not those of this assignment.

        Faust asks for it at the end of its recovery from a rebalance, after `perform_seek`, even
        where the next rebalance has begun meanwhile. What was delivered between the two recoveries
        would come from wherever aiokafka stood, and Faust would clear it from the queues at the end
        of the second one, with later records handled already.
        """
        if self._sought_at == self._rebalances:
            super().resume_flow()
        else:
            self.log.info("the next rebalance has begun: not reading yet")

    # -- gauges

    def end_offset(self, tp: TP) -> int | None:
        """Return the offset after the last record that can be read, as of the last fetch."""
        state = self._thread.partition_state(tp)
        if state is None:
            return None
        committed_only = self.options.isolation_level == "read_committed"
        return cast("int | None", state.lso if committed_only else state.highwater)

    def lag(self, tp: TP) -> int | None:
        """Return how many offsets of a partition are not committed; None while unknown."""
        progress = self.progress.get(tp)
        end = self.end_offset(tp)
        if progress is None or end is None:
            return None
        return max(end - (progress.committed_to or 0), 0)

    @Service.task
    async def _commit_livelock_detector(self) -> None:
        # Takes the place of Faust's, which only logs.
        async for _ in self.itertimer(min(self.options.stall_timeout / 4, 5.0), name="stall"):
            await self._check_progress(monotonic())

    async def _check_progress(self, now: float) -> None:
        stalled = {
            str(tp): progress.stalled_for(now, unread=self._has_unread(tp))
            for tp, progress in self.progress.items()
        }
        if self.flow_active:
            self._flow_stopped_at = None
        else:
            self._flow_stopped_at = self._flow_stopped_at or now
            stalled = {"rebalance": now - self._flow_stopped_at}
        late = {name: age for name, age in stalled.items() if age > self.options.stall_timeout}
        if late:
            await self.crash(StalledConsumer(f"no progress, by seconds: {late}"))

    def _may_have_unread(self, tp: TP) -> bool:
        """Tell whether a partition has unread records; one that was never fetched may have."""
        return self.end_offset(tp) is None or self._has_unread(tp)

    def _has_unread(self, tp: TP) -> bool:
        state = self._thread.partition_state(tp)
        end = self.end_offset(tp)
        return (
            state is not None
            and end is not None
            and state.has_valid_position
            and state.position < end
        )
