"""Observation tables as the release before has them: errors in place of predictions and labels."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from detectors.monitors.options import MonitorOptions
from detectors.performance.labelled_rows import are_labelled, errors_of
from detectors.performance.task_choice import TaskChoice
from schemas.tables.columns import Role
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationBatch, ObservationTable, Origin
from schemas.tables.outcomes import outcomes_of


class TablesBefore:
    """What makes tables of labelled rows such as a worker of the release before reads.

    Parameters
    ----------
    options_of
        Gives how a model is watched, by its name: what its errors are depends on it.
    most
        Model versions of which the task is remembered; beyond, all are chosen anew.
    """

    def __init__(self, options_of: Callable[[str], MonitorOptions], *, most: int = 10_000) -> None:
        self._options_of = options_of
        self._most = most
        self._tasks: dict[ModelVersion, tuple[TaskChoice, MonitorOptions]] = {}

    def of(
        self, tables: Iterable[tuple[int, ObservationTable]]
    ) -> Iterator[tuple[int, ObservationTable]]:
        """Yield tables with their partitions, of labelled rows one for each model version.

        Labels that came again are left out: the release before knows of none.
        """
        for partition, table in tables:
            if table.origin is Origin.REPEATS:
                continue
            if not are_labelled(table.columns):
                yield partition, table
                continue
            for batch in table.batches():
                yield partition, ObservationTable.of(self._with_errors(batch))

    def _with_errors(self, batch: ObservationBatch) -> ObservationBatch:
        known = self._tasks.get((batch.model, batch.version))
        if known is None:
            if len(self._tasks) >= self._most:
                self._tasks.clear()
            options = self._options_of(batch.model)
            known = self._tasks[batch.model, batch.version] = (
                options.new_choice(),
                options,
            )
        choice, options = known
        rows = len(batch)
        outcomes = (
            outcomes_of(batch.columns, role, rows) for role in (Role.PREDICTION, Role.LABEL)
        )
        found = [choice.of_next(*pair) for pair in zip(*outcomes, strict=True)]
        # One for all rows: the release before reads one column of errors, of one kind.
        errors = errors_of(batch.columns, lambda *_: found[-1], rows, options.classes)
        return replace(batch, columns=(errors,))
