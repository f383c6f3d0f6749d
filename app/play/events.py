"""From rows of a file to prediction and label events."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from app.play.columns.profile import Example
from app.play.columns.times import UnknownTime
from app.play.files.line import Row
from app.play.table import Table, identity
from schemas.events.event import LONGEST_NAME
from schemas.events.identity import stable_id
from schemas.events.times import format_time
from schemas.payloads.rows import FieldMap

_TOO_LONG: Final = f"an id or a name of more than {LONGEST_NAME} characters"


class UnusableRow(Exception):
    """A row cannot be an event: why, and what was found; equal reasons are counted together."""

    def __init__(self, reason: str, found: object = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.found = "" if found is None else f"{str(found)[:80]!r}"


class Untrainable(Exception):
    """The first rows hold nothing for a model to learn."""


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
class Clock:
    """Event times of a file that has none: those of a first row and of each step after it.

    Attributes
    ----------
    start, step
        In milliseconds.
    """

    start: int
    step: float


@dataclass(slots=True)
class Unlike:
    """Values of one column that were not of its kind; the first of them."""

    count: int
    first: Example


@dataclass(slots=True)
class Tally:
    """What was met while events were made.

    Attributes
    ----------
    unlike
        By column.
    numbered
        Rows whose id column has none: their number is their id.
    """

    unlike: dict[str, Unlike] = field(default_factory=dict)
    numbered: int = 0


class EventMaker:
    """Makes the events of rows.

    Parameters
    ----------
    model, version
        Whose predictions these are; None where a column tells.
    table
        What the columns are, and how they are read.
    clock
        Event times of rows, where no column has them.

    Attributes
    ----------
    roles
        Of the table's columns.
    predict
        Makes the prediction, where no column has it.
    tally
        What was met so far.
    """

    def __init__(
        self,
        *,
        model: str | None,
        version: str | None,
        table: Table,
        clock: Clock,
    ) -> None:
        self._model = model
        self._version = version
        self._table = table
        self.roles = table.roles
        self._clock = clock
        self.predict: Model | None = None
        # Ids of this play alone, also where models play the same file; names may be too long.
        self._prefix = stable_id(model or "", version or "").partition("-")[0]
        self.tally = Tally()

    def values(self, row: Row) -> dict[str, Any]:
        """Return the values of a row as its columns are read, ids and names as text."""
        found: dict[str, Any] = {}
        columns = self._table.columns
        for name, raw in row.values.items():
            column = columns.get(name)
            if column is None:
                continue
            value = column.value(raw)
            found[name] = value
            if type(value) is str and not column.fits(value):
                self._note(name, Example(value, row.line))
        for name in self.roles.identities:
            found[name] = identity(row, name, self._table.marks)
        if self.roles.time is not None:
            found[self.roles.time] = row.values.get(self.roles.time)
        return found

    def event(self, number: int, row: Row) -> Played:
        """Return the events of a row.

        Parameters
        ----------
        number
            Of the row, from 0: its time, and the end of its id, where no column has them.
        row
            As it was read.

        Raises
        ------
        UnusableRow
            If its time, prediction or id cannot be used.
        """
        values = self.values(row)
        roles = self.roles
        features = roles.features_of(values)
        time = self._time(number, values)
        document: dict[str, Any] = {
            "prediction_id": self._key(number, values),
            "model": self._name(self._model, roles.model, values),
            "timestamp": format_time(time),
            "features": features,
        }
        if document["model"] is None:
            raise UnusableRow("no model: name it by --model")
        predicted = self._predicted(values, features)
        document["prediction"] = predicted.prediction
        version = self._name(self._version, roles.version, values)
        if version is not None:
            document["version"] = version
        if predicted.scores is not None:
            document["scores"] = predicted.scores
        segment = {
            roles.names.get(name, name): values[name]
            for name in roles.segment
            if values.get(name) is not None
        }
        if roles.segments is not None and isinstance(values.get(roles.segments), dict):
            segment = values[roles.segments]
        if segment:
            document["segment"] = segment
        label = values.get(roles.label) if roles.label is not None else None
        return Played(time, document["prediction_id"], document, label)

    def _key(self, number: int, values: Mapping[str, Any]) -> str:
        column = self.roles.id
        given = None if column is None else values.get(column)
        if given is None:
            self.tally.numbered += column is not None
            return f"{self._prefix}-{number}"
        return _short(given)

    @staticmethod
    def _name(named: str | None, column: str | None, values: Mapping[str, Any]) -> str | None:
        if named is not None or column is None:
            return named
        given = values.get(column)
        return None if given is None else _short(given)

    def _time(self, number: int, values: Mapping[str, Any]) -> int:
        column, taken = self.roles.time, self._table.time
        if column is None or taken is None:
            return self._clock.start + round(number * self._clock.step)
        value = values.get(column)
        try:
            time = taken.time(value)
        except UnknownTime as error:
            raise UnusableRow(f"no time in column {column!r}: {error}", value) from None
        if time is None:
            raise UnusableRow(f"no time in column {column!r}")
        return time

    def _predicted(self, values: Mapping[str, Any], features: Mapping[str, Any]) -> Predicted:
        roles = self.roles
        if self.predict is not None:
            return self.predict(features)
        prediction = None if roles.prediction is None else values.get(roles.prediction)
        if prediction is None:
            raise UnusableRow(f"no prediction in column {roles.prediction!r}")
        if roles.scores is not None:
            scores = values.get(roles.scores)
            return Predicted(prediction, scores if isinstance(scores, dict) else None)
        score = None if roles.score is None else values.get(roles.score)
        if isinstance(score, bool) or not isinstance(score, int | float):
            return Predicted(prediction, None)  # a score in another form is noted as unlike
        return Predicted(prediction, {class_name(prediction): float(score)})

    def _note(self, column: str, example: Example) -> None:
        known = self.tally.unlike.get(column)
        if known is None:
            self.tally.unlike[column] = Unlike(1, example)
        else:
            known.count += 1


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


def _short(text: str) -> str:
    if len(text) > LONGEST_NAME:
        raise UnusableRow(_TOO_LONG, text)
    return text
