"""What an operator may set about the connection to Kafka."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from faust.types.auth import CredentialsT

from agents.transport.known_topics import KnownTopic
from agents.transport.sizes import REQUEST

IsolationLevel = Literal["read_uncommitted", "read_committed"]
Compression = Literal["gzip", "snappy", "lz4", "zstd"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportOptions:
    """
    Settings of the transport; the defaults are safe. Times are in seconds, sizes in bytes.

    Attributes
    ----------
    session_timeout, heartbeat_interval
        A worker that died is replaced after the first; it must exceed the second.
    rebalance_timeout
        How long a worker may take to finish its batches when partitions move.
    request_timeout
        Until a request, or a record that the broker does not acknowledge, fails.
    commit_interval
        Between two commits; a crash replays at most about this much.
    isolation_level
        ``read_committed`` leaves out the records of aborted transactions.
    max_batch_records
        Most records fetched at once, over all partitions.
    max_slice_records
        Most records of a partition before it is another's turn; bounds how far aligned partitions
        run apart while a worker catches up.
    max_round_records
        Records of several slices above which no further one is added to what an agent gets at
        once; bounds how long that takes.
    aligned_topics
        Topics whose partitions are handed on in the order of their records' times, all together.
    gathering_time
        How long a partition that gains by it is left alone after a fetch, while aligned ones bring
        more than is handled (`agents.transport.app.enlarge_rounds_where`).
    alignment_timeout
        How long aligned partitions wait for one that has unread records and brings none.
    max_partition_fetch_bytes
        Most bytes, compressed, that the broker sends of one partition at once.
    fetch_max_wait
        How long the broker holds a fetch that has nothing to return. A partition with new records
        can wait this long behind idle ones of the same broker, so it bounds the latency.
    buffered_batches
        Batches that may wait in front of an agent.
    compression, max_request_bytes
        Of the producer.
    stall_timeout
        A worker with something to read, ack or commit and no progress for this long crashes.
    topics
        Those that the app works with, as it has found them: committed beside the offsets.
    version
        Of what workers write for one another: told to the other members of the group.
    """

    session_timeout: float = 6.0
    heartbeat_interval: float = 1.5
    rebalance_timeout: float = 60.0
    request_timeout: float = 30.0
    commit_interval: float = 1.0
    isolation_level: IsolationLevel = "read_committed"
    max_batch_records: int = 20_000
    max_slice_records: int = 500
    max_round_records: int = 6000
    aligned_topics: frozenset[str] = frozenset()
    gathering_time: float = 0.3
    alignment_timeout: float = 1.0
    max_partition_fetch_bytes: int = 2_097_152
    fetch_max_wait: float = 0.1
    buffered_batches: int = 8
    compression: Compression | None = None
    max_request_bytes: int = REQUEST
    credentials: CredentialsT | None = None
    ssl_context: ssl.SSLContext | None = None
    stall_timeout: float = 300.0
    client_id: str = "driftline"
    topics: Mapping[str, KnownTopic] = field(default_factory=dict)
    version: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot work, all of it at once."""
        wrong = [
            f"{name} must be {expected}, not {getattr(self, name)!r}"
            for name, expected, right in (
                (
                    "heartbeat_interval",
                    f"positive and below session_timeout ({self.session_timeout})",
                    0 < self.heartbeat_interval < self.session_timeout,
                ),
                (
                    "session_timeout",
                    f"at most request_timeout ({self.request_timeout})",
                    self.session_timeout <= self.request_timeout,
                ),
                ("rebalance_timeout", "positive", self.rebalance_timeout > 0),
                ("commit_interval", "positive", self.commit_interval > 0),
                ("max_batch_records", "at least 1", self.max_batch_records >= 1),
                # The pressure threshold of the queue is a fraction of this; below 2 it is zero.
                ("buffered_batches", "at least 2", self.buffered_batches >= 2),
                ("stall_timeout", "positive", self.stall_timeout > 0),
            )
            if not right
        ]
        if wrong:
            raise ValueError("; ".join(wrong))
