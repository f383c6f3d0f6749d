"""The records of a run as they come: what is asked for and alerted, and labels as observations."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from confluent_kafka import Message

from benchmarks.comparing.even_traffic import Place
from schemas.tables.frames import decode_frame, is_frame
from schemas.tables.observations import Origin


class Seen:
    """Records as they come: requests, and labels among the observations.

    Attributes
    ----------
    requests
        By their ids, with the times at which each was published and was there.
    alerts, retrains
        By their ids, when each was there, and the rows that it rests on.
    """

    def __init__(self) -> None:
        self.requests: dict[str, tuple[float, float, dict[str, Any]]] = {}
        self.alerts: dict[str, tuple[float, list[Place]]] = {}
        self.retrains: dict[str, tuple[float, list[Place]]] = {}
        self._observed: dict[Place, float] = {}

    def observe(self, message: Message) -> None:
        """Take an observation: when its labels were published."""
        value = message.value() or b""
        for table in decode_frame(value) if is_frame(value) else ():
            if table.origin is Origin.LABELS:
                sources = [table.sources[each] for each in table.source_of.tolist()]
                for source, offset in zip(sources, table.offsets.tolist(), strict=True):
                    place = source.topic, source.partition, offset
                    self._observed.setdefault(place, message.timestamp()[1] / 1000)

    def ask(self, message: Message) -> None:
        """Take a rollback request."""
        request = orjson.loads(message.value() or b"")
        times = message.timestamp()[1] / 1000, time.time()
        self.requests.setdefault(request["request_id"], (*times, request))

    def alert(self, message: Message) -> None:
        """Take an alert."""
        told = orjson.loads(message.value() or b"")
        self.alerts.setdefault(told["alert_id"], (time.time(), [_place(told["detected_at"])]))

    def retrain(self, message: Message) -> None:
        """Take a retrain request: what it rests on ends with the rows that made it."""
        told = orjson.loads(message.value() or b"")
        ends = [_place(each) for each in told["training"]["end"]]
        self.retrains.setdefault(told["request_id"], (time.time(), ends))

    def others(
        self, those: Mapping[str, tuple[float, list[Place]]], labelled: Mapping[Place, float]
    ) -> Iterator[float]:
        """Yield of alerts, or of retrain requests, the seconds since the last of their labels.

        Alerts of a drift are of predictions, and not counted.
        """
        for arrived, places in those.values():
            known = [labelled[each] for each in places if each in labelled]
            if len(known) == len(places):
                yield arrived - max(known)

    def parts(self, labelled: Mapping[Place, float]) -> Iterator[tuple[float, float, float]]:
        """Yield of each request the seconds until its label was observed, it was made and came.

        Parameters
        ----------
        labelled
            When the label of the record at a place was handed to the producer.
        """
        for published, arrived, request in self.requests.values():
            place = _place(request["decided_at"])
            begun = labelled[place]
            yield self._observed[place] - begun, published - begun, arrived - begun


def _place(position: Mapping[str, Any]) -> Place:
    return position["topic"], position["partition"], position["offset"]
