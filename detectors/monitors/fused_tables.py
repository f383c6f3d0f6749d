"""Feeds a table to the versions that have nothing unusual about them, labelled rows as errors."""

from collections.abc import Mapping
from dataclasses import replace

from detectors.monitors.fused_models import watch_fused
from detectors.monitors.model_monitor import ModelMonitor
from detectors.performance.error import Task
from detectors.performance.labelled_rows import are_labelled, with_errors
from detectors.performance.options import ScoreOf
from schemas.events.published import PublishedEvent
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationTable
from schemas.values.class_order import Classes


def watch_table(
    table: ObservationTable, monitors: Mapping[ModelVersion, ModelMonitor]
) -> dict[ModelVersion, list[PublishedEvent]]:
    """Feed a table to the steady ones among some versions; return these, and what was found.

    Of labelled rows the errors are made first.

    Parameters
    ----------
    table, monitors
        As of `detectors.monitors.fused_models.watch_fused`.
    """
    if not are_labelled(table.columns):
        return watch_fused(table, monitors)
    events: dict[ModelVersion, list[PublishedEvent]] = {}
    # The errors of the others are made model by model, until their tasks are settled.
    alike: dict[tuple[Task, Classes, ScoreOf], set[ModelVersion]] = {}
    for key in table.versions():
        task = None if key not in monitors else monitors[key].task.settled
        if task is not None:
            options = monitors[key].options
            how = task, options.classes, options.performance.score_of
            alike.setdefault(how, set()).add(key)
    for (task, classes, score_of), keys in alike.items():
        part = table.only(keys)
        columns = with_errors(part.columns, task, len(part), classes, score_of)
        events |= watch_fused(replace(part, columns=columns), monitors)
    return events
