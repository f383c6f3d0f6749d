import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, NoReturn

import orjson
import pytest
from faust.types import TP

from agents.dead_letters.sender import DeadLetters, TooManyRefused
from agents.join.changelog import Changelog
from agents.join.changes import Changes, LabelChanges
from agents.join.changes_codec import decode_changes
from agents.join.options import PendingOptions
from agents.join.stores import PendingStores
from agents.join.telemetry import LabelOutcomes
from agents.observations.tables_before import TablesBefore
from agents.records.record_set import RecordSet
from agents.stages.company import Company
from agents.stages.intake import Intake
from agents.stages.intake_options import IntakeOptions
from agents.transport.assignment import Assignment
from agents.work_thread import WorkThread
from detectors.monitors.options import MonitorOptions
from schemas.documents import examples
from schemas.events.codec import encode_event
from schemas.events.invalid import Reason
from schemas.events.nothing_to_say import Silence
from schemas.events.observed import decode_observed
from schemas.events.route_notice import RouteNotice
from schemas.formats import FRAMES, FRAMES_BEFORE
from schemas.payloads.rows import FieldMap
from schemas.tables.columns import Role
from schemas.tables.frames import decode_frame
from schemas.tables.observations import ObservationBatch, Origin, Run
from tests.agents.fakes import FakeDelivery, FakePublisher, FakeTelemetry, batch, in_one_round
from tests.agents.records.record_bytes import Entry, batch_bytes
from tests.schemas.events.routes import canary_of, route_of
from tests.topics import TOPICS

MODEL_EVENT = orjson.dumps(examples.MODEL_EVENT)


