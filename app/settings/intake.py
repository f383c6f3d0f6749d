"""What the users' events look like, and how long predictions wait for their labels."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from agents.join.options import ReusedIds
from app.settings.section import Detail, Section, details, expected, known_one
from schemas.events.label import Label
from schemas.events.prediction import Prediction


def _has_room(value: int, info: ValidationInfo) -> int:
    data = info.data
    if "hot_entries" not in data or "directory" not in data or data["directory"] is not None:
        return value
    if value > data["hot_entries"]:
        raise expected(
            f"at most hot_entries ({data['hot_entries']}), or intake.pending.directory set: what "
            "does not fit memory goes to disk"
        )
    return value


class PendingSettings(Section):
    """The predictions of one partition that wait for their labels."""

    ttl_seconds: float = Field(default=2_592_000.0, gt=0)
    """How long a prediction waits: by when its record came, and by the events of its model."""

    reused_ids: ReusedIds = ReusedIds.LATEST
    """What becomes of another prediction of the same id, model and version, as of a customer who is
    scored each day. `latest`: it takes the place of the one before. `by_time`: they wait side by
    side, sixteen at most, and a label is for the latest that is not dated after it."""

    hot_entries: int = Field(default=250_000, ge=1)
    """How many of one partition are kept in memory, about 250 bytes each; the older ones are on
    disk. Labels that come before their predictions are always in memory, no more than this."""

    directory: Path | None = None
    """A folder on a local disk; null keeps all in memory. Losing it costs time: what was there is
    read from the topic `pending` again."""

    max_entries: Annotated[int, AfterValidator(_has_room)] = Field(default=250_000, ge=1)
    """Of one partition, in memory and on disk, where one takes about 100 bytes; above it the oldest
    are given up. More than hot_entries need a directory."""


class IntakeSettings(Section):
    """How the users' events are read."""

    prediction_fields: Mapping[str, str] = {}
    """Field of a prediction to its path in the documents, such as `payload.features`; features may
    be `*`, or end with it: all members there that are no other field."""

    not_features: frozenset[str] = frozenset()
    """Paths of members that are no features though they stand among them."""

    label_fields: Mapping[str, str] = {}
    """Field of a label to its path in the documents."""

    model: str | None = Field(default=None, min_length=1, max_length=249)
    """The model of events that do not name one; null where they must."""

    clock_tolerance_seconds: float = Field(default=600.0, ge=0, le=31_536_000.0)
    """By how much an event may be dated after its record. Beyond it the producer's clock is wrong:
    the record's own time counts, lest one event from the future silence what comes before it."""

    pending: PendingSettings = PendingSettings()
    """The predictions that wait for their labels."""

    @field_validator("prediction_fields")
    @classmethod
    def _of_predictions(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        return _checked(value, Prediction.model_fields)

    @field_validator("label_fields")
    @classmethod
    def _of_labels(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        return _checked(value, Label.model_fields)


def _checked(paths: Mapping[str, str], fields: Collection[str]) -> Mapping[str, str]:
    problems = []
    for name, path in paths.items():
        if name not in fields:
            problems.append(Detail((name,), "an unknown field", known_one(name, fields)))
        if not all(path.split(".")):
            problems.append(
                Detail((name,), repr(path), "names with dots between them, such as payload.value")
            )
    if problems:
        raise details(problems)
    return paths
