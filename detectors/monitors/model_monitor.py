"""Monitor of one model version: a log of its rows, and what learns from each of them."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

import numpy as np

from detectors.monitors.column_monitor import ColumnMonitor
from detectors.monitors.drift_watch import DriftWatch
from detectors.monitors.fused_plan import FusedPlan, Layout, plan_of
from detectors.monitors.fused_stops import Stop
from detectors.monitors.given import ColumnKey, Given
from detectors.monitors.joint_watch import JointWatch
from detectors.monitors.options import MonitorOptions
from detectors.monitors.row_consumer import Found, RowConsumer
from detectors.monitors.trigger_watch import TriggerWatch
from detectors.monitors.watched_columns import ERROR
from detectors.monitors.watched_roles import ROLES_OF
from detectors.performance.class_columns import named_labels
from detectors.performance.error import Task
from detectors.performance.labelled_rows import (
    are_labelled,
    errors_of,
    kind_of_errors,
    with_errors,
)
from detectors.performance.task_choice import settled_in
from detectors.reference.given import GivenOutcome
from detectors.rows.row_log import RowLog
from detectors.snapshots.tree import State
from schemas.events.model_event import ModelEvent
from schemas.events.published import PublishedEvent
from schemas.tables.columns import Kind
from schemas.tables.observations import ObservationBatch, Origin, Source

_TASKS: Final = {Kind.BOOLEAN: Task.CLASSIFICATION, Kind.NUMBER: Task.REGRESSION}


class ModelMonitor:
    """Rows of one model version, each counted once, and their consumers; drift is the first.

    A batch gives exactly what its rows give one at a time, state and events alike, and rows that
    were counted before are dropped.

    Parameters
    ----------
    model, version
        Whose rows these are.
    options
        How to watch them.
    consumers
        What is to see the rows besides the drift's columns, in this order.
    given
        The references from outside that it has.

    Attributes
    ----------
    replayed_rows
        Rows that came again since this object was made; no part of the state.
    renewed
        Source partitions whose offsets began anew since this object was made; no part of the state.
    restarts
        Times that `restart` or `refer` was called of this object; no part of the state.
    options
        As given.
    task
        What the model predicts.
    """

    def __init__(
        self,
        model: str,
        version: str,
        options: MonitorOptions,
        consumers: Sequence[RowConsumer] = (),
        given: Given | None = None,
    ) -> None:
        self.model = model
        self.version = version
        self.replayed_rows = 0
        self.renewed: set[Source] = set()
        self.restarts = 0
        self.options = options
        self.task = options.new_choice()
        self._drift = DriftWatch((model, version), options, given)
        self._others = tuple(consumers)
        self._logs = {origin: RowLog() for origin in Origin}
        self._plans: dict[Origin, FusedPlan] = {}

    @property
    def columns(self) -> Mapping[ColumnKey, ColumnMonitor]:
        """The watched columns, in the order in which they came."""
        return self._drift.columns

    @property
    def consumers(self) -> Sequence[RowConsumer]:
        """What sees the rows besides the drift's columns, as given."""
        return self._others

    @property
    def rows(self) -> int:
        """Predictions counted so far."""
        return self._logs[Origin.PREDICTIONS].rows

    @property
    def labelled_rows(self) -> int:
        """Labelled predictions counted so far."""
        return self._logs[Origin.LABELS].rows

    @property
    def all_rows(self) -> int:
        """Rows counted so far, of predictions and of labelled ones."""
        return sum(log.rows for log in self._logs.values())

    @property
    def newest(self) -> int:
        """The latest event time of all rows, milliseconds since the epoch; -1 before the first."""
        return max(log.newest for log in self._logs.values())

    @property
    def has_reference(self) -> bool:
        """Whether the burn-in of any column is complete."""
        return any(column.reference.ready for column in self.columns.values())

    @property
    def refused_columns(self) -> int:
        """Columns that are not watched because there are too many, counted up to 100."""
        return self._drift.refused_columns

    def update(self, batch: ObservationBatch, *, room: int | None = None) -> list[PublishedEvent]:
        """Feed a batch of this model version; return what was found in the order of the rows.

        Parameters
        ----------
        batch
            The rows.
        room
            Further columns that may be watched, where that is less than the options allow.
        """
        log = self._logs[batch.origin]
        unseen = log.unseen(batch)
        self.replayed_rows += len(batch) - len(unseen)
        if len(unseen) == 0:
            return []
        self._plans.clear()
        self.renewed |= log.renewed_by(unseen)
        first = log.append(unseen)
        if unseen.origin is Origin.REPEATS:
            return self._finish(unseen, first, [], self._others)
        if not are_labelled(unseen.columns):
            found = self._drift.consume(unseen, first, log, room=room)
            return self._finish(unseen, first, found, self._others)
        found = []
        parts = []
        for begin, part in self._with_errors(unseen):
            found += self._drift.consume(part, first + begin, log, room=room)
            parts.append((first + begin, part))
        for number, part in parts:
            for consumer in self._others:
                found += consumer.consume(part, number, log)
        return self._events(found, log)

    def has_new_rows(self, batch: ObservationBatch) -> bool:
        """Tell whether a batch has rows that were not counted before."""
        return len(self._logs[batch.origin].unseen(batch)) > 0

    def fused_plan(self, layout: Layout, origin: Origin) -> FusedPlan | None:
        """Return where the state of all columns of an origin lies; None where there is more to do.

        Valid until the next update, conclusion, restart or restoration.
        """
        if origin is Origin.REPEATS or (origin is Origin.LABELS and self.task.settled is None):
            return None
        known = self._plans.get(origin)
        if known is None or known.layout is not layout:
            known = plan_of(layout, self.columns, ROLES_OF[origin], self._logs[origin])
            if known is None:
                return None
            self._plans[origin] = known
        return known

    def skim(self, origin: Origin, rows: int, oldest: int, newest: int) -> Sequence[RowConsumer]:
        """Have the other consumers skim rows that the fused kernel has fed to the columns.

        Parameters as of `detectors.monitors.row_consumer.RowConsumer.skim`; return those for whom
        it was not enough.
        """
        return [each for each in self._others if not each.skim(origin, rows, oldest, newest)]

    def finish_fused(
        self,
        rows: ObservationBatch,
        first: int,
        stop: Stop | None,
        consumers: Sequence[RowConsumer],
    ) -> list[PublishedEvent]:
        """Feed the rows of which the fused kernel fed the columns to all that is left to do.

        Parameters
        ----------
        rows
            The unseen rows that it was given, numbered from ``first``, and counted in the log.
        stop
            Where it stopped; None where it has fed them all and nothing was found.
        consumers
            What `skim` gave.
        """
        log = self._logs[rows.origin]
        log.hold(rows)
        drifts: list[Found] = []
        if stop is not None:
            self._plans.clear()
            drifts = self._drift.conclude(rows, first, log, stop)
        return self._finish(rows, first, drifts, consumers)

    def joint_of(self, origin: Origin) -> JointWatch | None:
        """Return what watches the columns of an origin together."""
        return self._drift.joint_of(origin)

    def restart(self) -> None:
        """Begin new references for all columns, and whatever else a deployment makes void."""
        self._plans.clear()
        self.restarts += 1
        self.task.restart()
        self._drift.restart()
        for consumer in self._others:
            consumer.restart()

    def notice(self, event: ModelEvent) -> None:
        """Tell the consumers that go by model events of one that is new."""
        for consumer in self._others:
            if isinstance(consumer, TriggerWatch):
                consumer.notice(event)

    def refer(self, keys: AbstractSet[ColumnKey]) -> None:
        """Take note of another reference from outside, by which some columns begin anew."""
        self._plans.clear()
        self.restarts += 1
        self._drift.refer(keys)

    def given_outcomes(self) -> Mapping[ColumnKey, GivenOutcome]:
        """Return what has become of the reference from outside in each column, if there is one."""
        return self._drift.given_outcomes()

    def state(self) -> State:
        """Return the whole state."""
        drift = self._drift.state()
        state = {
            "refused": drift["refused"],
            "logs": {
                str(origin): log.state()
                for origin, log in self._logs.items()
                if log.rows or origin is not Origin.REPEATS
            },
            "columns": drift["columns"],
            "joint": drift["joint"],
            "recoveries": drift["recoveries"],
            "task": self.task.state(),
        }
        consumers = {consumer.name: consumer.state() for consumer in self._others}
        if kept := {name: each for name, each in consumers.items() if each}:
            state["consumers"] = kept
        return state

    def restore(self, state: State) -> None:
        """Restore a state of a monitor of the same model, version and options.

        A consumer of which it has no state begins with the next row.
        """
        self._plans.clear()
        for origin, log in self._logs.items():
            known = state["logs"].get(str(origin))
            if known is not None or origin is not Origin.REPEATS:
                log.restore(known)
        self._drift.restore(state, self.rows)
        if "task" in state:
            self.task.restore(state["task"])
            if self.task.settled is not None and self.task.settled is not settled_in(state["task"]):
                self._drift.forget(ERROR, kind_of_errors(self.task.settled))
        elif ERROR in self.columns:
            # Errors were made row by row before, and this is what the first one was.
            self.task.settle(_TASKS.get(self.columns[ERROR].kind, Task.CLASSIFICATION))
        of_consumers = state.get("consumers", {})
        for consumer in self._others:
            if consumer.name in of_consumers:
                consumer.restore(of_consumers[consumer.name])

    def _finish(
        self,
        rows: ObservationBatch,
        first: int,
        found: list[Found],
        consumers: Sequence[RowConsumer],
    ) -> list[PublishedEvent]:
        """Feed rows to other consumers; return all that was found in their order."""
        log = self._logs[rows.origin]
        for consumer in consumers:
            found += consumer.consume(rows, first, log)
        return self._events(found, log)

    def _with_errors(self, rows: ObservationBatch) -> Iterator[tuple[int, ObservationBatch]]:
        """Yield labelled rows with their errors, and where they begin.

        Where the task of the model becomes certain among them there are two parts: errors of
        another kind than those before it begin a column anew.
        """
        left = min(self.task.rows_left, len(rows))
        numbers = np.arange(len(rows))
        if left:
            columns = named_labels(rows.columns, self.options.classes)
            part = replace(rows, columns=tuple(columns)).take(numbers < left)
            errors = errors_of(part.columns, self.task.of_next, left, self.options.classes)
            yield 0, replace(part, columns=(errors, *part.columns))
            if self.task.settled is not None:
                self._drift.forget(ERROR, kind_of_errors(self.task.settled))
        if left < len(rows) and self.task.settled is not None:
            part = rows.take(numbers >= left)
            columns = with_errors(
                part.columns,
                self.task.settled,
                len(part),
                self.options.classes,
                self.options.performance.score_of,
            )
            yield left, replace(part, columns=columns)

    def _events(self, found: list[Found], log: RowLog) -> list[PublishedEvent]:
        """Return what was found in the latest rows, in their order."""
        log.settle()
        if self._others:
            found.sort(key=lambda each: each.row)
        return [each.event for each in found]