class Stage:
    """An intake with fakes around it."""

    def __init__(
        self,
        *,
        is_durable: bool = False,
        source_names: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        self.company = Company()
        self.publisher = FakePublisher()
        self.delivery = FakeDelivery()
        self.telemetry = FakeTelemetry()
        changelog = Changelog(TOPICS.pending, self.publisher.real, nobody_reads, "group")
        self.stores = PendingStores(
            PendingOptions(),
            self.telemetry,
            WorkThread("pending"),
            changelog if is_durable else None,
        )
        self.intake = Intake(
            options=IntakeOptions(**options),
            topics=TOPICS,
            publisher=self.publisher.real,
            dead_letters=DeadLetters(self.publisher.real, TOPICS.dead_letters, self.telemetry),
            telemetry=self.telemetry,
            pending=self.stores,
            company=self.company,
            before=TablesBefore(lambda _: MonitorOptions()),
            source_names=source_names,
        )

    def predictions(self, *values: bytes | None, **where: Any) -> None:
        event = batch(TOPICS.predictions, values, **where)
        asyncio.run(self.intake.on_round(event, self.delivery.real))

    def labels(self, *values: bytes | None, **where: Any) -> None:
        event = batch(TOPICS.labels, values, **where)
        asyncio.run(self.intake.on_round(event, self.delivery.real))

    def model_events(self, *values: bytes | None) -> None:
        event = batch(TOPICS.model_events, values)
        asyncio.run(self.intake.on_round(event, self.delivery.real))

    @property
    def observations(self) -> list[ObservationBatch]:
        sent = self.publisher.to(TOPICS.observations)
        return [
            batch
            for item in sent
            if item.value is not None
            for table in decode_frame(item.value)
            for batch in table.batches()
        ]


def nobody_reads() -> NoReturn:
    raise AssertionError("nothing is restored here")


def prediction(name: str = "p1", **fields: Any) -> bytes:
    document = {
        "prediction_id": name,
        "model": "fraud",
        "version": "7",
        "timestamp": "2026-03-01T12:00:00Z",
        "features": {"amount": 12.5, "country": "CH", "new": True},
        "prediction": 1,
    }
    return orjson.dumps({**document, **fields})


def test_a_batch_of_predictions_becomes_one_observation_record_keyed_by_model() -> None:
    stage = Stage()
    stage.predictions(prediction("a"), prediction("b"), partition=2, first_offset=10)
    (sent,) = stage.publisher.sent
    assert (sent.topic, sent.key) == (TOPICS.observations, b"fraud")
    (found,) = stage.observations
    assert found.runs == (Run(TOPICS.predictions, 2, 2),)
    assert found.offsets.tolist() == [10, 11]
    assert [column.name for column in found.columns] == ["amount", "country", "new", "prediction"]
    assert stage.delivery.submitted == [(11, 1)]
    assert stage.telemetry.read == [(TOPICS.predictions, 2, 2, 11)]
    assert stage.telemetry.rows == {(Origin.PREDICTIONS, "fraud", "7"): 2}


def test_a_batch_that_cannot_be_read_is_a_letter_and_the_events_around_it_count() -> None:
    stage = Stage()
    event = batch(TOPICS.predictions, [b""])
    for topic, value, later in (
        (TOPICS.predictions, prediction("a"), prediction("b")),
        (TOPICS.labels, b'{"prediction_id":"a","label":0}', b'{"prediction_id":"b","label":0}'),
        (TOPICS.model_events, MODEL_EVENT, MODEL_EVENT),
    ):
        slices = [
            RecordSet(raw, topic=topic, partition=0, fetch_offset=0).take()
            for raw in (
                batch_bytes([Entry(value)])
                + batch_bytes([Entry()] * 4, base_offset=1, encode=lambda _: b"junk"),
                batch_bytes([Entry(later)], base_offset=5),
            )
        ]
        event.value = slices
        asyncio.run(stage.intake.on_round(event, stage.delivery.real))
        if topic == TOPICS.labels:
            assert [found.offsets.tolist() for found in stage.observations] == [[0, 5], [0, 5]]
    letters = stage.publisher.to(TOPICS.dead_letters)
    assert [letter.headers["ce_reason"] for letter in letters] == [b"batch_malformed"] * 3
    assert {letter.headers["ce_sourceoffset"] for letter in letters} == {b"1"}
    assert {letter.headers["ce_sourcelastoffset"] for letter in letters} == {b"4"}
    assert len(stage.publisher.to(TOPICS.lifecycle)) == 2
    assert [last for *_, last in stage.telemetry.read] == [4, 5] * 3


def test_a_label_is_joined_to_its_prediction_and_watched_as_an_error() -> None:
    stage = Stage()
    stage.predictions(prediction("a"))
    stage.labels(orjson.dumps({"prediction_id": "a", "label": 0}), first_offset=4)
    found = stage.observations[-1]
    assert (found.origin, found.model, found.version) == (Origin.LABELS, "fraud", "7")
    assert (found.runs, found.offsets.tolist()) == ((Run(TOPICS.labels, 0, 1),), [4])
    roles = [column.role for column in found.columns]
    assert roles == [Role.PREDICTION, Role.LABEL, Role.DELAY]
    assert [column.values.tolist() for column in found.columns[:2]] == [[1.0], [0.0]]
    assert stage.telemetry.labels[-1] == LabelOutcomes(joined=1)


def test_a_join_is_observed_after_what_says_which_came_first() -> None:
    stage = Stage(is_durable=True)
    label = orjson.dumps({"prediction_id": "a", "label": 1})
    event = batch(TOPICS.predictions, [b""])
    slices = batch(TOPICS.labels, [label]).value, batch(TOPICS.predictions, [prediction("a")]).value
    event.value = [*slices[0], *slices[1]]
    asyncio.run(stage.intake.on_round(event, stage.delivery.real))
    topics = [sent.topic for sent in stage.publisher.sent]
    assert topics == [TOPICS.pending, TOPICS.observations]


def test_a_join_of_an_assignment_that_is_over_is_left_to_the_next_owner() -> None:
    stage = Stage(is_durable=True)
    stage.labels(orjson.dumps({"prediction_id": "a", "label": 1}))
    stage.delivery.current = False
    stage.predictions(prediction("a"))
    assert stage.observations == []


def test_early_and_duplicate_labels_are_counted() -> None:
    stage = Stage()
    label = orjson.dumps({"prediction_id": "a", "label": 1})
    stage.labels(label, label)
    assert stage.telemetry.labels[-1] == LabelOutcomes(early=1, duplicate=1)
    stage.predictions(prediction("a"))
    assert stage.telemetry.labels[-1] == LabelOutcomes(joined=1)
    assert [found.origin for found in stage.observations] == [Origin.PREDICTIONS, Origin.LABELS]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"\xff\xfe", Reason.WRONG_ENCODING),
        (b"\xff", Reason.UNDECODABLE),
        (b"", Reason.UNDECODABLE),
        (b"[1]", Reason.NOT_AN_OBJECT),
        (b'{"model": "fraud"}', Reason.MISSING_FIELD),
        (prediction(model=None), Reason.MISSING_FIELD),
        (prediction(prediction_id=None), Reason.MISSING_FIELD),
        (prediction(features=7), Reason.WRONG_TYPE),
        (prediction(prediction_id="x" * 250), Reason.INVALID_VALUE),
        (prediction(features={f"f{i}": i for i in range(2001)}), Reason.TOO_MANY_FEATURES),
        (prediction(features={"text": "x" * 1_000_000}), Reason.TOO_LARGE),
    ],
)
def test_a_bad_prediction_goes_to_the_dead_letters_and_the_others_go_on(
    value: bytes, reason: Reason
) -> None:
    stage = Stage()
    stage.predictions(prediction("a"), value, prediction("c"), first_offset=7)
    (letter,) = stage.publisher.to(TOPICS.dead_letters)
    assert letter.value == value
    assert letter.headers["ce_reason"] == reason.encode()
    assert letter.headers["ce_sourcetopic"] == TOPICS.predictions.encode()
    assert letter.headers["ce_sourceoffset"] == b"8"
    assert stage.observations[0].offsets.tolist() == [7, 9]
    assert stage.telemetry.refused == [(TOPICS.predictions, reason)]
    assert stage.delivery.submitted == [(9, 2)]


