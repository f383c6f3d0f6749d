"""Records as the agents would read them, one at a time, by what their topic is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from agents.observations.event_time import bounded_time
from agents.records.record import Record
from app.options import intake_options
from app.settings import Settings, TopicRole
from schemas.events.left_out import LeftOut
from schemas.events.times import clamped_time, format_time
from schemas.payloads.model_events import model_event_of
from schemas.payloads.rows import UNVERSIONED, LabelRow, PredictionRow
from schemas.tables.columns import ABSENT
from schemas.values.rated_label import label_of, numbers_of

ROLES: Final = (TopicRole.PREDICTIONS, TopicRole.LABELS, TopicRole.MODEL_EVENTS)
"""What users write."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What one record, or one of the rows in it, says.

    Attributes
    ----------
    fields
        The fields of the event by their names; ``time`` is the event time.
    features
        Of a prediction, as they came; empty of other events.
    left_out
        Optional fields that cannot be read.
    note
        Whose time the event time is, where it is not the event's own; else empty.
    """

    fields: Mapping[str, Any]
    features: Mapping[str, Any]
    left_out: Sequence[LeftOut]
    note: str

    @property
    def known(self) -> frozenset[str]:
        """The optional fields that it has, by their names in an event."""
        has = {
            "prediction": "prediction" in self.fields,
            "scores": "score" in self.fields,
            "version": self.fields.get("version") not in {None, UNVERSIONED},
            "features": bool(self.features) and "prediction" in self.fields,
            "timestamp": not self.note and all(odd.field != "timestamp" for odd in self.left_out),
        }
        return frozenset(name for name, is_there in has.items() if is_there)

    def document(self) -> dict[str, Any]:
        """Return what JSON says of it."""
        features = {"features": dict(self.features)} if self.features else {}
        left_out = {each.field: str(each.oddity) for each in self.left_out}
        return {**self.fields, **features, "left_out": left_out, "note": self.note or None}


class RecordReading:
    """Reads single records with the present settings, as intake would.

    Parameters
    ----------
    settings
        The present ones.
    role
        What the records' topic is, one of `ROLES`.
    """

    def __init__(self, settings: Settings, role: TopicRole) -> None:
        self._options = intake_options(settings)
        self._form = self._options.prediction_format()
        self._label_form = self._options.label_format()
        self._role = role
        self._tolerance = round(self._options.clock_tolerance * 1000)

    def rows(self, record: Record) -> Sequence[Understood]:
        """Return what a record says: one row, or several.

        Raises
        ------
        NotTaken
            When it is refused, or says nothing.
        """
        if self._role is TopicRole.LABELS:
            return self._labels(record)
        if self._role is TopicRole.MODEL_EVENTS:
            return [self._model_event(record)]
        rows = self._form.rows(
            record.value, key=record.key, headers=record.headers, time=record.timestamp
        )
        return [self._prediction(row, record) for row in rows]

    def _prediction(self, row: PredictionRow, record: Record) -> Understood:
        fields = {
            "prediction_id": row.prediction_id,
            "model": row.model,
            "version": row.version,
            "prediction": row.prediction,
            "score": row.score,
            "label": row.label,
        }
        return self._understood(fields, row.time, record, row.left_out, row.features)

    def _labels(self, record: Record) -> Sequence[Understood]:
        rows = self._label_form.rows(
            record.value, key=record.key, headers=record.headers, time=record.timestamp
        )
        return [self._label(row, record) for row in rows]

    def _label(self, row: LabelRow, record: Record) -> Understood:
        fields = {
            "prediction_id": row.prediction_id,
            "label": label_of(row.label),
            "prediction": row.prediction,
            "model": row.model,
            "version": None if row.model is None else row.version,
            **{f"rate {path}": number for path, number in numbers_of(row.label).items()},
        }
        return self._understood(fields, row.time, record, row.left_out)

    def _model_event(self, record: Record) -> Understood:
        odd: list[LeftOut] = []
        event, time = model_event_of(
            record.value,
            record_time=record.timestamp,
            odd=odd,
            headers=record.headers,
            largest=self._options.message_bytes,
        )
        fields = event.model_dump(mode="json", exclude={"timestamp"})
        return self._understood(fields, time, record, odd)

    def _understood(
        self,
        fields: Mapping[str, Any],
        time: int,
        record: Record,
        left_out: Sequence[LeftOut],
        features: Mapping[str, Any] | None = None,
    ) -> Understood:
        note = ""
        counts, is_ahead = bounded_time(time, record.timestamp, self._tolerance)
        if is_ahead:
            note = (
                f"dated {format_time(time)}, after its record: the record's time counts "
                "(intake.clock_tolerance_seconds)"
            )
        elif time == clamped_time(record.timestamp):
            note = "time: the record's own"
        said = {
            name: value
            for name, value in fields.items()
            if value is not None and value is not ABSENT
        }
        return Understood({**said, "time": format_time(counts)}, features or {}, left_out, note)
