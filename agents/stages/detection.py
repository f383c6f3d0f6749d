"""Detection: observation batches in, alerts out; partitioned by model."""

import asyncio
import logging
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

import numpy as np

from agents.records.record import Record
from agents.stages.stateful_stage import Stage
from agents.stages.telemetry import ModelStatus
from agents.transport.delivery import Delivery
from agents.transport.rounds import BatchEvent, records_of
from detectors.monitors.column_figures import figures_of
from detectors.monitors.fleet import Fleet, Taken
from detectors.monitors.model_monitor import ModelMonitor
from schemas.events.codec import decode_event, decode_object
from schemas.events.model_event import ModelEvent
from schemas.events.not_taken import NotTaken
from schemas.tables.frames import MAGIC, decode_frame
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationTable, Source

logger = logging.getLogger(__name__)

STATUS_EVERY: Final = 5.0
"""Seconds between two reports on one model: the gauges of wide models are not free."""

MOST_CELLS: Final = 4_000_000
"""Rows times columns above which no further ones are decoded before these are taken."""

FEW_ROWS: Final = 100
"""Of a model version at once: what is done for the version counts as much as what for the rows."""

WORTH_A_THREAD: Final = 20_000
"""Bytes of observations above which another thread takes them; the change-over has its price."""


@dataclass(kw_only=True, eq=False)
class Detection(Stage[Fleet]):
    """Handles rounds of observations.

    Attributes
    ----------
    reported
        By partition and model version, when it was last reported on.
    renewed
        Source partitions of which the log says that their offsets began anew.
    """

    name = "detection"
    reported: dict[int, dict[ModelVersion, float]] = field(default_factory=dict, init=False)
    renewed: set[Source] = field(default_factory=set, init=False)
    _rows_of_version: dict[int, float] = field(default_factory=dict, init=False)

    async def on_observations(self, event: BatchEvent, delivery: Delivery) -> None:
        """Take a batch of observations and model events."""
        started = perf_counter()
        partition = event.message.partition
        fleet = self._state(partition)
        records = records_of(event)
        if sum(len(record.value or b"") for record in records) < WORTH_A_THREAD:
            handled = _handle(fleet, records)
        else:
            # Nearly all of it is compiled and holds no lock: intake goes on meanwhile.
            handled = await asyncio.to_thread(_handle, fleet, records)
        if versions := sum(len(taken.table.models) for taken in handled.taken):
            rows = sum(len(taken.table) for taken in handled.taken)
            self._rows_of_version[partition] = rows / versions
        outputs: list[Awaitable[object]] = []
        for record, why in handled.not_taken:
            outputs += await self.dead_letters.put_aside(record, why)
        for taken in handled.taken:
            self.telemetry.rows_watched(taken.table.origin, len(taken.table))
            for alert in taken.alerts:
                outputs.append(await self.outputs.publish(alert))
            if self.states.get(partition) is fleet:
                self._report_models(partition, fleet, taken)
        self._report(event, started)
        await delivery.submit(event, outputs)

    def prefers_larger_rounds(self, partition: int) -> bool:
        """Tell whether a partition brings so few rows of a version that it costs more than they."""
        return self._rows_of_version.get(partition, FEW_ROWS) < FEW_ROWS

    def take_up(self, partition: int, state: Fleet) -> None:
        """Go on from a state that was loaded, and report on its models."""
        super().take_up(partition, state)
        for monitor in state:
            self.telemetry.model_watched(partition, _status(monitor, monitor.newest / 1000))

    def _drop(self, partition: int) -> None:
        super()._drop(partition)
        self.reported.pop(partition, None)
        self._rows_of_version.pop(partition, None)
        self.telemetry.models_dropped(partition)

    def _report_models(self, partition: int, fleet: Fleet, taken: Taken) -> None:
        reported = self.reported.setdefault(partition, {})
        for key in taken.evicted:
            reported.pop(key, None)
            self.telemetry.model_evicted(*key)
        now = perf_counter()
        table = taken.table
        last_times = table.times[np.array(table.bounds()[1:]) - 1].tolist()
        for rows, last in zip(table.models, last_times, strict=True):
            key = (rows.model, rows.version)
            monitor = fleet.monitor(*key)
            if monitor is None:  # a later table of the same event has pushed it out
                continue
            if monitor.renewed:
                self._warn_of_renewed(monitor.renewed - self.renewed)
            if now - reported.get(key, -STATUS_EVERY) < STATUS_EVERY:
                continue
            reported[key] = now
            self.telemetry.model_watched(partition, _status(monitor, last / 1000))

    def _warn_of_renewed(self, sources: Iterable[Source]) -> None:
        for source in sources:
            self.renewed.add(source)
            logger.warning(
                "offsets of %s, partition %d, began anew: the topic must have been deleted and "
                "created again; its new records are counted from the first one whose event time "
                "is later than all before",
                *source,
            )


@dataclass(frozen=True, slots=True)
class _Handled:
    """What came of records: the tables that were taken, and the records that hold none."""

    taken: list[Taken]
    not_taken: list[tuple[Record, NotTaken]]


def _handle(fleet: Fleet, records: Iterable[Record]) -> _Handled:
    """Feed records to a fleet."""
    handled = _Handled([], [])
    tables: list[ObservationTable] = []
    cells = 0
    for record in records:
        try:
            content = _decoded(record.value)
            if isinstance(content, ModelEvent):
                # It counts from its place in the log on.
                handled.taken.extend(fleet.update_all(tables))
                tables, cells = [], 0
                fleet.notice(content)
                continue
        except NotTaken as why:
            handled.not_taken.append((record, why))
            continue
        tables += content
        cells += sum(len(table) * len(table.columns) for table in content)
        if cells > MOST_CELLS:
            handled.taken.extend(fleet.update_all(tables))
            tables, cells = [], 0
    handled.taken.extend(fleet.update_all(tables))
    return handled


def _decoded(value: bytes | None) -> list[ObservationTable] | ModelEvent:
    if value is not None and value.startswith(MAGIC):
        return decode_frame(value)
    return decode_event(ModelEvent, decode_object(value))


def _status(monitor: ModelMonitor, last_event_time: float) -> ModelStatus:
    return ModelStatus(
        model=monitor.model,
        version=monitor.version,
        rows=monitor.rows,
        labelled_rows=monitor.labelled_rows,
        replayed_rows=monitor.replayed_rows,
        refused_columns=monitor.refused_columns,
        last_event_time=last_event_time,
        columns=dict(
            zip(
                monitor.columns,
                figures_of(column.reference.block for column in monitor.columns.values()),
                strict=True,
            )
        ),
    )