def test_unknown_fields_are_ignored() -> None:
    stage = Stage()
    stage.predictions(prediction("a", trace="abc", extra={"deep": [1]}))
    assert len(stage.observations[0]) == 1
    assert stage.telemetry.refused == []


def test_the_records_key_is_the_id_where_the_document_has_none() -> None:
    stage = Stage()
    stage.predictions(prediction(prediction_id=None), keys=[b"k1"])
    stage.labels(orjson.dumps({"label": 1}), keys=[b"k1"])
    assert stage.telemetry.labels[-1].joined == 1


def test_the_records_time_is_the_event_time_where_the_document_has_none() -> None:
    stage = Stage()
    stage.predictions(prediction(timestamp=None), timestamp=1_600_000_000_000)
    assert stage.observations[0].times.tolist() == [1_600_000_000_000]


def test_fields_of_an_existing_topic_are_mapped() -> None:
    fields = FieldMap({"features": "payload.inputs", "prediction_id": "trace"}, model="fraud")
    stage = Stage(prediction_fields=fields)
    document = {"trace": "a", "payload": {"inputs": {"x": 1}}, "prediction": 0}
    stage.predictions(orjson.dumps(document))
    (found,) = stage.observations
    assert (found.model, found.version) == ("fraud", "unversioned")
    assert found.columns[0].name == "x"


def test_a_model_event_goes_to_detection_and_to_policy_with_its_time() -> None:
    stage = Stage()
    stage.model_events(b'{"type": "version_deployed", "model": "fraud", "version": "8"}', b"{}")
    sent = [item for item in stage.publisher.sent if item.topic != TOPICS.dead_letters]
    assert [(item.topic, item.key) for item in sent] == [
        (TOPICS.observations, b"fraud"),
        (TOPICS.lifecycle, b"fraud"),
    ]
    assert orjson.loads(sent[0].value or b"")["timestamp"] == "2023-11-14T22:13:20.000Z"
    assert stage.telemetry.refused == [(TOPICS.model_events, Reason.MISSING_FIELD)]


