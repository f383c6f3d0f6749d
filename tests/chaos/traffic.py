"""What is sent: predictions that drift, labels, model events, and what should not be sent."""

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from heapq import heappop, heappush
from itertools import count
from typing import Any, Final

import orjson

from agents.transport.publisher import partition_of
from app.settings import TopicRole
from detectors.routing.making import made_of, ramped
from schemas.events.codec import encode_event
from schemas.events.model_event import ModelEventType
from schemas.events.routing import DecidedBy
from schemas.events.times import format_time
from tests.chaos.poison import ODD_VALUES, poison, silence

FIRST_TIME: Final = 1_750_000_000
"""Event time of the first prediction, seconds since the epoch; one second between two."""

DAY: Final = 86_400

RACING: Final[Sequence[ModelEventType]] = (
    ModelEventType.ROLLED_BACK,
    ModelEventType.ALERT_ACKNOWLEDGED,
)
"""Model events that answer no request: what comes of them is defined beside alerts as well."""

EXTENDING: Final[Sequence[ModelEventType]] = (
    *RACING,
    ModelEventType.RETRAIN_ACKNOWLEDGED,
    ModelEventType.RETRAIN_STARTED,
)
"""Those with which it is as long as no request expires: they are remembered by their time."""


class Fate(Enum):
    """What should become of a record."""

    OBSERVED = auto()
    LABEL = auto()
    NOTICED = auto()
    ROUTED = auto()
    REFUSED = auto()
    SKIPPED = auto()
    """Nothing may come of it: it says nothing."""

    UNSEEN = auto()
    """Nobody may see it: it was written in a transaction that was aborted."""


@dataclass(frozen=True, slots=True)
class Item:
    """A record to send.

    Attributes
    ----------
    role, partition, key, value
        Where it goes, and what it is.
    fate
        What should become of it.
    model, version
        Whose prediction it is; empty for others.
    own_id
        What tells it from others: that of a prediction or label, of a model event the id of the
        alert that it names, and of a route its own; empty of the end of one.
    time
        The record's own time in milliseconds; 0 for that of sending.
    """

    role: TopicRole
    partition: int
    key: str | None
    value: bytes | None
    fate: Fate
    model: str = ""
    version: str = ""
    own_id: str = ""
    time: int = 0


@dataclass(frozen=True, slots=True)
class TrafficOptions:
    """What is sent; shares are from 0 to 1, of the predictions.

    Attributes
    ----------
    models, features, life
        How many models with how many numeric features, and after how many rows of a model the
        features of a group move, or move back.
    version_life
        After how many rows of a model its next version comes.
    labelled, early, repeated, orphaned
        Shares with a label, with a label before the prediction, with a second label, and of labels
        that have no prediction.
    corrected
        Share of the second labels that are others than the first.
    soonest, latest
        After how many further predictions a label comes, which does not come before its own.
    eventful, racing
        Share with a model event besides, and which kinds it is one of.
    routed
        Share with a route besides: a canary of the model's next version, or the end of a route.
    poisoned, silent, odd
        Shares of records that must be refused, or passed over, and of predictions with odd values
        among the features.
    disorder
        By how many seconds event times go back and forth.
    skew
        By how many days a model's producer is behind, or ahead, at most.
    undated
        Share of predictions that have no time, nor have their records.
    """

    models: int = 4
    features: int = 4
    life: int = 300
    version_life: int = 1500
    labelled: float = 0.6
    early: float = 0.05
    repeated: float = 0.0
    orphaned: float = 0.0
    corrected: float = 0.5
    soonest: int = 1
    latest: int = 400
    eventful: float = 0.002
    racing: Sequence[ModelEventType] = RACING
    routed: float = 0.0
    poisoned: float = 0.01
    silent: float = 0.01
    odd: float = 0.0
    disorder: float = 0.0
    skew: float = 0.0
    undated: float = 0.0


