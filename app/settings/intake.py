"""What the users' events look like, and how long predictions wait for their labels."""

from collections.abc import Collection, Mapping

from pydantic import Field, field_validator

from app.settings.section import Detail, Section, details, known_one
from schemas.label import Label
from schemas.prediction import Prediction


class PendingSettings(Section):
    """The predictions of one partition that wait for their labels."""

    ttl_seconds: float = Field(default=2_592_000.0, gt=0)
    """How long a prediction waits, in event time."""

    max_entries: int = Field(default=250_000, ge=1)
    """Of one partition, about 250 bytes each; above it the oldest are given up."""


class IntakeSettings(Section):
    """How the users' events are read."""

    prediction_fields: Mapping[str, str] = {}
    """Field of a prediction to its path in the documents, such as `payload.features`."""

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
