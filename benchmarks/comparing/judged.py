"""What a worker's comparisons say of rows that were drawn: its own classes, from columns to events.

The rows of each version go through the consumer that its monitor has, and all of them are settled
table by table, as a worker does with what it has read at once. Columns that are watched for drift
are left out, for comparisons do not know of them.
"""

from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.comparing.drawn import COUNTRIES, Drawn
from detectors.comparisons.matched import Contrast
from detectors.comparisons.measured import Measured
from detectors.comparisons.options import ComparisonOptions
from detectors.comparisons.row_values import row_values
from detectors.monitors.comparisons import Comparisons
from detectors.monitors.rollbacks import Rollbacks
from detectors.performance.error import Task
from detectors.performance.labelled_rows import with_errors
from detectors.performance.options import ScoreOf
from detectors.performance.outcome_view import OutcomeView
from detectors.routing.router import Router
from detectors.rows.row_log import RowLog
from detectors.versions.registry import VersionRegistry
from schemas.events.model_comparison import (
    ComparisonDecision,
    ComparisonMode,
    Finding,
    ModelComparison,
)
from schemas.tables.columns import Column, Kind, Role
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Source
from schemas.values.class_order import USUAL_CLASSES

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]

MODEL: Final = "fraud"
OLD, NEW = "1", "2"
START: Final = 1_772_366_400_000
HOUR: Final = 3_600_000
LASTING: Final = 48 * HOUR
"""Over which predictions are made."""


class Verdict(NamedTuple):
    """What was decided about a newer version.

    Attributes
    ----------
    labels
        Labels until then, of both; infinity where nothing was decided.
    is_harm
        Whether it is to go back.
    """

    labels: float
    is_harm: bool


UNDECIDED: Final = Verdict(np.inf, is_harm=False)


def verdict_of(drawn: Drawn, options: ComparisonOptions, size: int) -> Verdict:
    """Return the first decision on rows of which a table has so many labels."""
    decisions = map(_decision_of, comparisons_of(drawn, options, size))
    return next(filter(None, decisions), UNDECIDED)


def comparisons_of(drawn: Drawn, options: ComparisonOptions, size: int) -> list[ModelComparison]:
    """Return what is told of rows.

    Two neighbours are of one request where versions are shadows.
    """
    rows = len(drawn.is_new)
    are_pairs = options.mode is ComparisonMode.SHADOW
    request = np.arange(rows) // 2 if are_pairs else np.arange(rows)
    made = LASTING * request // (request[-1] + 1) if drawn.made is None else drawn.made
    made, delays = START + made, _delays(drawn)
    by_version = np.argsort(drawn.is_new, kind="stable")

    def table(origin: Origin, order: Integers, columns: tuple[Column, ...]) -> ObservationTable:
        times = made[order] + (delays[order] if origin is Origin.LABELS else 0)
        return _table(origin, drawn.is_new[order], request[order], times, columns)

    told = table(Origin.PREDICTIONS, by_version, ())
    # Rows of several tables are taken as one, and judged table by table.
    columns = tuple(_at(each, by_version) for each in _columns(drawn))
    labelled = table(Origin.LABELS, by_version, columns)
    begins = range(0, rows, size)
    tables = [
        table(Origin.LABELS, by_version[part], ())
        for part in (_part(by_version, begin, begin + size) for begin in begins)
    ]
    stated = replace(options, baseline=OLD, candidates=(NEW,))
    registry, router = VersionRegistry(), Router()
    rollbacks = Rollbacks(lambda _: None, registry, router)
    comparisons = Comparisons(lambda _: stated, registry, router, rollbacks)
    consumers = {
        key: comparisons.consumers(key, USUAL_CLASSES, ScoreOf.POSITIVE)
        for key in ((MODEL, OLD), (MODEL, NEW))
    }
    for whole in (told, labelled):
        for batch in whole.batches():
            for consumer in consumers[batch.model, batch.version]:
                consumer.consume(batch, 0, RowLog())
    settled = comparisons.settle([told, *tables])
    return [each for each in settled if isinstance(each, ModelComparison)]


def contrast_of(drawn: Drawn, options: ComparisonOptions) -> Contrast | None:
    """Return the difference of the first metric as all rows give it, looked at once."""
    metric = options.metrics[0]
    view = OutcomeView(_columns(drawn), len(drawn.is_new), USUAL_CLASSES, ScoreOf.POSITIVE)
    losses = row_values((metric,), view, len(drawn.is_new))[0]
    measured = Measured(metric, options.level)
    if options.mode is ComparisonMode.SHADOW:
        measured.add_pairs(losses[::2], losses[1::2])
    else:
        for arm, own in enumerate((~drawn.is_new, drawn.is_new)):
            measured.add(arm, np.full(int(own.sum()), START), losses[own])
    return measured.contrast(options.mode)


def _decision_of(event: ModelComparison) -> Verdict | None:
    # What is found of the metric that is judged decides, whatever else a promotion waits for.
    is_harm = event.decision is ComparisonDecision.ROLLBACK
    if not is_harm and event.metrics[0].finding is not Finding.BETTER:
        return None
    arms = event.exposure.baseline, event.exposure.candidate
    return Verdict(float(sum(each.labelled for each in arms)), is_harm)


def _table(
    origin: Origin,
    is_new: NDArray[np.bool_],
    offsets: Integers,
    times: Integers,
    columns: tuple[Column, ...],
) -> ObservationTable:
    counts = {OLD: int((~is_new).sum()), NEW: int(is_new.sum())}
    return ObservationTable(
        origin,
        tuple(ModelRows(MODEL, version, rows) for version, rows in counts.items() if rows),
        (Source(str(origin), 0),),
        np.zeros(len(is_new), dtype=np.int64),
        offsets,
        times,
        columns,
    )


def _part(by_version: Integers, begin: int, end: int) -> NDArray[np.bool_]:
    """Return which rows, in their order by version, are in a table."""
    return (by_version >= begin) & (by_version < end)


def _at(column: Column, order: Integers) -> Column:
    return replace(column, values=column.values[order])


def _delays(drawn: Drawn) -> Integers:
    """Return how much later than its prediction the label of each row came."""
    return np.full(len(drawn.is_new), HOUR) if drawn.delays is None else drawn.delays


def _columns(drawn: Drawn) -> tuple[Column, ...]:
    """Return the columns of labelled rows, their errors among them."""
    columns = [
        Column("prediction", Role.PREDICTION, Kind.NUMBER, drawn.said),
        Column("label", Role.LABEL, Kind.NUMBER, drawn.true),
        Column("delay", Role.DELAY, Kind.NUMBER, _delays(drawn).astype(np.float64)),
    ]
    if drawn.scores is not None:
        columns.append(Column("score", Role.SCORE, Kind.NUMBER, drawn.scores))
    if drawn.countries is not None:
        written = tuple(f'{{"country":"{each}"}}' for each in COUNTRIES)
        codes = drawn.countries.astype(np.int32)
        columns.append(Column("segment", Role.SEGMENT, Kind.CATEGORY, codes, written))
    is_classified = bool(np.isin(drawn.said, (0.0, 1.0)).all())
    task = Task.CLASSIFICATION if is_classified else Task.REGRESSION
    return with_errors(columns, task, len(drawn.said), USUAL_CLASSES, ScoreOf.POSITIVE)
