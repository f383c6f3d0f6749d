"""The explanation of a sample: records, refusals, columns, settings to change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from agents.records.record import Record
from app.explain.advice import Advice, advise, field_of, limit_of
from app.explain.columns import SeenColumn, columns_of
from app.explain.forms import form_hints
from app.explain.hints import header_hints, id_hints, label_hints, zone_hints
from app.explain.plain import plain
from app.explain.reading import RecordReading, Understood
from app.explain.sample import Sample
from app.settings import Settings, TopicRole
from schemas.events.durations import MS_PER_HOUR
from schemas.events.event_times import read_time
from schemas.events.invalid import InvalidMessage
from schemas.events.left_out import Oddity
from schemas.events.not_taken import NotTaken
from schemas.events.nothing_to_say import NothingToSay, Silence
from schemas.tables.model_version import ModelVersion

LONGEST_SHOWN: Final = 160
"""Bytes of a refused record that are shown."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one record.

    Attributes
    ----------
    place
        Where it stands, in words.
    rows
        What it says; empty where it was not taken.
    why_not
        Why it was not taken; None where it was.
    beginning
        Of the value, where it was not taken.
    setting
        Where the settings say what was wrong: the place that was looked at, or a limit.
    """

    place: str
    rows: Sequence[Understood]
    why_not: NotTaken | None = None
    beginning: str = ""
    setting: str = ""

    @property
    def is_refused(self) -> bool:
        """Whether it would be a dead letter."""
        return isinstance(self.why_not, InvalidMessage)

    @property
    def outcome(self) -> str:
        """What a worker would do with it: take, skip or refuse."""
        if self.why_not is None:
            return "taken"
        return "refused" if self.is_refused else "skipped"

    def document(self) -> dict[str, Any]:
        """Return what JSON says of it."""
        document: dict[str, Any] = {"place": self.place, "outcome": self.outcome}
        if self.why_not is None:
            return {**document, "rows": [plain(row.document()) for row in self.rows]}
        return {
            **document,
            "why": str(self.why_not),
            "setting": self.setting or None,
            "value": self.beginning,
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is to be said of a sample.

    Attributes
    ----------
    sample, role
        What was read, and as what.
    records
        What became of each.
    columns
        Of predictions: the columns of each model version; with the settings of `advice` where none
        is taken without.
    advice
        Settings with which more would be taken; None where none are known.
    """

    sample: Sample
    role: TopicRole
    records: Sequence[Told]
    columns: Mapping[ModelVersion, Sequence[SeenColumn]]
    advice: Advice | None

    @property
    def hints(self) -> Sequence[str]:
        """What may be understood otherwise than it is meant, in words."""
        rows = [row for each in self.records for row in each.rows]
        labels = [row.fields["label"] for row in rows if "label" in row.fields]
        return [
            *label_hints(labels),
            *form_hints(rows),
            *id_hints(rows),
            *zone_hints(self._lags()),
            *header_hints(self.sample.records),
        ]

    def _lags(self) -> list[float]:
        """Return by how many hours each event is before its record, where these have times."""
        if not self.sample.is_topic:
            return []
        pairs = zip(self.sample.records, self.records, strict=True)
        return [
            (record.timestamp - read_time(row.fields["time"])) / MS_PER_HOUR
            for record, told in pairs
            for row in told.rows
        ]

    def count(self, outcome: str) -> int:
        """Return how many records came to an outcome."""
        return sum(each.outcome == outcome for each in self.records)

    @property
    def is_well(self) -> bool:
        """Whether all is understood: nothing is refused, and each column's values are used."""
        columns = (each for seen in self.columns.values() for each in seen)
        left_out = (odd for each in self.records for row in each.rows for odd in row.left_out)
        is_misread = any(each.is_misread for each in columns)
        is_elsewhere = any(odd.oddity is Oddity.OTHER_NAME for odd in left_out)
        is_unnamed = any(_is_unnamed(each.why_not) for each in self.records)
        return not (self.count("refused") or is_misread or is_elsewhere or is_unnamed)

    def document(self) -> dict[str, Any]:
        """Return what JSON says of it."""
        return {
            "source": self.sample.name,
            "read_as": str(self.role),
            "records": len(self.records),
            **{each: self.count(each) for each in ("taken", "skipped", "refused")},
            "models": [
                {
                    "model": model,
                    "version": version,
                    "columns": [each.document() for each in seen],
                }
                for (model, version), seen in self.columns.items()
            ],
            "advice": None
            if self.advice is None
            else {"settings": dict(self.advice.settings), "taken": len(self.advice.records)},
            "hints": list(self.hints),
            "details": [each.document() for each in self.records],
        }


def explain(settings: Settings, sample: Sample, role: TopicRole) -> Explanation:
    """Read a sample as a worker with the settings would."""
    reading = RecordReading(settings, role)
    told = [_told(reading, settings, role, sample, record) for record in sample.records]
    advice = advise(settings, role, sample.records)
    if role is not TopicRole.PREDICTIONS:
        return Explanation(sample, role, told, {}, advice)
    pairs = zip(sample.records, told, strict=True)
    taken: Sequence[Record] = [record for record, each in pairs if each.why_not is None]
    if not taken and advice is not None:
        settings, taken = advice.adopted, advice.records
    return Explanation(sample, role, told, columns_of(settings, taken), advice)


def _told(
    reading: RecordReading, settings: Settings, role: TopicRole, sample: Sample, record: Record
) -> Told:
    place = sample.place(record)
    try:
        return Told(place, reading.rows(record))
    except NotTaken as why:
        return Told(place, (), why, _beginning(record.value), _setting(settings, role, why))


def _is_unnamed(why: NotTaken | None) -> bool:
    """Tell whether a label event may have its label under a name that nobody knows."""
    return isinstance(why, NothingToSay) and why.silence is Silence.UNNAMED


def _setting(settings: Settings, role: TopicRole, why: NotTaken) -> str:
    if _is_unnamed(why):
        return "intake.label_fields.label"
    if not isinstance(why, InvalidMessage):
        return ""
    limit = limit_of(why.reason)
    if limit is not None:
        return limit
    name = field_of(why)
    where = {
        TopicRole.PREDICTIONS: ("prediction_fields", settings.intake.prediction_fields),
        TopicRole.LABELS: ("label_fields", settings.intake.label_fields),
    }.get(role)
    return f"intake.{where[0]}.{name}" if where and name else ""


def _beginning(value: bytes | None) -> str:
    if value is None:
        return "null"
    text = value[:LONGEST_SHOWN].decode("utf-8", "backslashreplace")
    return text + ("..." if len(value) > LONGEST_SHOWN else "")
