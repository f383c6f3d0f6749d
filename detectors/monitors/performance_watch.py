"""Performance of one model version: a consumer of its rows, beside the drift's columns."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detectors.monitors.options import MonitorOptions
from detectors.monitors.row_consumer import Found
from detectors.performance.error import Task
from detectors.performance.labelled_rows import are_labelled
from detectors.performance.outcome_names import OutcomeNames
from detectors.performance.performance import Performance
from detectors.performance.prediction_counts import PredictionCounts
from detectors.performance.task_choice import settled_in
from detectors.performance.telling import Telling
from detectors.performance.withheld import withheld
from detectors.rows.label_counts import LabelCounts, backdated, corrected_in
from detectors.rows.predicted_at import predicted_at
from detectors.rows.row_log import RowLog
from detectors.snapshots.tree import State
from schemas.events.identity import stable_id
from schemas.events.model_performance import ModelPerformance, Window
from schemas.events.position import Position
from schemas.events.times import format_time
from schemas.tables.columns import ABSENT, Column, Role, column_of, of_role
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationBatch, Origin
from schemas.tables.outcomes import outcome_columns, outcomes_of
from schemas.tables.rated_columns import rated_columns, rated_labels
from schemas.values.categories import category_name
from schemas.values.rated_label import label_of

FORMAT: Final = 1
"""Of the state."""

NAME: Final = "performance"

_NEVER: Final = -1


class PerformanceWatch:
    """Tells how good a model version is in windows of its labelled rows.

    Where the task of the model is not declared, the first labelled rows decide it: they are kept
    until it stands. A deployment or a retraining makes nothing void: a version is as good as it is.

    Parameters
    ----------
    identity
        Model and version.
    options
        How the model is watched.

    Attributes
    ----------
    name
        The key of its state.
    """

    def __init__(self, identity: ModelVersion, options: MonitorOptions) -> None:
        self.name = NAME
        self._identity = identity
        self._options = options
        self._choice = options.new_choice()
        self._counts = PredictionCounts(options.performance.window, options.performance.kept)
        self._held: list[tuple[Any, ...]] = []
        # Where labels call classes otherwise than the model no figure is true: those of windows
        # that began before that was over are withheld.
        self._names = OutcomeNames(options.classes)
        self._untrue_until = _NEVER
        self._newest = _NEVER
        self._labels = LabelCounts()
        self._performance: Performance | None = None
        if self._choice.settled is not None:
            self._performance = self._new_performance(self._choice.settled)

    def skim(self, origin: Origin, rows: int, oldest: int, newest: int) -> bool:
        """Count predictions of one window as `detectors.monitors.row_consumer.RowConsumer`."""
        if origin is not Origin.PREDICTIONS or self._estimates:
            return False
        return self._counts.skim(rows, oldest, newest)

    def consume(self, rows: ObservationBatch, first: int, log: RowLog) -> list[Found]:
        """Learn from unseen rows; return the windows that are to be told.

        Parameters as of `detectors.monitors.row_consumer.RowConsumer`.
        """
        if rows.origin is Origin.PREDICTIONS:
            self._counts.add(rows.times)
            if self._performance is None or not self._estimates:
                return []
            estimated = self._performance.estimate(rows.columns, rows.times)
            are_other = np.full(len(rows), self._names.are_other)
            before = np.full(len(rows), self._labels.backdated)
            at_rows = [(each.row, each) for each in estimated]
            return self._all_found(at_rows, are_other, before, first, log)
        if rows.origin is Origin.REPEATS:
            self._labels = self._labels.plus(corrected_in(rows))
            return []
        if not are_labelled(rows.columns):
            return []
        are_other = self._compare_names(rows)
        before = np.cumsum(backdated(predicted_at(rows), rows.times))
        before += self._labels.backdated
        self._labels = replace(self._labels, backdated=int(before[-1]))
        found: list[tuple[int, Telling]] = []
        begin = min(self._choice.rows_left, len(rows))
        if begin:
            self._hold(rows.take(np.arange(len(rows)) < begin))
            if self._choice.settled is not None:
                self._performance = self._new_performance(self._choice.settled)
                told = self._take_held(self._performance)
                found += [(begin - 1, each) for each in told]
        if self._performance is not None and begin < len(rows):
            rest = rows.take(np.arange(len(rows)) >= begin)
            told = self._performance.add(rest.columns, predicted_at(rest), rest.times)
            found += [(begin + each.row, each) for each in told]
        return self._all_found(found, are_other, before, first, log)

    def restart(self) -> None:
        """Compare names anew, as the alert of labels does; a version's past is not void by it."""
        self._names.restart()

    def state(self) -> State:
        """Return the whole state."""
        return {
            "format": FORMAT,
            "options": self._fingerprint(),
            "predictions": self._counts.state(),
            "task": self._choice.state(),
            "held": [list(each) for each in self._held],
            "names": [self._names.state(), self._untrue_until, self._newest],
            "performance": None if self._performance is None else self._performance.state(),
            **({"repeats": self._labels.state()} if self._labels.total else {}),
        }

    def restore(self, state: State) -> None:
        """Restore a state; where other windows or classes were configured all of it begins anew.

        Raises
        ------
        ValueError
            Of a format that is not known.
        """
        if state["format"] != FORMAT:
            raise ValueError(f"performance of format {state['format']}, expected {FORMAT}")
        self._labels = LabelCounts.of(state.get("repeats", {}))
        if state["options"] != self._fingerprint():
            return
        self._counts.restore(state["predictions"])
        self._choice.restore(state["task"])
        self._held = [tuple(each) for each in state["held"]]
        # Releases before compared no names.
        if "names" in state:
            names, self._untrue_until, self._newest = state["names"]
            self._names.restore(names)
        if self._choice.settled is not None:
            self._performance = self._new_performance(self._choice.settled)
            is_same = self._choice.settled is settled_in(state["task"])
            if state["performance"] is not None and is_same:
                self._performance.restore(state["performance"])

    @property
    def _estimates(self) -> bool:
        return self._performance is not None and self._performance.estimates

    def _compare_names(self, rows: ObservationBatch) -> NDArray[np.bool_]:
        """Learn the names of outcomes; return whether they are other ones, as of each row."""
        times = predicted_at(rows)
        named = self._names.add(rows.columns, rows.times)
        for turn in named.turns:
            if not turn.is_open:
                self._untrue_until = max(self._newest, int(times[: turn.row + 1].max()))
        self._newest = max(self._newest, int(times.max()))
        return named.are_other

    def _all_found(
        self,
        found: Sequence[tuple[int, Telling]],
        are_other: NDArray[np.bool_],
        before: NDArray[np.int64],
        first: int,
        log: RowLog,
    ) -> list[Found]:
        return [
            Found(
                first + row,
                self._event(
                    withheld(told) if are_other[row] or told.begin <= self._untrue_until else told,
                    log.position(first + row, known_at=first + row),
                    int(before[row]),
                ),
            )
            for row, told in found
        ]

    def _new_performance(self, task: Task) -> Performance:
        options = self._options
        return Performance(task, task.classes(options.classes), options.performance, self._counts)

    def _fingerprint(self) -> str:
        """Return what tells options apart under which states differ in meaning."""
        options = self._options
        told = replace(options.performance, metrics=())
        spelled = sorted(options.spellings.document().items())
        named = [repr(sorted(options.label_names))] if options.label_names else []
        return stable_id(repr(told), repr(spelled), *options.class_names, str(options.task), *named)

    def _hold(self, rows: ObservationBatch) -> None:
        """Keep rows until the task is known, and have them decide it."""
        count = len(rows)
        predictions, labels = (
            list(map(_plain, outcomes_of(rows.columns, role, count)))
            for role in (Role.PREDICTION, Role.LABEL)
        )
        scores: list[Any] = [None] * count
        score = of_role(rows.columns, Role.SCORE)
        if score is not None:
            pairs = zip(score.values.tolist(), score.usable.tolist(), strict=True)
            scores = [value if is_there else None for value, is_there in pairs]
        for prediction, label in zip(predictions, labels, strict=True):
            self._choice.of_next(prediction, label)
        times = predicted_at(rows).tolist(), rows.times.tolist()
        if self._options.performance.rates:
            labels = rated_labels(rows.columns, labels)
        held = zip(predictions, labels, scores, *times, strict=True)
        self._held = [*self._held, *held]

    def _take_held(self, performance: Performance) -> list[Telling]:
        predictions, labels, scores, *times = zip(*self._held, strict=True)
        self._held = []
        columns: list[Column] = [
            *outcome_columns(Role.PREDICTION, predictions),
            *outcome_columns(Role.LABEL, [label_of(each) for each in labels]),
            *rated_columns(labels),
        ]
        if any(score is not None for score in scores):
            given = [ABSENT if score is None else score for score in scores]
            columns.append(column_of("score", Role.SCORE, given))
        predicted, labelled = (np.array(each, dtype=np.int64) for each in times)
        return performance.add(columns, predicted, labelled)

    def _event(self, told: Telling, at: Position, backdated_labels: int) -> ModelPerformance:
        model, version = self._identity
        place = at.topic, at.partition, at.offset
        predictions = told.predictions
        return ModelPerformance(
            model=model,
            version=version,
            performance_id=stable_id(
                NAME, model, version, str(told.kind), told.number, told.revision, *place
            ),
            window=Window(
                kind=told.kind,
                number=told.number,
                begin=format_time(told.begin),
                end=format_time(told.end),
            ),
            revision=told.revision,
            task=str(self._choice.settled and self._choice.settled.form),
            as_of=at,
            rows=told.rows,
            predictions=predictions,
            share_labelled=None if predictions is None else told.rows / predictions,
            maturity=told.maturity,
            unusable=told.unusable,
            positive_class=told.positive,
            metrics=told.metrics,
            classes=told.classes,
            confusion=told.confusion,
            estimate_errors=told.estimate_errors,
            label_duplicates=self._labels.duplicates,
            label_corrections=self._labels.corrections,
            backdated_labels=backdated_labels,
        )


def _plain(outcome: Any) -> Any:
    """Return an outcome as the rows that it came with do not change it; None if it is unusable."""
    if isinstance(outcome, list):
        return None if ... in outcome else outcome
    # Where its batch has other kinds too, it comes as the name of a category.
    return None if outcome is None or outcome is ... else category_name(outcome)
