"""Conditions under which a retraining is asked for, and combinations of them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from schemas.events.alert import AlertKind, Severity
from schemas.events.retrain_request import AlertReference
from schemas.events.retrain_signal import SignalKind
from schemas.values.numbers import number_name

DRIFT_KINDS: Final = (
    AlertKind.FEATURE,
    AlertKind.PREDICTION,
    AlertKind.SCORE,
    AlertKind.CONCEPT,
)
"""What a drift can be of."""

_RANK: Final[Mapping[Severity, int]] = {
    Severity.INFO: 0,
    Severity.WARNING: 1,
    Severity.CRITICAL: 2,
}


@dataclass(frozen=True, slots=True)
class Performance:
    """A threshold is crossed.

    Attributes
    ----------
    metrics
        As the alerts name them, such as ``recall[fraud]``; empty for any.
    """

    metrics: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return "performance" + _listed(sorted(self.metrics))

    def supporting(self, alerts: Iterable[AlertReference]) -> list[AlertReference]:
        """Return the alerts that count towards it."""
        return [
            each
            for each in alerts
            if each.kind is AlertKind.PERFORMANCE
            and (not self.metrics or each.feature in self.metrics)
        ]

    def holds(self, alerts: Iterable[AlertReference]) -> bool:
        """Tell whether open alerts meet it."""
        return bool(self.supporting(alerts))


@dataclass(frozen=True, slots=True)
class Drift:
    """So many columns have drifted.

    Attributes
    ----------
    features
        Distinct columns.
    severity
        The least that counts.
    kinds
        What counts.
    """

    features: int = 1
    severity: Severity = Severity.WARNING
    kinds: frozenset[AlertKind] = frozenset(DRIFT_KINDS)

    def __str__(self) -> str:
        kinds = [] if self.kinds == frozenset(DRIFT_KINDS) else sorted(self.kinds)
        return f"drift{_listed(kinds)} in {self.features} at {self.severity}"

    def supporting(self, alerts: Iterable[AlertReference]) -> list[AlertReference]:
        """Return the alerts that count towards it."""
        least = _RANK[self.severity]
        return [
            each for each in alerts if each.kind in self.kinds and _RANK[each.severity] >= least
        ]

    def holds(self, alerts: Iterable[AlertReference]) -> bool:
        """Tell whether alerts within the window meet it."""
        found = {(each.kind, each.feature) for each in self.supporting(alerts)}
        return len(found) >= self.features


@dataclass(frozen=True, slots=True)
class Volume:
    """So many rows have come since the training data's end.

    Attributes
    ----------
    rows
        How many.
    is_labelled
        Whether labelled rows are meant, as their labels come; else predictions.
    """

    rows: int
    is_labelled: bool = False

    def __str__(self) -> str:
        return f"{self.kind} >= {self.rows}"

    @property
    def kind(self) -> SignalKind:
        """The kind of its signals."""
        return SignalKind.LABELLED_ROWS if self.is_labelled else SignalKind.ROWS


@dataclass(frozen=True, slots=True)
class Schedule:
    """The event time has come to a time of a cron line.

    Attributes
    ----------
    line
        Five fields.
    zone
        The time zone, by its name in the tz database.
    """

    line: str
    zone: str = "UTC"

    def __str__(self) -> str:
        return f"schedule {self.line} ({self.zone})"

    @property
    def kind(self) -> SignalKind:
        """The kind of its signals."""
        return SignalKind.SCHEDULE


@dataclass(frozen=True, slots=True)
class Cost:
    """Avoidable errors since the last training outweigh the next one.

    Attributes
    ----------
    retraining
        What a retraining costs, in any currency.
    error
        What an error costs in the same: a wrong class, or a distance of 1.
    labelled_rows
        Labelled rows of the new world that are waited for, unless as much is lost before as a
        retraining costs.
    """

    retraining: float
    error: float
    labelled_rows: int = 1000

    def __str__(self) -> str:
        return f"cost {number_name(self.retraining)} at {number_name(self.error)} an error"

    @property
    def kind(self) -> SignalKind:
        """The kind of its signals."""
        return SignalKind.COST


@dataclass(frozen=True, slots=True)
class Corrections:
    """So many labels were corrected since the training data's end.

    Attributes
    ----------
    labels
        How many; None where a share is meant.
    share
        Which share of all labels, above 0 and at most 1; None where a number is meant.
    """

    labels: int | None = None
    share: float | None = None

    def __str__(self) -> str:
        limit = str(self.labels) if self.share is None else f"{number_name(self.share)} of labels"
        return f"{self.kind} >= {limit}"

    @property
    def kind(self) -> SignalKind:
        """The kind of its signals."""
        return SignalKind.CORRECTIONS


OfAlerts: TypeAlias = Performance | Drift
OfRows: TypeAlias = Volume | Schedule | Cost | Corrections
Leaf: TypeAlias = OfAlerts | OfRows


@dataclass(frozen=True, slots=True)
class Combination:
    """At least so many of some conditions.

    Attributes
    ----------
    least
        1 for any, as many as there are for all.
    of
        The conditions, at least one.
    """

    least: int
    of: tuple["Condition", ...]


Condition: TypeAlias = Leaf | Combination


def leaves_of(condition: Condition) -> Iterator[Leaf]:
    """Yield the conditions that are no combinations, in their order."""
    if isinstance(condition, Combination):
        for each in condition.of:
            yield from leaves_of(each)
    else:
        yield condition


def concerns(condition: Condition, alert: AlertReference) -> bool:
    """Tell whether an alert can count towards a condition, or one of those in it."""
    leaves = (each for each in leaves_of(condition) if isinstance(each, Performance | Drift))
    return any(each.supporting([alert]) for each in leaves)


def met(
    condition: Condition, alerts: Collection[AlertReference], signals: Collection[str]
) -> list[Leaf]:
    """Return which single conditions hold by which the whole does; empty where it does not.

    Parameters
    ----------
    condition
        The whole.
    alerts
        Those that count.
    signals
        Conditions of rows that were met, as texts.
    """
    if isinstance(condition, Combination):
        holding = [found for each in condition.of if (found := met(each, alerts, signals))]
        if len(holding) < condition.least:
            return []
        return list(dict.fromkeys(leaf for found in holding for leaf in found))
    if isinstance(condition, Performance | Drift):
        return [condition] if condition.holds(alerts) else []
    return [condition] if str(condition) in signals else []


def _listed(names: Iterable[str]) -> str:
    joined = ", ".join(names)
    return f" [{joined}]" if joined else ""
