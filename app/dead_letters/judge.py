"""What the present settings make of a record, without a worker."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from agents.observations.framing import framed
from agents.observations.prediction_reader import PredictionReader
from agents.records.block import RecordBlock
from app.dead_letters.letter import Letter
from app.kafka.topic_catalogue import CATALOGUE
from app.options import intake_options
from app.settings import Settings, TopicRole
from schemas.events.any_alert import decode_alert
from schemas.events.codec import decode_object
from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.lifecycle import decode_lifecycle
from schemas.events.nothing_to_say import NothingToSay
from schemas.events.observed import decode_observed
from schemas.formats import OtherFormat
from schemas.payloads.model_events import model_event_of
from schemas.payloads.routes import route_of
from schemas.payloads.rows import FieldMap
from schemas.tables.frames import decode_frame, is_frame
from schemas.tables.reference_parts import decode_reference, is_reference

EXPECTED: Final[Mapping[Reason, str]] = {
    Reason.NULL_VALUE: "a value; this version skips null values, as deletes",
    Reason.TOO_LARGE: "a value of at most limits.message_bytes, whose row fits one record",
    Reason.UNDECODABLE: "bytes that are JSON in UTF-8",
    Reason.COMPRESSED: "JSON as it is; Kafka compresses by itself (compression.type)",
    Reason.BINARY_FORMAT: "JSON, by itself or behind the bytes of a schema registry",
    Reason.WRONG_ENCODING: "JSON in UTF-8",
    Reason.NOT_AN_OBJECT: "a JSON object, in braces, or an array of such events",
    Reason.MISSING_FIELD: "all required fields, at their paths",
    Reason.WRONG_TYPE: "fields of the types that docs/events.md lists",
    Reason.INVALID_VALUE: "values within their bounds: times, lengths of names, finite numbers",
    Reason.TOO_MANY_FEATURES: "at most limits.features_per_event features",
    Reason.BATCH_TOO_LARGE: "a batch that inflates to at most 64 MiB",
    Reason.BATCH_MALFORMED: "a batch in Kafka's format, as its clients write it",
}
"""What each reason found missing."""

_OF_FIELDS: Final = frozenset(
    {Reason.MISSING_FIELD, Reason.WRONG_TYPE, Reason.INVALID_VALUE, Reason.TOO_MANY_FEATURES}
)
"""Reasons whose detail begins with a field."""

_MAY_BE_LARGE: Final = 100_000
"""Bytes of a prediction from which on its row may fit no record: it takes up to ten times more."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would become of a record now.

    Attributes
    ----------
    accepted
        Whether it would be taken; None where that cannot be told.
    reason, detail
        Why not; empty where it would be taken.
    path
        Where the fault is in the document, as the record has it; empty where it is in no field.
    """

    accepted: bool | None
    reason: str = ""
    detail: str = ""
    path: str = ""

    def document(self) -> dict[str, Any]:
        """Return what JSON says of it."""
        return {
            "accepted": self.accepted,
            "reason": self.reason or None,
            "detail": self.detail or None,
            "path": self.path or None,
        }


class Judge:
    """Reads records of dead letters as the agents would.

    Parameters
    ----------
    settings
        The present ones.
    """

    def __init__(self, settings: Settings) -> None:
        self._options = intake_options(settings)
        self._form = self._options.prediction_format()
        self._labels = self._options.label_format()
        self._reader = PredictionReader.of(self._options)
        self._roles = {
            settings.topics.full_name(role): role
            for role, spec in CATALOGUE.items()
            if spec.handled
        }
        self._readers: Mapping[TopicRole, Callable[[Letter], object]] = {
            TopicRole.PREDICTIONS: self._prediction,
            TopicRole.LABELS: self._label,
            TopicRole.MODEL_EVENTS: self._model_event,
            TopicRole.MODEL_ROUTING: lambda letter: route_of(letter.key, letter.value),
            TopicRole.OBSERVATIONS: _observations,
            TopicRole.LIFECYCLE: _lifecycle,
            TopicRole.ALERTS: _alert,
        }

    def role_of(self, topic: str) -> TopicRole | None:
        """Return what a topic is to the agents; None of one that they do not read."""
        return self._roles.get(topic)

    def judge(self, letter: Letter) -> Verdict:
        """Return what would become of a letter's record."""
        role = self.role_of(letter.topic)
        if role is None:
            return Verdict(None, detail=f"no worker of these settings reads {letter.topic}")
        if letter.last_offset is not None:
            return Verdict(
                None, detail="no worker of this version reads the batch, whatever the settings"
            )
        if letter.truncated:
            return Verdict(
                None, detail="the letter is cut; the whole record may be at its source position"
            )
        try:
            self._readers[role](letter)
        except NothingToSay as why:
            # Sent again it might delete what came after it under its key.
            return Verdict(None, detail=f"it says nothing ({why.silence}): workers skip it")
        except InvalidMessage as error:
            return Verdict(False, str(error.reason), error.detail, self._path(role, error))  # noqa: FBT003 - the first field says what it is
        return Verdict(True)  # noqa: FBT003 - as above

    def _prediction(self, letter: Letter) -> None:
        # One at a time, as intake reads whatever it does not take in its compiled pass.
        self._form.rows(letter.value, key=letter.key, headers=letter.headers, time=letter.timestamp)
        if len(letter.value or b"") < _MAY_BE_LARGE:
            return
        block = RecordBlock.from_records(letter.topic, letter.partition, [_AsRecord(letter)])
        for _, table in self._reader.read([block]).tables(lambda _: 0):
            for _, frame in framed([table]):
                if isinstance(frame, InvalidMessage):
                    raise frame

    def _label(self, letter: Letter) -> None:
        self._labels.rows(
            letter.value, key=letter.key, headers=letter.headers, time=letter.timestamp
        )

    def _model_event(self, letter: Letter) -> None:
        model_event_of(
            letter.value,
            record_time=letter.timestamp,
            odd=[],
            headers=letter.headers,
            largest=self._options.message_bytes,
        )

    def _path(self, role: TopicRole, error: InvalidMessage) -> str:
        name, colon, _ = error.detail.partition(":")
        if not colon or error.reason not in _OF_FIELDS or " " in name:
            return ""
        fields = {
            TopicRole.PREDICTIONS: self._options.prediction_fields,
            TopicRole.LABELS: self._options.label_fields,
        }.get(role, FieldMap())
        return str(fields.paths.get(name, name))


class _AsRecord:
    """A letter's record, as the broker would bring it."""

    timestamp_type = 0

    def __init__(self, letter: Letter) -> None:
        self.topic = letter.topic
        self.partition = letter.partition
        self.offset = letter.offset
        self.timestamp = letter.timestamp
        self.key = letter.key
        self.value = letter.value
        self.headers: tuple[tuple[str, bytes], ...] = ()


def _observations(letter: Letter) -> None:
    if letter.value is not None and is_reference(letter.value):
        try:
            decode_reference(letter.value)
        except OtherFormat as error:
            raise InvalidMessage(Reason.UNDECODABLE, str(error)) from error
    elif letter.value is not None and is_frame(letter.value):
        try:
            decode_frame(letter.value)
        except OtherFormat as error:
            raise InvalidMessage(Reason.UNDECODABLE, str(error)) from error
    else:
        decode_observed(decode_object(letter.value))


def _lifecycle(letter: Letter) -> None:
    decode_lifecycle(decode_object(letter.value))


def _alert(letter: Letter) -> None:
    decode_alert(decode_object(letter.value))