def test_the_pending_store_of_a_partition_goes_with_it() -> None:
    stage = Stage()
    stage.predictions(prediction("a"), partition=1)
    kept = frozenset({TP(TOPICS.predictions, 0), TP(TOPICS.labels, 0)})
    app = SimpleNamespace(consumer_generation_id=1)

    async def move_partitions() -> None:
        stage.intake.keeper().keep(Assignment(1, kept, app))

    asyncio.run(move_partitions())
    assert stage.telemetry.pending == {1: None}
    stage.labels(orjson.dumps({"prediction_id": "a", "label": 1}), partition=1)
    assert stage.telemetry.labels[-1] == LabelOutcomes(early=1)


def test_a_batch_without_a_good_record_is_acked_all_the_same() -> None:
    stage = Stage()
    stage.predictions(b"junk")
    stage.labels(b"junk")
    assert stage.observations == []
    assert stage.delivery.submitted == [(0, 1), (0, 1)]


def test_a_row_that_no_record_can_hold_goes_to_the_dead_letters_and_the_others_go_on() -> None:
    names = {"x" * 200 + str(number): number for number in range(8000)}
    stage = Stage(features_per_event=10_000, message_bytes=4_000_000)
    stage.predictions(prediction("a"), prediction("wide", features=names), prediction("b"))
    (letter,) = stage.publisher.to(TOPICS.dead_letters)
    assert letter.headers["ce_reason"] == Reason.TOO_LARGE.encode()
    assert letter.headers["ce_sourceoffset"] == b"1"
    assert [row for batch in stage.observations for row in batch.offsets.tolist()] == [0, 2]


def test_rows_of_a_topic_that_was_made_anew_have_its_new_source_and_letters_its_name() -> None:
    names = {"x" * 200 + str(number): number for number in range(8000)}
    stage = Stage(
        features_per_event=10_000,
        message_bytes=4_000_000,
        source_names={TOPICS.predictions: "predictions#1", TOPICS.labels: TOPICS.labels},
    )
    stage.predictions(prediction("a"), prediction("wide", features=names))
    stage.labels(b'{"prediction_id": "a", "label": 1}')
    (letter,) = stage.publisher.to(TOPICS.dead_letters)
    assert letter.headers["ce_sourceoffset"] == b"1"
    assert letter.headers["ce_sourcetopic"] == TOPICS.predictions.encode()
    assert {run.topic for found in stage.observations for run in found.runs} == {
        "predictions#1",
        TOPICS.labels,
    }


def test_an_event_from_the_future_gets_its_records_time_and_is_counted() -> None:
    stage = Stage(clock_tolerance=60_000)
    now = 1_700_000_000_000
    times = [now / 1000 + 59, now / 1000 + 61, "9999-12-31T23:59:59Z"]
    stage.predictions(
        *(prediction(str(row), timestamp=time) for row, time in enumerate(times)),
        prediction("odd", timestamp=times[2], prediction=[0.5]),
        timestamp=now,
    )
    found = [time for batch in stage.observations for time in batch.times.tolist()]
    assert found == [now + 59_000, now + 1, now + 2, now + 3]
    stage.labels(
        orjson.dumps({"prediction_id": "0", "label": 1, "timestamp": times[2]}), timestamp=now
    )
    assert stage.observations[-1].times.tolist() == [now]
    event = {"type": "version_deployed", "model": "fraud", "version": "8", "timestamp": times[2]}
    stage.model_events(orjson.dumps(event))
    assert orjson.loads(stage.publisher.sent[-1].value or b"")["timestamp"].startswith("2023-11-14")
    assert stage.telemetry.ahead == {
        TOPICS.predictions: 3,
        TOPICS.labels: 1,
        TOPICS.model_events: 1,
    }


def test_plain_and_unusual_events_of_one_model_keep_the_order_of_their_offsets() -> None:
    stage = Stage()
    unusual = {"scores": {"1": 0.5}, "note": 'a "quoted" one'}
    stage.predictions(
        prediction("a"), prediction("b", **unusual), prediction("c"), prediction("d", model="churn")
    )
    found = [(batch.model, batch.offsets.tolist()) for batch in stage.observations]
    assert [rows for model, rows in found if model == "fraud"] == [[0], [1], [2]]
    assert ("churn", [3]) in found


