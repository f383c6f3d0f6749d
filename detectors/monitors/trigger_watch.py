"""The conditions of a model version's retrain triggers that its rows can meet."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from detectors.monitors.row_consumer import Found
from detectors.retraining.conditions import Corrections, Cost, OfRows, Schedule, Volume
from detectors.retraining.corrections_gauge import CorrectionsGauge
from detectors.retraining.cost_gauge import CostGauge
from detectors.retraining.gauges import Gauge, Reading
from detectors.retraining.row_count import RowCount
from detectors.retraining.schedule_gauge import ScheduleGauge
from detectors.retraining.volume_gauge import VolumeGauge
from detectors.rows.row_log import RowLog
from detectors.snapshots.tree import State
from schemas.events.identity import stable_id
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.retrain_signal import RetrainSignal, SignalReference
from schemas.events.times import format_time, parse_time
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationBatch, Origin

NAME: Final = "triggers"

MOST_TRAINED: Final = 20
"""Versions of the model of which the end of the training data is remembered, the latest."""

_GAUGES: Final[Mapping[type[OfRows], Callable[[Any], Gauge]]] = {
    Volume: VolumeGauge,
    Schedule: ScheduleGauge,
    Cost: CostGauge,
    Corrections: CorrectionsGauge,
}


class TriggerWatch:
    """A consumer of rows that tells when a condition is met.

    What is told goes to the retrain policy, which knows the alerts and the model events.

    Parameters
    ----------
    identity
        Model and version.
    conditions
        Those of the model's triggers, at least one.

    Attributes
    ----------
    name
        The key of its state.
    """

    name = NAME

    def __init__(self, identity: ModelVersion, conditions: Iterable[OfRows]) -> None:
        self._identity = identity
        self._gauges = {each: _GAUGES[type(each)](each) for each in conditions}
        self._labelled = RowCount()
        self._trained: dict[str, int] = {}
        """Version to the end of its training data, as model events say."""

    def skim(self, origin: Origin, rows: int, oldest: int, newest: int) -> bool:
        """Count rows that meet nothing as `detectors.monitors.row_consumer.RowConsumer`."""
        if origin is Origin.LABELS and not self._labelled.can_skim(newest):
            return False
        if not all(each.skim(origin, rows, oldest, newest) for each in self._gauges.values()):
            return False
        for gauge in self._gauges.values():
            gauge.pass_over(origin, rows)
        if origin is Origin.LABELS:
            self._labelled.skim(rows)
        return True

    def consume(self, rows: ObservationBatch, first: int, log: RowLog) -> list[Found]:
        """Learn from unseen rows; return what they met, in their order.

        Parameters as of `detectors.monitors.row_consumer.RowConsumer`.
        """
        is_labelled = rows.origin is Origin.LABELS
        before = self._labelled.rows
        if is_labelled:
            self._labelled.add(rows.times)
        readings = [
            (reading, condition)
            for condition, gauge in self._gauges.items()
            for reading in gauge.update(rows)
        ]
        readings.sort(key=lambda each: each[0].row)
        return [
            Found(
                first + reading.row,
                self._signal(
                    reading,
                    condition,
                    before + reading.row + 1 if is_labelled else before,
                    log,
                    first + reading.row,
                ),
            )
            for reading, condition in readings
        ]

    def restart(self) -> None:
        """Do nothing: that references begin anew says nothing of what the model was trained on."""

    def notice(self, event: ModelEvent) -> None:
        """Take a model event that is new: a training ends what was counted.

        A version that is deployed was trained when it was said to be, if that was said.
        """
        if not event.effects.trains or event.timestamp is None:
            return
        time = parse_time(event.timestamp)
        until = time
        if event.data_until is not None:
            until = min(parse_time(event.data_until), time)
        elif event.type is ModelEventType.VERSION_DEPLOYED and event.version in self._trained:
            until = min(self._trained[event.version], time)
        if event.version is not None:
            self._trained.pop(event.version, None)
            self._trained[event.version] = until
            if len(self._trained) > MOST_TRAINED:
                del self._trained[next(iter(self._trained))]
        for gauge in self._gauges.values():
            gauge.retrained(until)
        self._labelled.retrained(until)

    def state(self) -> State:
        """Return the whole state."""
        return {
            "gauges": {str(condition): gauge.state() for condition, gauge in self._gauges.items()},
            "labelled": self._labelled.state(),
            "trained": [[version, until] for version, until in self._trained.items()],
        }

    def restore(self, state: State) -> None:
        """Restore a state; a condition that is new, or was changed, begins with the next row."""
        for condition, gauge in self._gauges.items():
            known = state["gauges"].get(str(condition))
            if known is not None:
                gauge.restore(known)
        self._labelled.restore(state["labelled"])
        self._trained = dict(state["trained"])

    def _signal(
        self, reading: Reading, condition: OfRows, labelled: int, log: RowLog, row: int
    ) -> RetrainSignal:
        model, version = self._identity
        at = log.position(row, known_at=row)
        place: tuple[str | int, ...] = (at.topic, at.partition, at.offset)
        if isinstance(condition, Schedule):
            place = (reading.time,)  # the same one, whichever row comes to it first
        return RetrainSignal(
            model=model,
            version=version,
            signal=SignalReference(
                signal_id=stable_id("signal", model, version, str(condition), *place),
                kind=condition.kind,
                condition=str(condition),
                value=reading.value,
                since=format_time(reading.since),
                time=format_time(reading.time),
            ),
            at=at,
            labelled_rows=labelled if reading.labelled is None else reading.labelled,
        )
