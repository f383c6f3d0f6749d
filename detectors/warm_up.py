"""Compiles every kernel before it is needed."""

import numpy as np

from detectors.algorithms.estimated_mean import EstimatedMean
from detectors.algorithms.priming import uniform_sequence
from detectors.algorithms.rank_bets import is_on_spread
from detectors.algorithms.relative_threshold import RelativeThreshold
from detectors.arrays.column import Numbers
from detectors.monitors.column_figures import figures_of
from detectors.monitors.fleet import Fleet
from detectors.monitors.joint_watch import JointWatch
from detectors.monitors.options import MonitorOptions
from detectors.monitors.row_bets import RowBets
from detectors.performance.calibration import raise_to_rising
from detectors.performance.class_table import ClassTable
from detectors.performance.error import Task
from detectors.performance.estimated_lists import sum_lists
from detectors.performance.estimated_performance import sum_estimates
from detectors.performance.expected_ranking import sum_chances
from detectors.performance.judge import Judge
from detectors.performance.kept_losses import KeptLosses, LabelTimes
from detectors.performance.label_delays import LabelDelays
from detectors.performance.labelled_rows import with_errors
from detectors.performance.options import PerformanceOptions
from detectors.performance.outcome_view import OutcomeView
from detectors.performance.ranking import BINS, count_in_bins
from detectors.performance.score_keeper import WIDTHS
from detectors.performance.tallies import Tally
from detectors.performance.threshold import Threshold
from detectors.performance.threshold_check import ThresholdCheck
from detectors.reference import block_means, season
from detectors.reference.moments import with_values
from detectors.reference.residuals import MEMORY, PART, keep_residuals
from detectors.reference.season_learning import note, turn
from detectors.reference.season_removal import take_off
from detectors.reference.whitening import whitening_of
from schemas.tables.columns import Column, Kind, Role
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Source
from schemas.values.class_order import USUAL_CLASSES

ROWS = 100


def warm_up() -> None:
    """Compile the kernels, or load them from Numba's cache, so that no worker does while running.

    Seconds the first time on a machine, a fraction of one after that.
    """
    fleet = Fleet(lambda _: MonitorOptions(burn_in=10, bins=4))
    sequence = uniform_sequence(2 * ROWS)
    # The first table goes past the burn-in, column by column; the second by all columns of both
    # models at once, and the third by those of one.
    for first in (0, ROWS, 2 * ROWS):
        names = ("one", "other")[: 1 if first > ROWS else 2]
        rows = np.tile(np.arange(first, first + ROWS), len(names))
        models = tuple(ModelRows(name, "1", ROWS) for name in names)
        sources = (Source("", 0),), np.zeros(len(rows), dtype=np.int64)
        values = Column("warm-up", Role.FEATURE, Kind.NUMBER, sequence[: len(rows)])
        fleet.update(ObservationTable(Origin.PREDICTIONS, models, *sources, rows, rows, (values,)))
    joint = JointWatch(1.0, MonitorOptions().false_alarms)
    joint.settle(RowBets.on(0, 1))
    joint.look(0, [])
    fleet.state()
    figures_of(column for monitor in fleet for column in monitor.columns.values())
    with_values(0, 0.0, 0.0, sequence)
    # A column whose spread comes and goes, so that all of a filter is fitted.
    whitening_of(sequence * np.resize(np.repeat([1.0, 9.0], 20), len(sequence)), seed=0)
    keep_residuals(sequence, sequence, np.zeros(MEMORY), np.zeros(PART), 0)
    is_on_spread(0.0)
    _warm_up_seasons(sequence)
    judge = Judge(USUAL_CLASSES, PerformanceOptions(), ClassTable())
    tally = Tally(ROWS)
    check = ThresholdCheck(Threshold.of("roc_auc >= 0.5"), 1e6)
    outcomes = (
        Column("prediction", Role.PREDICTION, Kind.BOOLEAN, np.ones(2)),
        Column("label", Role.LABEL, Kind.BOOLEAN, np.array([0.0, 1.0])),
        Column("score", Role.SCORE, Kind.NUMBER, sequence[:2]),
    )
    reference = EstimatedMean()
    reference.add(np.zeros(2))
    RelativeThreshold(reference, lambda mean: mean, 1e6).update(np.zeros(2), np.arange(2))
    KeptLosses(Threshold.of("f1 >= previous - 0.1")).add(
        np.zeros(2), LabelTimes(np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int64))
    )
    columns = with_errors(outcomes, Task.CLASSIFICATION, 2)
    check.update(OutcomeView(columns, 2, USUAL_CLASSES), 0)
    which, times = np.arange(2), np.zeros(2, dtype=np.int64)
    for judged in (judge.class_rows(columns, 2), judge.numbers(columns, 2)):
        tally.add(judged, which, times, positive=1, quantile=0.5)
    for width in WIDTHS:
        count_in_bins(np.array([0.5, -0.5]), 0, np.zeros((2, BINS), dtype=width), 9)
    LabelDelays(1).add(which, which, which)
    raise_to_rising(np.ones(2), np.ones(2))
    sum_chances(np.ones(2), np.ones(2), np.zeros((3, BINS)))
    lists = np.full((2, 3), 1 / 3)
    sum_lists(lists, lists, np.zeros(2, dtype=np.int64), np.zeros((3, 3)), np.zeros(6))
    sum_estimates(np.ones(2), np.ones(2), np.ones(2, dtype=np.bool_), np.zeros(10))


def _warm_up_seasons(values: Numbers) -> None:
    memory, times = np.empty(season.MEMORY), np.zeros(len(values), dtype=np.int64)
    season.begin(memory, season.NUMBERS)
    blocks = np.empty(block_means.MEMORY)
    block_means.begin(blocks)
    note(values, np.empty(0, dtype=np.uint8), times, times, memory[season.STANDS], memory, blocks)
    turn(1, memory)
    take_off(values, times, 0, times[0], memory, np.empty(len(values)))
    season.is_calendar(memory)
