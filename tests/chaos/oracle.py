"""Compares what came out with what was sent, and with what an offline run makes of the log."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Final, cast

import orjson
from confluent_kafka import Message

from app.settings import Settings, TopicRole
from detectors.monitors.fleet_snapshot import FleetSnapshots
from detectors.retraining.policy_snapshot import PolicySnapshots
from detectors.snapshots.parts import Durable
from schemas.events.alert import Alert
from schemas.events.any_alert import decode_alert
from schemas.events.codec import decode_object
from schemas.events.lifecycle import decode_lifecycle
from schemas.events.model_event import ModelEvent
from schemas.events.retrain_signal import RetrainSignal
from schemas.events.routing import DecidedBy
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import Origin
from tests.chaos.account import Seen, accounted
from tests.chaos.final_state import judge_rows, judge_state
from tests.chaos.ledger import Ledger, Place
from tests.chaos.log import Log
from tests.chaos.offline import Evidence, OfflineDetection, OfflinePolicy
from tests.chaos.verdict import Verdict

KEEPS_PENDING: Final = "PENDING" in TopicRole.__members__
"""Whether predictions that wait for labels outlive a worker."""


class Oracle:
    """Judges one run, all of whose workers have stopped.

    Parameters
    ----------
    settings
        Of the workers.
    ledger
        What was sent.
    log
        Reads what came out.
    own
        Whether all workers were of this release: else alerts and states are not compared byte by
        byte, but which rows they have counted.
    """

    def __init__(self, settings: Settings, ledger: Ledger, log: Log, *, own: bool = True) -> None:
        self._settings = settings
        self._ledger = ledger
        self._log = log
        self._own = own
        self._roles = {settings.topics.full_name(role): role for role in TopicRole}
        self._verdict = Verdict()

    def judge(self) -> Verdict:
        """Return all that is wrong."""
        detection = OfflineDetection(self._settings)
        count: Counter[Seen] = Counter()
        for partition, messages in self._read(TopicRole.OBSERVATIONS).items():
            values = [message.value() or b"" for message in messages]
            detection.take(partition, values)
            count += accounted(values)
        self._judge_account(detection, count)
        self._judge_rows(detection)
        self._judge_letters()
        if KEEPS_PENDING:
            self._judge_joins(detection)
        lifecycle = self._read(TopicRole.LIFECYCLE)
        self._judge_model_events(detection, lifecycle)
        if not self._own:
            judge_rows(
                self._verdict,
                self._settings,
                self._read(TopicRole.STATE),
                detection.row_counts(),
            )
            return self._verdict
        self._judge_alerts(detection, lifecycle)
        self._judge_versions(detection)
        self._judge_routes(detection)
        fleets = {partition: FleetSnapshots(each) for partition, each in detection.fleets.items()}
        self._judge_state(TopicRole.STATE, fleets)
        return self._verdict

    def _judge_account(self, detection: OfflineDetection, count: Counter[Seen]) -> None:
        """The product reads in the observations what is there, as often as it is."""
        read = {
            Seen(str(origin), topic, partition, offset): sum(owners.values())
            for (origin, topic, partition, offset), owners in detection.seen.items()
        }
        self._verdict.wrong(
            "rows that two counts tell otherwise",
            [row for row in read.keys() | count.keys() if read.get(row) != count.get(row)],
        )

    def _judge_rows(self, detection: OfflineDetection) -> None:
        """Every sound prediction was observed, and counted, and once only."""
        verdict, ledger = self._verdict, self._ledger
        found: dict[Place, Mapping[ModelVersion, int]] = {}
        for (origin, topic, partition, offset), owners in detection.seen.items():
            if origin is Origin.PREDICTIONS:
                found[self._place(topic, partition, offset)] = owners
        verdict.compare("observed rows", found, ledger.rows)
        owned = {place: set(owners) for place, owners in found.items() if place in ledger.rows}
        verdict.wrong(
            "owners of rows",
            [place for place, owners in owned.items() if owners != {ledger.rows[place]}],
        )
        verdict.duplicated += sum(sum(owners.values()) - len(owners) for owners in found.values())
        counted = detection.row_counts()
        observed = Counter(key for owners in found.values() for key in owners)
        for key in counted.keys() | observed.keys():
            # What is in the log and was dropped by the marks came in the wrong order.
            short = observed[key] - counted.get(key, 0)
            verdict.missing(f"counted rows of {key}", range(short))
            verdict.wrong(f"counted rows of {key}", range(-short))

    def _judge_letters(self) -> None:
        """Every record that cannot be taken came out as it was, with its source position."""
        found: dict[Place, int] = defaultdict(int)
        for messages in self._read(TopicRole.DEAD_LETTERS).values():
            for message in messages:
                headers = dict(cast("list[tuple[str, bytes]]", message.headers() or []))
                topic, partition, offset = (
                    headers[f"ce_source{name}"].decode()
                    for name in ("topic", "partition", "offset")
                )
                found[Place(self._roles[topic], int(partition), int(offset))] += 1
        # A letter names the topic, whichever of that name it was.
        refused = {place._replace(renewals=0) for place in self._ledger.refused}
        self._verdict.compare("dead letters", found, refused)
        self._verdict.duplicated += sum(found.values()) - len(found)

    def _judge_joins(self, detection: OfflineDetection) -> None:
        """Every label met its prediction, and once only."""
        joins: dict[str, set[Place]] = defaultdict(set)
        for origin, topic, partition, offset in detection.seen:
            if origin is Origin.LABELS:
                place = self._place(topic, partition, offset)
                ids = self._ledger.labels if place.role is TopicRole.LABELS else self._ledger.ids
                joins[ids.get(place, f"an unknown id at {place}")].add(place)
        self._verdict.compare("labelled predictions", joins, self._ledger.labelled())
        twice = [name for name, places in joins.items() if len(places) > 1]
        self._verdict.wrong("labels that count twice", twice)

    def _judge_model_events(
        self, detection: OfflineDetection, lifecycle: Mapping[int, list[Message]]
    ) -> None:
        """Every model event has come to the monitors and to the policy."""
        happened = [_happened(message) for each in lifecycle.values() for message in each]
        found = {
            "observations": [_own_id(event) for event in detection.noticed],
            "lifecycle": [_own_id(each) for each in happened if isinstance(each, ModelEvent)],
        }
        expected = [*self._ledger.notices.values(), *map(_own_id, detection.told)]
        for where, ids in found.items():
            self._verdict.compare(f"model events in the {where}", ids, expected)
            self._verdict.duplicated += len(ids) - len(set(ids))

    def _judge_alerts(
        self, detection: OfflineDetection, lifecycle: Mapping[int, list[Message]]
    ) -> None:
        """The same log gives the same alerts and performances, and alerts the same requests."""
        policy = OfflinePolicy(self._settings)
        alerts: list[str] = []
        signals = [
            each.event_id
            for messages in lifecycle.values()
            for each in map(_happened, messages)
            if isinstance(each, RetrainSignal)
        ]
        for partition, messages in self._read(TopicRole.ALERTS).items():
            events = _in_time(messages, lifecycle.get(partition, []))
            policy.take(partition, events)
            alerts += [event.alert_id for event in events if isinstance(event, Alert)]
        requests = [
            orjson.loads(message.value() or b"")["request_id"]
            for messages in self._read(TopicRole.RETRAIN_REQUESTS).values()
            for message in messages
        ]
        performances = [
            orjson.loads(message.value() or b"")["performance_id"]
            for messages in self._read(TopicRole.MODEL_PERFORMANCE).values()
            for message in messages
        ]
        comparisons = [
            orjson.loads(message.value() or b"")["comparison_id"]
            for messages in self._read(TopicRole.MODEL_COMPARISONS).values()
            for message in messages
        ]
        rollbacks = [
            orjson.loads(message.value() or b"")["request_id"]
            for messages in self._read(TopicRole.ROLLBACK_REQUESTS).values()
            for message in messages
        ]
        verdict = self._verdict
        verdict.compare("rollback requests", rollbacks, detection.rollbacks)
        verdict.compare("comparisons", comparisons, detection.comparisons)
        verdict.compare("alerts", alerts, detection.alerts)
        verdict.compare("retrain signals", signals, detection.signals)
        verdict.compare("performances", performances, detection.performances)
        verdict.compare("retrain requests", requests, policy.requests)
        policies = {partition: PolicySnapshots(each) for partition, each in policy.policies.items()}
        self._judge_state(TopicRole.POLICY_STATE, policies)
        verdict.alerts += len(set(alerts))
        verdict.duplicated += len(alerts) - len(set(alerts)) + len(requests) - len(set(requests))

    def _judge_versions(self, detection: OfflineDetection) -> None:
        """What is told last of each model version is what an offline run knows of it."""
        told: dict[bytes, bytes | None] = {
            bytes(message.key() or b""): message.value()
            for messages in self._read(TopicRole.MODEL_VERSIONS).values()
            for message in messages
        }
        found = [orjson.loads(value)["record_id"] for value in told.values() if value]
        expected = [
            each.record_id
            for fleet in detection.fleets.values()
            for each in fleet.versions.records()
        ]
        self._verdict.compare("records of versions", found, expected)

    def _judge_routes(self, detection: OfflineDetection) -> None:
        """Every route has come to the rows, and the same log gives the same decisions."""
        own = [
            str(route["route_id"])
            for messages in self._read(TopicRole.MODEL_ROUTING).values()
            for message in messages
            if (value := message.value()) is not None
            and (route := orjson.loads(value))["decision"]["kind"] == DecidedBy.DRIFTLINE
        ]
        sent = [each for each in self._ledger.routes.values() if each]
        self._verdict.compare("routes in the observations", detection.routed, sent)
        self._verdict.compare("routes of Driftline's own", own, detection.routes)
        self._verdict.duplicated += len(own) - len(set(own))

    def _judge_state(self, role: TopicRole, expected: Mapping[int, Durable]) -> None:
        """The final state is that of the offline run, byte by byte."""
        judge_state(
            self._verdict, self._settings.topics.full_name(role), self._read(role), expected
        )

    def _place(self, source: str, partition: int, offset: int) -> Place:
        topic, _, renewals = source.partition("#")
        return Place(self._roles[topic], partition, offset, int(renewals or 0))

    def _read(self, role: TopicRole) -> Mapping[int, list[Message]]:
        return self._log.read(self._settings.topics.full_name(role))


def _in_time(alerts: list[Message], events: list[Message]) -> list[Evidence]:
    """Return both in the order in which they came.

    That is defined where it matters: what ends a request is sent when all is quiet, what extends
    one where none expires, and no trigger goes by both alerts and signals.
    """
    timed: list[tuple[int, Evidence]] = [
        (message.timestamp()[1], decode_alert(decode_object(message.value()))) for message in alerts
    ]
    timed += [(message.timestamp()[1], _happened(message)) for message in events]
    return [event for _, event in sorted(timed, key=lambda each: each[0])]


def _own_id(event: ModelEvent) -> str:
    """Return what tells an event from others: traffic names an alert, Driftline does not."""
    if event.alert_id is not None:
        return event.alert_id
    return f"{event.type} {event.model} {event.version} {event.timestamp}"


def _happened(message: Message) -> ModelEvent | RetrainSignal:
    return decode_lifecycle(decode_object(message.value()))