def test_one_label_is_for_all_models_that_scored_its_prediction() -> None:
    stage = Stage()
    stage.predictions(prediction("a"), prediction("a", model="challenger", prediction=0))
    stage.labels(orjson.dumps({"prediction_id": "a", "label": 0}))
    said = {batch.model: batch.columns[0].values.tolist() for batch in stage.observations[-2:]}
    assert said == {"fraud": [1.0], "challenger": [0.0]}
    assert stage.telemetry.labels[-1] == LabelOutcomes(joined=2)


def test_more_bad_records_than_are_borne_stop_the_worker_before_their_ack() -> None:
    for take in ("predictions", "labels", "model_events"):
        stage = Stage()
        with pytest.raises(TooManyRefused, match="undecodable 1000") as caught:
            getattr(stage, take)(*[b"\xff"] * 1001)
        assert caught.value.stretches == {(getattr(TOPICS, take), 0): 0}
        assert stage.delivery.submitted == []


def test_tombstones_are_skipped_and_counted_however_many_they_are() -> None:
    for take in ("predictions", "labels", "model_events"):
        stage = Stage()
        getattr(stage, take)(*[None, b"null"] * 2000)
        topic = getattr(TOPICS, take)
        assert stage.telemetry.skipped == [(topic, Silence.TOMBSTONE)] * 4000
        assert stage.telemetry.refused == []
        assert stage.publisher.sent == []
        assert stage.delivery.submitted == [(3999, 0)]


def test_predictions_among_tombstones_are_taken() -> None:
    stage = Stage()
    stage.predictions(None, prediction("a"), b"null", prediction("b"), None)
    (rows,) = stage.observations
    assert rows.offsets.tolist() == [1, 3]
    assert len(stage.telemetry.skipped) == 3


ODD_FIELDS: tuple[tuple[str, Any], ...] = (
    ("scores", [0.2, True]),
    ("segment", "app"),
    ("timestamp", "yesterday"),
    ("version", ""),
    ("label", {"a": 1}),
)


@pytest.mark.parametrize(("name", "value"), ODD_FIELDS)
def test_an_odd_optional_field_is_counted_and_its_event_taken(name: str, value: Any) -> None:
    stage = Stage()
    stage.predictions(prediction("a", **{name: value}))
    assert [len(rows) for rows in stage.observations] == [1]
    assert [(topic, field) for topic, field, _ in stage.telemetry.left_out] == [
        (TOPICS.predictions, name)
    ]
    assert stage.telemetry.refused == []
    stage.labels(orjson.dumps({"prediction_id": "a", "label": 1, "timestamp": "", "version": []}))
    assert stage.telemetry.labels[-1].joined == 1
    assert stage.telemetry.left_out[1:] == [
        (TOPICS.labels, "timestamp", "empty"),
        (TOPICS.labels, "version", "mistyped"),
    ]


def test_a_prediction_that_is_not_finite_is_watched_and_waits_for_no_label() -> None:
    stage = Stage()
    stage.predictions(prediction("a").replace(b'"prediction":1', b'"prediction":NaN'))
    (rows,) = stage.observations
    assert [column.name for column in rows.columns] == ["amount", "country", "new", "prediction"]
    assert stage.telemetry.left_out == [(TOPICS.predictions, "prediction", "not_finite")]
    stage.labels(orjson.dumps({"prediction_id": "a", "label": 1}))
    assert stage.telemetry.labels[-1] == LabelOutcomes(early=1)


def test_a_label_that_is_not_known_yet_is_skipped_and_counted() -> None:
    stage = Stage()
    stage.predictions(prediction("a"))
    stage.labels(
        orjson.dumps({"prediction_id": "a", "label": None}), orjson.dumps({"prediction_id": "a"})
    )
    assert stage.telemetry.skipped == [(TOPICS.labels, Silence.UNLABELLED)] * 2
    stage.labels(orjson.dumps({"prediction_id": "a", "label": 1}))
    assert stage.telemetry.labels[-1] == LabelOutcomes(joined=1)