class Traffic:
    """An endless stream of records that depends on nothing but its arguments.

    Parameters
    ----------
    seed, options, partitions
        What is sent, and to how many partitions.
    """

    def __init__(self, seed: int, options: TrafficOptions, partitions: int) -> None:
        self._random = random.Random(seed)
        self._options = options
        self._partitions = partitions
        self._rows: dict[int, int] = defaultdict(int)
        self._later: list[tuple[int, int, Item]] = []
        self._tie = count()
        self._events = count()
        self._skews = [
            self._random.uniform(-options.skew, options.skew) for _ in range(options.models)
        ]

    def items(self) -> Iterator[Item]:
        """Yield the records in the order of sending."""
        for number in count():
            while self._later and self._later[0][0] <= number:
                yield heappop(self._later)[2]
            yield from self._step(number)

    def rest(self) -> Iterator[Item]:
        """Yield what is due later than the last one taken: the labels of what was sent."""
        while self._later:
            yield heappop(self._later)[2]

    def event(self, kinds: Sequence[ModelEventType], model: int) -> Item:
        """Return a model event of one of some kinds, dated as the latest predictions."""
        number = next(self._events)
        name, alert = f"model-{model}", f"alert-{number}"
        time = FIRST_TIME + sum(self._rows.values()) + self._skews[model] * DAY
        body = {
            "type": self._random.choice(kinds),
            "model": name,
            "version": str(number),
            "timestamp": round(time, 3),
            "alert_id": alert,
        }
        # One in two is about no request in particular.
        if self._random.random() < 0.5:
            body["request_id"] = f"request-{number}"
        partition = model % self._partitions
        value = orjson.dumps(body)
        return Item(
            TopicRole.MODEL_EVENTS, partition, name, value, Fate.NOTICED, name, own_id=alert
        )

    def _step(self, number: int) -> Iterator[Item]:
        draw, options = self._random, self._options
        partition = number % self._partitions
        if draw.random() < options.eventful:
            yield self.event(options.racing, draw.randrange(options.models))
        if options.routed and draw.random() < options.routed:
            yield self._route(number, draw.randrange(options.models))
        if draw.random() < options.poisoned:
            role = draw.choice((TopicRole.PREDICTIONS, TopicRole.LABELS))
            yield Item(role, partition, f"x{number}", poison(draw, role), Fate.REFUSED)
        if draw.random() < options.silent:
            role = draw.choice((TopicRole.PREDICTIONS, TopicRole.LABELS))
            yield Item(role, partition, f"s{number}", silence(draw, role), Fate.SKIPPED)
        if draw.random() < options.orphaned:
            self._put_off(number, self._label(f"none{number}", partition, 0))
        model = draw.randrange(options.models)
        name = f"p{number}"
        if draw.random() < options.labelled:
            outcome = self._outcome(model)
            label = self._label(name, partition, outcome)
            if draw.random() < options.early:
                yield label
            else:
                self._put_off(number, label)
            if draw.random() < options.repeated:
                again = outcome ^ (draw.random() < options.corrected)
                self._put_off(number, self._label(name, partition, again))
        yield self._prediction(number, name, model, partition)

    def _route(self, number: int, model: int) -> Item:
        """Return a route by which the next version of a model takes over, or the end of one."""
        name = f"model-{model}"
        version = 1 + self._rows[model] // self._options.version_life
        time = format_time(1000 * (FIRST_TIME + number))
        route = made_of(
            ramped(str(version + 1), str(version), (0.5, 1.0), 0, time),
            name,
            None,
            f"salt-{number}",
            {"kind": DecidedBy.OPERATOR, "by": "chaos", "reason": "", "time": time},
        )
        ends = self._random.random() < 0.2
        return Item(
            TopicRole.MODEL_ROUTING,
            partition_of(name.encode(), self._partitions),
            name,
            None if ends else encode_event(route),
            Fate.ROUTED,
            name,
            own_id="" if ends else route.route_id,
        )

    def _put_off(self, number: int, item: Item) -> None:
        due = number + self._random.randint(self._options.soonest, self._options.latest)
        heappush(self._later, (due, next(self._tie), item))

    def _label(self, name: str, partition: int, label: int) -> Item:
        body = orjson.dumps({"prediction_id": name, "label": label})
        return Item(TopicRole.LABELS, partition, name, body, Fate.LABEL, own_id=name)

    def _outcome(self, model: int) -> int:
        """Return a label; predictions are 0, and at times the model is wrong more often."""
        wrong = 0.5 if self._rows[model] // self._options.life % 3 == 2 else 0.03
        return int(self._random.random() < wrong)

    def _prediction(self, number: int, name: str, model: int, partition: int) -> Item:
        draw, options = self._random, self._options
        row = self._rows[model]
        self._rows[model] += 1
        time = FIRST_TIME + number + draw.uniform(-options.disorder, options.disorder)
        version = str(1 + row // options.version_life)
        body = {
            "prediction_id": name,
            "model": f"model-{model}",
            "version": version,
            "timestamp": round(time + self._skews[model] * DAY, 3),
            "features": self._features(model, row),
            "prediction": 0,
            "scores": {"0": round(draw.betavariate(5, 2), 4)},
        }
        undated = draw.random() < options.undated
        if undated:
            del body["timestamp"]
        return Item(
            TopicRole.PREDICTIONS,
            partition,
            name,
            _dumps(body),
            Fate.OBSERVED,
            f"model-{model}",
            version,
            name,
            -1 if undated else 0,
        )

    def _features(self, model: int, row: int) -> dict[str, Any]:
        draw, options = self._random, self._options
        features: dict[str, Any] = {}
        for number in range(options.features):
            # The features move one after the other, so that alerts come all the time.
            moved = (row + (model + number) * options.life // 4) // options.life % 2
            features[f"x{number}"] = round(draw.gauss(3.0 * moved, 1.0), 4)
        far = row // options.life % 2
        features["country"] = draw.choices(("CH", "DE", "FR"), ((8, 1, 1), (1, 2, 7))[far])[0]
        features["new"] = draw.random() < 0.2
        if draw.random() < options.odd:
            features[draw.choice(list(features))] = draw.choice(ODD_VALUES)
            features.pop(draw.choice(list(features)))
            features[f"odd{draw.randrange(30)}"] = draw.choice(ODD_VALUES)
            features["constant"] = 1.0
        return features


def _dumps(body: dict[str, Any]) -> bytes:
    """Write JSON as Python does: with NaN, and integers of any size."""
    return json.dumps(body).encode()
