"""What alarms by a classifier's errors, or by errors, predictions, scores and features together."""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, Final

import numpy as np
from river import drift

from benchmarks.detection.classifiers import Said
from benchmarks.watchers import Values, changes_of, default_monitor, driftline
from detectors.alerts.direction import has_improved
from detectors.alerts.drift import Drift
from detectors.alerts.window_summaries import numbers_after, numbers_before
from detectors.algorithms.false_alarms import FalseAlarms
from detectors.monitors.column_monitor import Change
from schemas.tables.columns import Kind

_RIVER: Final[Any] = drift
"""It has no types."""

EVERY: Final = 100

_AS_OFTEN_AS_OTHERS: Final = FalseAlarms.of("1 per 100,000 rows per column")
"""Less than what River's detectors raise with their defaults."""


def _river(make: Callable[[], Any], errors: Values) -> list[int]:
    detector, found = make(), []
    for row, error in enumerate(errors.tolist()):
        detector.update(error)
        if detector.drift_detected:
            found.append(row)
    return found


def without_recoveries(changes: Sequence[Change]) -> list[int]:
    """Return the rows of changes of errors but for improvements that follow a worsening.

    A model that learns on errs less and less after a drift: each step of that is news, no drift,
    and its alert names the worsening (`detectors.alerts.recoveries`).
    """
    rows = []
    worse = False
    for change in changes:
        if isinstance(change, Drift):
            grew = float(change.after.mean()) > change.before.mean
            if worse and not grew:
                continue
            worse = worse or grew
        rows.append(change.row)
    return rows


def without_news(changes: Sequence[Change]) -> list[int]:
    """Return the rows of changes of errors but for those to fewer ones, whose alerts are `info`."""
    return [
        change.row
        for change in changes
        if not isinstance(change, Drift)
        or not has_improved(numbers_before(change.before), numbers_after(change.after))
    ]


ERRORS_ALONE: Final = "Driftline, errors"
NO_RECOVERIES: Final = "Driftline, errors, no recoveries"
NO_NEWS: Final = "Driftline, errors, no news"
OFTEN: Final = "Driftline, errors, no news, 1 in 100,000"
FEATURES: Final = "Driftline, errors and features"
TOGETHER: Final = "Driftline, all columns"
ALARMS: Final = "Driftline, all columns, no news"
NAMES: Final = (
    ERRORS_ALONE,
    NO_RECOVERIES,
    NO_NEWS,
    OFTEN,
    FEATURES,
    TOGETHER,
    ALARMS,
    "River ADWIN",
    "River Page-Hinkley",
    "River HDDM_A",
    f"every {EVERY} rows",
    "always",
    "never",
)


def alarms_of(
    said: Said, features: Sequence[Values], seed: int, *, learns: bool
) -> dict[str, list[int]]:
    """Return the rows at which each watcher of `NAMES` alarms, all with their defaults.

    Parameters
    ----------
    said
        By the classifier.
    features
        Of the same rows, which only Driftline looks at: shapes ``(n,)``.
    seed
        Of Driftline's references.
    learns
        Whether the classifier learns on, as the configuration says then (`learns_on`): alerts of
        its predictions and scores are `info`.
    """
    rows = len(said.errors)
    errors = changes_of(default_monitor(seed, Kind.BOOLEAN, errors=True), said.errors)
    often = changes_of(
        default_monitor(seed, Kind.BOOLEAN, _AS_OFTEN_AS_OTHERS, errors=True), said.errors
    )
    ours = [change.row for change in errors]
    columns = [(values, Kind.NUMBER) for values in features]
    columns += [(said.predictions, Kind.BOOLEAN), (said.scores, Kind.NUMBER)]
    each = [
        driftline(np.ascontiguousarray(values), seed + 1000 * number, kind)
        for number, (values, kind) in enumerate(columns, 1)
    ]
    found = [
        ours,
        without_recoveries(errors),
        without_news(errors),
        without_news(often),
        sorted({*ours, *chain.from_iterable(each[:-2])}),
        sorted({*ours, *chain.from_iterable(each)}),
        sorted({*without_news(errors), *chain.from_iterable(each[:-2] if learns else each)}),
        _river(_RIVER.ADWIN, said.errors),
        _river(_RIVER.PageHinkley, said.errors),
        _river(_RIVER.binary.HDDMA, said.errors),
        list(range(EVERY - 1, rows, EVERY)),
        list(range(rows)),
        [],
    ]
    return dict(zip(NAMES, found, strict=True))
