"""Sends traffic in the background, whatever befalls the brokers."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from app.settings import Settings, TopicRole
from tests.chaos.ledger import Ledger
from tests.chaos.traffic import Item

_TICK: Final = 0.02
_PATIENCE: Final = 180.0
_GONE: Final = (KafkaError._UNKNOWN_TOPIC, KafkaError._UNKNOWN_PARTITION)


class Feeder:
    """A producer that loses nothing: idempotent, patient, and with an account of what arrived.

    Parameters
    ----------
    settings
        Where the topics are.
    ledger
        Gets what was acknowledged.
    """

    def __init__(self, settings: Settings, ledger: Ledger, **options: Any) -> None:
        self._topics = settings.topics
        self._ledger = ledger
        self._failures: list[str] = []
        self._latest: dict[tuple[TopicRole, int], int] = defaultdict(lambda: -1)
        self._producer = Producer(
            {
                "bootstrap.servers": settings.kafka.bootstrap_servers,
                "enable.idempotence": True,
                "delivery.timeout.ms": round(_PATIENCE * 1000),
                "message.max.bytes": 8_000_000,
                "reconnect.backoff.max.ms": 500,
                "linger.ms": 5,
                "log_level": 0,
                **options,
            }
        )
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def producer(self) -> Producer:
        """The client, for transactions."""
        return self._producer

    def send(self, item: Item) -> None:
        """Send one record, once its topic is there: one that is made anew is gone for a moment."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                self._producer.produce(
                    self._topics.full_name(item.role),
                    key=item.key,
                    value=item.value,
                    partition=item.partition,
                    timestamp=item.time,
                    on_delivery=partial(self._delivered, item),
                )
            except KafkaException as error:
                is_gone = error.args[0].code() in _GONE
                if not is_gone or time.monotonic() >= deadline:
                    raise
                self._producer.poll(_TICK)
            else:
                return

    def start(self, items: Iterable[Item], rate: float) -> None:
        """Send, from another thread, so many records a second until `stop`."""
        self._stopped.clear()
        self._thread = threading.Thread(target=self._feed, args=(items, rate), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait until the broker has acknowledged everything."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(_PATIENCE)
            self._thread = None
        left = self._producer.flush(_PATIENCE)
        if left or self._failures:
            raise RuntimeError(f"{left} records not sent; {self._failures[:3]}")

    def _feed(self, items: Iterable[Item], rate: float) -> None:
        began = time.monotonic()
        for sent, item in enumerate(items):
            while sent >= rate * (time.monotonic() - began) or len(self._producer) > 50_000:
                if self._stopped.is_set():
                    # A record that was taken from the traffic is sent.
                    self.send(item)
                    return
                self._producer.poll(_TICK)
            self.send(item)

    def _delivered(self, item: Item, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            self._failures.append(str(error))
            return
        partition = item.role, item.partition
        offset = message.offset()
        if offset is None:
            # The broker had it already, and only its first answer, with the offset, was lost. An
            # idempotent producer's records of one partition lie one after the other.
            offset = self._latest[partition] + 1
        self._latest[partition] = offset
        self._ledger.note(item, offset)