def test_numbers_as_ids_and_versions_meet_their_labels() -> None:
    stage = Stage()
    long = b"12345678901234567891"
    stage.predictions(
        b'{"prediction_id":5,"model":"m","version":1.10,"features":{},"prediction":1}',
        b'{"prediction_id":%b,"model":"m","version":1.10,"features":{},"prediction":1}' % long,
    )
    stage.labels(b'{"prediction_id":"5","label":1}', b'{"prediction_id":%b,"label":1}' % long)
    assert stage.telemetry.labels[-1] == LabelOutcomes(joined=2)
    assert {rows.version for rows in stage.observations} == {"1.10"}


def test_deletes_of_a_change_feed_are_skipped_however_many_they_are() -> None:
    stage = Stage()
    change = {"before": {"id": 1}, "after": None, "op": "d"}
    stage.predictions(*[orjson.dumps(change)] * 2000)
    assert stage.telemetry.skipped == [(TOPICS.predictions, Silence.DELETE)] * 2000
    assert stage.publisher.sent == []


def test_several_events_in_one_record_are_one_row_each() -> None:
    stage = Stage()
    rows = [orjson.loads(prediction(name)) for name in "abc"]
    stage.predictions(orjson.dumps(rows), prediction("d"), first_offset=4)
    assert [row for found in stage.observations for row in found.offsets.tolist()] == [4, 4, 4, 5]
    stage.labels(orjson.dumps([{"prediction_id": name, "label": 1} for name in "abd"]))
    assert stage.telemetry.labels[-1] == LabelOutcomes(joined=3)


def test_several_events_without_ids_have_the_key_and_their_number() -> None:
    stage = Stage()
    rows = [orjson.loads(prediction(prediction_id=None)) for _ in range(2)]
    stage.predictions(orjson.dumps(rows), keys=[b"r"])
    stage.labels(b'[{"label": 1}, {"label": 0}, {"label": null}]', keys=[b"r"])
    assert stage.telemetry.labels[-1] == LabelOutcomes(joined=2)
    assert stage.telemetry.left_out == [(TOPICS.labels, "label", "null")]


def test_what_waits_and_what_was_met_goes_to_the_changelog_before_the_ack() -> None:
    stage = Stage(is_durable=True)
    stage.predictions(prediction("a"), prediction("b"), partition=3, first_offset=10)
    stage.labels(orjson.dumps({"prediction_id": "a", "label": 0}), partition=3, first_offset=4)
    stage.labels(b"junk", partition=3, first_offset=5)
    sent = stage.publisher.to(TOPICS.pending)
    assert [(each.key, each.partition) for each in sent] == [(None, 3), (None, 3)]
    taken, met = (changes_of(each.value) for each in sent)
    (waiting,), (labelled,) = taken.entries, met.entries
    assert not isinstance(waiting, LabelChanges)
    assert waiting.ids == [b"a", b"b"]
    assert isinstance(labelled, LabelChanges)
    assert labelled.labels.offsets.tolist() == [4]
    # The observations and the changes; the dead letter alone.
    assert [outputs for _, outputs in stage.delivery.submitted] == [2, 2, 1]


def test_a_batch_of_an_earlier_assignment_writes_no_changes() -> None:
    stage = Stage(is_durable=True)
    stage.delivery.current = False
    stage.predictions(prediction("a"))
    assert stage.publisher.to(TOPICS.pending) == []


def changes_of(record: bytes | None) -> Changes:
    assert record is not None
    return decode_changes(record)


def test_a_label_that_says_something_else_than_the_first_one_is_a_correction() -> None:
    stage = Stage()
    stage.predictions(prediction("a"))
    for label in (0, 0, 1):
        stage.labels(orjson.dumps({"prediction_id": "a", "label": label}), first_offset=label + 1)
    assert stage.telemetry.labels[1:] == [
        LabelOutcomes(joined=1),
        LabelOutcomes(joined=1),
        LabelOutcomes(corrected=1),
    ]


