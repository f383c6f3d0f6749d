"""What the core is told by the configuration."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from detectors.algorithms.false_alarms import DEFAULT, FalseAlarms
from detectors.performance.error import Task
from detectors.performance.options import PerformanceOptions
from detectors.performance.task_choice import TaskChoice
from detectors.performance.threshold import Threshold
from detectors.reference.told_season import ToldSeason
from schemas.events.detector_report import Stream
from schemas.events.model_event import RESTARTING, ModelEventType
from schemas.tables.columns import Kind
from schemas.values.class_order import Classes
from schemas.values.spellings import USUAL, Spellings

Parameter = float | int | str | bool


THRESHOLDS_PART: Final = 0.2
"""What all thresholds of a model have of a budget of the whole model; its drifts have the rest."""


@dataclass(frozen=True, slots=True)
class DetectorOptions:
    """One detector on every watched column.

    Attributes
    ----------
    kind
        Its name in the registry.
    parameters
        Its parameters; the others keep their defaults, or follow from the budget.
    streams
        The views of the column that it watches, one detector each.
    """

    kind: str
    parameters: Mapping[str, Parameter]
    streams: tuple[Stream, ...] = (Stream.LOCATION, Stream.SPREAD)


DEFAULT_DETECTORS: Final = (
    DetectorOptions("adwin", {}),
    DetectorOptions("page_hinkley", {}),
)


@dataclass(frozen=True, slots=True)
class MonitorOptions:
    """How the columns of one model are watched.

    Attributes
    ----------
    detectors
        The detectors of streams on every column.
    false_alarms
        How many are affordable.
    joint_limit
        Rows of a model from one false alarm of all its columns together to the next, at least,
        where that does not follow from ``false_alarms``; 0 for none, and then no drifts of columns
        are told together either.
    burn_in
        Values of a column that make its reference before the first one is judged.
    bins
        Bins of the reference, at least 4; a value's rank is resolved to 1/bins.
    kinds
        Features whose kind is declared; that of the others is chosen by their values.
    critical
        Features whose drift is critical.
    ignored
        Features that are not watched.
    learns_on
        Whether a version goes on learning, so that its predictions and scores change by themselves.
    task
        What it predicts: decides what its errors are.
    names_classes
        Whether something else that is declared is of classes: then whole numbers are some.
    spellings
        Which texts are one class, a boolean, or no value.
    class_names
        The classes in the order of lists of probabilities; empty where they are numbered.
    label_names
        What its labels are called that are of a class: pairs of the label and the class.
    thresholds
        How good it has to be.
    performance
        How its performance is told.
    season
        Which seasons columns have.
    seasons
        Those of features that have others.
    reference_after
        Model events after which references begin anew.
    most_columns
        Watched columns of one version above which further ones are refused.
    """

    detectors: tuple[DetectorOptions, ...] = DEFAULT_DETECTORS
    false_alarms: FalseAlarms = DEFAULT
    joint_limit: float | None = None
    burn_in: int = 1000
    bins: int = 64
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    critical: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    most_columns: int = 5000
    task: Task = Task.AUTO
    names_classes: bool = False
    spellings: Spellings = USUAL
    class_names: tuple[str, ...] = ()
    label_names: tuple[tuple[str, str], ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    performance: PerformanceOptions = field(default_factory=PerformanceOptions)
    season: ToldSeason = ToldSeason.AUTO
    seasons: Mapping[str, ToldSeason] = field(default_factory=dict)
    learns_on: bool = False
    reference_after: frozenset[ModelEventType] = frozenset(RESTARTING)

    @property
    def drift_alarms(self) -> FalseAlarms:
        """What drifts have of the budget: all of it where there is no threshold."""
        if self.false_alarms.per_column or not self.thresholds:
            return self.false_alarms
        return self.false_alarms.part(1.0 - THRESHOLDS_PART)

    @property
    def threshold_alarms(self) -> FalseAlarms:
        """What thresholds have of it, together; of one of each column each has as much as one."""
        if self.false_alarms.per_column:
            return self.false_alarms
        return self.false_alarms.part(THRESHOLDS_PART)

    @property
    def classes(self) -> Classes:
        """The classes, by which errors are reckoned."""
        own = self.performance
        return Classes(
            self.spellings, self.class_names, own.positive, own.threshold, self.label_names
        )

    def new_choice(self) -> TaskChoice:
        """Return the choice of what a version predicts, by what is declared."""
        return TaskChoice(self.task, self.classes, names_classes=self.names_classes)
