"""How columns are watched, for all models and for single ones."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field

from app.settings.detector import Detectors, DetectorSettings
from app.settings.section import Section, expected
from detectors.algorithms.false_alarms import GRAMMAR, FalseAlarms, InvalidBudget
from detectors.monitors.options import DEFAULT_DETECTORS, MonitorOptions
from detectors.reference.told_season import ToldSeason
from schemas.events.model_event import RESTARTING, ModelEventType

_DEFAULTS: Final = MonitorOptions()

BurnIn = Annotated[int, Field(ge=10, le=1_000_000)]
# With fewer, a category that becomes another one can leave the ranks as they were.
Bins = Annotated[int, Field(ge=4, le=1024)]


def _budget(text: object) -> str:
    if not isinstance(text, str):
        raise expected(GRAMMAR)
    try:
        return FalseAlarms.of(text).text
    except InvalidBudget as error:
        raise expected(str(error)) from None


Budget = Annotated[str, Field(max_length=100), BeforeValidator(_budget)]


def _each_once(events: tuple[ModelEventType, ...]) -> tuple[ModelEventType, ...]:
    if len(set(events)) < len(events):
        raise expected("each event once")
    return events


ReferenceEvents = Annotated[tuple[ModelEventType, ...], AfterValidator(_each_once)]


class Joint(StrEnum):
    """Whether all columns of a model are watched together."""

    AUTO = "auto"
    NONE = "none"


class MonitorSettings(Section):
    """How every model is watched, where nothing else is said of it."""

    burn_in: BurnIn = _DEFAULTS.burn_in
    """Values of a column that make its reference before the first one is judged."""

    bins: Bins = _DEFAULTS.bins
    """Bins of the reference."""

    detectors: Detectors = tuple(
        DetectorSettings(kind=each.kind, parameters=each.parameters, streams=each.streams)
        for each in DEFAULT_DETECTORS
    )
    """The detectors on every column."""

    false_alarms: Budget = _DEFAULTS.false_alarms.text
    """How many false alarms are affordable; `N per M rows`, or `N per 30d` (`h`, `d` or `w` of
    event time), of a model version as a whole, and with `per column` behind it of each column. What
    all detectors must reach follows from it, but for parameters that are stated. Of one of a model
    as a whole its `thresholds`, where it has any, have a fifth."""

    reference_after: ReferenceEvents = RESTARTING
    """Model events after which the references of all versions of the model begin anew, with the
    first `burn_in` values that follow, or with what `driftline reference set` has given; none where
    the list is empty."""

    season: ToldSeason = ToldSeason.AUTO
    """`auto` looks for the course of a column's days and weeks in event time (UTC), and judges its
    values without it once it is known. `daily`, `weekly` and `daily+weekly` say what there is: that
    is taken off once it has been seen, and what is not named is not looked for. `none` says that
    there is none, so that nothing is learned, and that a change is guaranteed whatever the hour."""

    joint: Joint = Joint.AUTO
    """`auto` watches the columns of a model together as well, from eight of them on, so that small
    changes of many are told, and drifts of many in few alerts. Of `false_alarms` of a model it has
    one half and the columns the other; of `false_alarms` of each column it has as much as one.
    `none` has each column tell of itself alone."""


class MonitorOverrides(Section):
    """What is different for one model; null keeps the value of `monitor`."""

    burn_in: BurnIn | None = None
    """Values of a column that make its reference before the first one is judged."""

    bins: Bins | None = None
    """Bins of the reference."""

    detectors: Detectors | None = None
    """The detectors on every column."""

    false_alarms: Budget | None = None
    """How many false alarms are affordable; as of `monitor.false_alarms`."""

    reference_after: ReferenceEvents | None = None
    """Model events after which references begin anew; as of `monitor.reference_after`."""

    season: ToldSeason | None = None
    """What is done about the course of days and weeks; as of `monitor.season`."""

    joint: Joint | None = None
    """Whether all columns are watched together; as of `monitor.joint`."""