def test_labels_that_come_again_are_observed_for_each_version() -> None:
    stage = Stage()
    stage.predictions(prediction("a"), prediction("a", version="8"))
    again = [orjson.dumps({"prediction_id": "a", "label": label}) for label in (1, 1, 0)]
    stage.labels(*again, orjson.dumps({"prediction_id": "c", "label": 1}), first_offset=5)
    repeats = [each for each in stage.observations if each.origin is Origin.REPEATS]
    assert [(each.version, each.offsets.tolist()) for each in repeats] == [
        ("7", [6, 7]),
        ("8", [6, 7]),
    ]
    assert [each.columns[0].values.tolist() for each in repeats] == [[0.0, 1.0]] * 2
    stage.company.has_older = True
    stage.labels(again[0], first_offset=9)
    # A worker of the release before would refuse them.
    again_observed = [each for each in stage.observations if each.origin is Origin.REPEATS]
    assert len(again_observed) == len(repeats)


def test_workers_of_the_release_before_get_errors_in_their_format() -> None:
    stage = Stage()
    stage.company.meet(1)
    stage.predictions(prediction("a", score=0.75), prediction("b", version="8"))
    labels = [orjson.dumps({"prediction_id": name, "label": label}) for name, label in ("a0", "b1")]
    stage.labels(*labels, first_offset=4)
    sent = [each.value or b"" for each in stage.publisher.to(TOPICS.observations)]
    assert all(each.startswith(FRAMES.magic(FRAMES_BEFORE)) for each in sent)
    errors = [each for each in stage.observations if each.origin is Origin.LABELS]
    assert [(each.version, each.offsets.tolist()) for each in errors] == [("7", [4]), ("8", [5])]
    columns = [column for each in errors for column in each.columns]
    assert [(each.name, each.role) for each in columns] == [("error", Role.ERROR)] * 2
    assert [each.values.tolist() for each in columns] == [[1.0], [0.0]]
    stage.company.meet(2)
    stage.predictions(prediction("c"), first_offset=9)
    last = stage.publisher.to(TOPICS.observations)[-1].value or b""
    assert last.startswith(FRAMES.magic())


def test_a_route_comes_to_the_rows_of_its_model_between_those_before_and_after_it() -> None:
    stage = Stage(source_names={TOPICS.model_routing: "routing#1"})
    routes = [route_of(canary_of()), None, route_of(model="churn")]
    event = in_one_round(
        batch(TOPICS.predictions, [prediction("a")]),
        batch(
            TOPICS.model_routing,
            [None if each is None else encode_event(each) for each in routes],
            keys=[b"fraud", b"fraud", b"churn"],
        ),
        batch(TOPICS.predictions, [prediction("b")], first_offset=1),
    )
    asyncio.run(stage.intake.on_round(event, stage.delivery.real))
    sent = stage.publisher.to(TOPICS.observations)
    assert [each.key for each in sent] == [b"fraud", b"fraud", b"fraud", b"churn", b"fraud"]
    notices = [decode_observed(orjson.loads(each.value or b"")) for each in sent[1:4]]
    assert [isinstance(each, RouteNotice) and each.routing for each in notices] == routes
    assert {isinstance(each, RouteNotice) and each.topic for each in notices} == {"routing#1"}
    assert stage.publisher.to(TOPICS.dead_letters) == []


def test_a_record_that_is_no_route_goes_to_the_dead_letters_and_changes_none() -> None:
    stage = Stage()
    values = [b"{", encode_event(route_of(model="churn")), None]
    event = batch(TOPICS.model_routing, values, keys=[b"fraud", b"fraud", None])
    asyncio.run(stage.intake.on_round(event, stage.delivery.real))
    assert stage.publisher.to(TOPICS.observations) == []
    letters = stage.publisher.to(TOPICS.dead_letters)
    assert [letter.headers["ce_reason"] for letter in letters] == [
        b"undecodable",
        b"invalid_value",
        b"invalid_value",
    ]
