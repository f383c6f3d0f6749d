"""What is reckoned of the records that the measurement of rollback requests sees."""

from typing import cast

import numpy as np
import orjson
import pytest
from confluent_kafka import Message

from benchmarks.comparing.rollback_delay import Delays, told
from benchmarks.comparing.seen import Seen
from schemas.documents import examples
from schemas.tables.columns import Column, Kind, Role
from schemas.tables.frames import encode_frame
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Source


class Published:
    """A record as its consumer has it: a value, and the time at which it was published."""

    def __init__(self, value: bytes, milliseconds: int) -> None:
        self._value, self._time = value, milliseconds

    def value(self) -> bytes:
        return self._value

    def timestamp(self) -> tuple[int, int]:
        return 1, self._time


def of(value: bytes, milliseconds: int) -> Message:
    return cast("Message", Published(value, milliseconds))


def labels(offset: int) -> bytes:
    """Return an observation of one label."""
    one = np.zeros(1)
    table = ObservationTable(
        Origin.LABELS,
        (ModelRows("fraud", "8", 1),),
        (Source("labels", 2),),
        np.zeros(1, dtype=np.int64),
        np.array([offset]),
        np.array([1_772_366_400_000]),
        (Column("error", Role.ERROR, Kind.BOOLEAN, one),),
    )
    return encode_frame([table])


def test_each_part_of_the_way_is_counted_from_the_label_that_decided() -> None:
    seen = Seen()
    request = {
        **examples.ROLLBACK_REQUEST,
        "decided_at": {**examples.ROLLBACK_REQUEST["decided_at"], "partition": 2, "offset": 7},
    }
    seen.observe(of(b"{}", 0))
    for number, offset in enumerate((6, 7, 7)):  # the last one comes again
        seen.observe(of(labels(offset), 1000 + 200 * number))
    seen.ask(of(orjson.dumps(request), 1500))

    ((observed, decided, arrived),) = seen.parts({("labels", 2, 7): 1.0})

    assert observed == pytest.approx(0.2)
    assert decided == pytest.approx(0.5)
    assert arrived > decided


def test_alerts_and_retrain_requests_count_from_the_last_of_their_labels() -> None:
    seen, labelled = Seen(), {("labels", 0, 1): 1.0, ("labels", 1, 4): 2.0}
    alert = dict(examples.PERFORMANCE_ALERT)
    for number, (topic, offset) in enumerate((("labels", 1), ("predictions", 1))):
        at = {**alert["detected_at"], "topic": topic, "partition": 0, "offset": offset}
        told = {**alert, "alert_id": str(number), "detected_at": at}
        seen.alert(of(orjson.dumps(told), 0))
    ends = [{**alert["detected_at"], "topic": "labels", "partition": 0, "offset": 1}]
    ends.append({**ends[0], "partition": 1, "offset": 4})
    training = {**examples.RETRAIN_REQUEST["training"], "end": ends}
    seen.retrain(of(orjson.dumps({**examples.RETRAIN_REQUEST, "training": training}), 0))

    (alerted,) = seen.others(seen.alerts, labelled)  # that of a prediction is of a drift
    (asked,) = seen.others(seen.retrains, labelled)
    assert alerted == pytest.approx(asked + 1.0, abs=0.5)


def test_the_broker_is_told_with_the_figures() -> None:
    assert told(Delays(100, 0.2, 0.7, 0.9, "embedded", 0.3, 0.6, 0.4, 0.5)) == {
        "broker": "embedded",
        "requests": 100,
        "p50_s": 0.2,
        "p99_s": 0.7,
        "largest_s": 0.9,
        "observed_p99_s": 0.3,
        "decided_p99_s": 0.6,
        "alert_p99_s": 0.4,
        "retrain_p99_s": 0.5,
    }
