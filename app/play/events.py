"""From rows of a file to prediction and label events."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.play.types import ColumnType, convert
from schemas.events.event_times import read_time
from schemas.events.identity import stable_id
from schemas.events.invalid import InvalidMessage
from schemas.events.times import format_time
from schemas.payloads.rows import FieldMap


class UnknownColumns(Exception):
    """Options name columns that the file does not have."""


class Untrainable(Exception):
    """The first rows hold nothing for a model to learn."""


class UnusableRow(Exception):
    """A row cannot be an event; the message says why."""


class Predicted(NamedTuple):
    """What a model says about one row: its prediction, and the probabilities of its classes."""

    prediction: Any
    scores: dict[str, float] | None


Model = Callable[[Mapping[str, Any]], Predicted]
"""Predicts from the features of one row."""


class Played(NamedTuple):
    """The events of one row; `time` in milliseconds of event time, `label` None without one."""

    time: int
    key: str
    prediction: dict[str, Any]
    label: Any


@dataclass(frozen=True, slots=True)
class ColumnRoles:
    """What the columns of a file are; a role without a column is None.

    Attributes
    ----------
    id, time, label, prediction, score
        Single columns.
    features
        The features; empty for all other columns.
    ignored
        Columns that are left out of those.
    """

    id: str | None = None
    time: str | None = None
    label: str | None = None
    prediction: str | None = None
    score: str | None = None
    features: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        """Every column that is named."""
        single = (self.id, self.time, self.label, self.prediction, self.score)
        return (*(name for name in single if name is not None), *self.features, *self.ignored)

    def check(self, columns: Sequence[str]) -> None:
        """Refuse names that the file does not have.

        Raises
        ------
        UnknownColumns
            With all such names, and those of the file.
        """
        unknown = [name for name in dict.fromkeys(self.named) if name not in columns]
        if unknown:
            raise UnknownColumns(
                f"no column {', '.join(map(repr, unknown))} in the file; it has: "
                f"{', '.join(columns)}"
            )

    def features_of(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the features of a row."""
        if self.features:
            return {name: values[name] for name in self.features if name in values}
        taken = set(self.named)
        return {name: value for name, value in values.items() if name not in taken}


@dataclass(frozen=True, slots=True)
class Clock:
    """Event times of a file that has none: those of a first row and of each step after it.

    Attributes
    ----------
    start, step
        In milliseconds.
    """

    start: int
    step: float


class EventMaker:
    """Makes the events of rows.

    Parameters
    ----------
    model, version
        Whose predictions these are.
    roles
        What the columns are.
    types
        How the text of a CSV file's columns is read; empty where values have types.
    clock
        Event times of rows, where no column has them.
    predict
        Makes the prediction, where no column has it.
    """

    def __init__(
        self,
        *,
        model: str,
        version: str | None,
        roles: ColumnRoles,
        types: Mapping[str, ColumnType],
        clock: Clock,
        predict: Model | None = None,
    ) -> None:
        self._model = model
        self._version = version
        self._roles = roles
        self._types = types
        self._clock = clock
        self._predict = predict
        # Ids of this play alone, also where models play the same file; names may be too long.
        self._prefix = stable_id(model, version or "").partition("-")[0]
        self.unlike = 0

    def values(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Return the typed values of a row; `unlike` counts those not of their column's type."""
        if not self._types:
            return dict(raw)
        values = {name: convert(text, self._types[name]) for name, text in raw.items()}
        for name, kind in self._types.items():
            self.unlike += kind is not ColumnType.TEXT and isinstance(values[name], str)
        return values

    def event(self, number: int, values: Mapping[str, Any]) -> Played:
        """Return the events of a row.

        Parameters
        ----------
        number
            Of the row, from 0: its time, and the end of its id, where no column has them.
        values
            Typed.

        Raises
        ------
        UnusableRow
            If its time, prediction or score cannot be used.
        """
        roles = self._roles
        features = roles.features_of(values)
        time = self._time(number, values)
        identity = values.get(roles.id) if roles.id is not None else None
        key = f"{self._prefix}-{number}" if identity is None else str(identity)
        predicted = self._predicted(values, features)
        document: dict[str, Any] = {
            "prediction_id": key,
            "model": self._model,
            "timestamp": format_time(time),
            "features": features,
            "prediction": predicted.prediction,
        }
        if self._version is not None:
            document["version"] = self._version
        if predicted.scores is not None:
            document["scores"] = predicted.scores
        label = values.get(roles.label) if roles.label is not None else None
        return Played(time, key, document, label)

    def _time(self, number: int, values: Mapping[str, Any]) -> int:
        if self._roles.time is None:
            return self._clock.start + round(number * self._clock.step)
        value = values.get(self._roles.time)
        try:
            return read_time(value)
        except InvalidMessage as error:
            raise UnusableRow(f"column {self._roles.time!r} ({value!r}): {error}") from None

    def _predicted(self, values: Mapping[str, Any], features: Mapping[str, Any]) -> Predicted:
        roles = self._roles
        if self._predict is not None:
            return self._predict(features)
        prediction = None if roles.prediction is None else values.get(roles.prediction)
        if prediction is None:
            raise UnusableRow(f"no prediction in column {roles.prediction!r}")
        score = None if roles.score is None else values.get(roles.score)
        if score is None:
            return Predicted(prediction, None)
        if isinstance(score, bool) or not isinstance(score, int | float):
            raise UnusableRow(f"column {roles.score!r}: {score!r} is no number")
        return Predicted(prediction, {class_name(prediction): float(score)})


def class_name(outcome: Any) -> str:
    """Return the name of a class among the scores."""
    return str(outcome).lower() if isinstance(outcome, bool) else str(outcome)


def label_document(played: Played, time: int) -> dict[str, Any]:
    """Return the label event of a row that has a label."""
    return {"prediction_id": played.key, "label": played.label, "timestamp": format_time(time)}


def placed(document: Mapping[str, Any], fields: FieldMap) -> dict[str, Any]:
    """Return a document with its fields where a configuration's field map expects them.

    Examples
    --------
    >>> placed({"model": "m", "label": 1}, FieldMap({"label": "truth.value"}))
    {'model': 'm', 'truth': {'value': 1}}
    """
    result: dict[str, Any] = {}
    for name, value in document.items():
        *above, last = fields.paths.get(name, name).split(".")
        inner = result
        for step in above:
            inner = inner.setdefault(step, {})
        inner[last] = value
    return result


def columns_of(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return a file's columns: those of its header, or of its first rows in their order."""
    return tuple(columns) or tuple(dict.fromkeys(name for row in rows for name in row))
