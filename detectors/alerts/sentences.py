"""The sentence of an alert, its ``message``: what changed, from what to what, who says so."""

from typing import Final, TypeAlias

from detectors.alerts.sighting import Sighting
from detectors.performance.label_dating import BLOCK, DatingTurn
from detectors.performance.label_flow import FlowTurn
from detectors.performance.outcome_names import NamesTurn
from detectors.performance.threshold import Threshold
from detectors.performance.threshold_check import Turn
from schemas.events.alert import AlertKind
from schemas.events.detector_report import DetectorReport, Stream
from schemas.events.drift_alert import Direction, DriftKind
from schemas.events.label_alert import LabelProblem
from schemas.events.quality_alert import Quality
from schemas.events.window_summary import CategorySummary, NumberSummary
from schemas.tables.model_version import ModelVersion

Window: TypeAlias = NumberSummary | CategorySummary
"""What a column looked like before or after."""

_STREAM_WORDS: Final = {
    Stream.LOCATION: "location of its ranks",
    Stream.SPREAD: "spread of its ranks",
    Stream.RAW: "values",
}

_FEW: Final = 5
_LONG: Final = 40

_QUALITY_WORDS: Final = {
    Quality.ABSENT: "absent from",
    Quality.NULL: "null in",
    Quality.MISTYPED: "of another type in",
    Quality.NON_FINITE: "not finite in",
}


def drift_sentence(
    sighting: Sighting,
    kind: DriftKind,
    direction: Direction | None,
    windows: tuple[Window, Window],
    report: DetectorReport,
    rows: int,
    *,
    without: str = "",
    reference: str = "",
) -> str:
    """Return the sentence of a drift.

    Parameters
    ----------
    sighting, kind, direction
        What changed, and where it went.
    windows
        Before and after, both of one kind of values.
    report
        Who says so.
    rows
        Since the change.
    without
        Words for the season without which the values are told; none for values as they came.
    reference
        Words for a reference from outside; none for one of rows.
    """
    said = f"{change_of(*windows)}, over {rows} rows"
    if without:
        said = f"without {without} {said}"
    return (
        f"{sighting.subject} {_verb(kind, direction)}: {said} "
        f"({report.kind} on the {_STREAM_WORDS[report.stream]}){reference}."
    )


def quality_sentence(
    sighting: Sighting, quality: Quality, shares: tuple[float, float], rows: int, detector: str
) -> str:
    """Return the sentence of rows without a usable value.

    Parameters
    ----------
    sighting, quality
        What changed.
    shares
        Of the rows with that quality, before and after.
    rows
        Since the change.
    detector
        Who says so.
    """
    before, after = shares
    return (
        f"{sighting.subject} changed: {_QUALITY_WORDS[quality]} {after:.1%} of the rows, before "
        f"{before:.1%}, over {rows} rows ({detector} on the share of rows that are not ok)."
    )


def values_sentence(
    sighting: Sighting, quality: Quality, shares: tuple[float, float], rows: int, detector: str
) -> str:
    """Return the sentence of usable values that are a fault, by the arguments of the other."""
    before, after = shares
    said = (
        f"one value in all of the latest {rows} rows"
        if quality is Quality.CONSTANT
        else f"never seen before in {after:.1%} of the latest {rows} rows"
    )
    return f"{sighting.subject} changed: {said}, before in {before:.1%} ({detector} on the values)."


def performance_sentence(turn: Turn, threshold: Threshold, identity: ModelVersion) -> str:
    """Return the sentence of a metric that has crossed its threshold."""
    model, version = identity
    metric = threshold.metric if threshold.of_class is None else str(threshold).split(" ", 1)[0]
    said = "is worse than it may be" if turn.is_breach else "is good again"
    return (
        f"{model} {version} {said}: {metric} {_short(turn.value)} over {turn.crossing.losses} "
        f"labels, and {_short(turn.bound)} is the threshold ({threshold})."
    )


def labels_sentence(turn: FlowTurn, identity: ModelVersion) -> str:
    """Return the sentence of labels that do not come as they used to, or do again."""
    model, version = identity
    if turn.problem is LabelProblem.STOPPED:
        if not turn.is_open:
            return f"Labels of {model} {version} come again, after {_short(turn.before)} s."
        return (
            f"Labels of {model} {version} have stopped: none for {_short(turn.after)} s of "
            f"predictions, and {_short(turn.before)} s was the longest silence before."
        )
    age = 0.0 if turn.age is None else turn.age / 1000
    said = "fewer labels in time" if turn.is_open else "its labels in time again"
    return (
        f"{model} {version} has {said}: {turn.after:.1%} of the predictions within "
        f"{_short(age)} s, and {turn.before:.1%} was usual."
    )


def names_sentence(turn: NamesTurn, identity: ModelVersion) -> str:
    """Return the sentence of labels that call classes otherwise than the model, or no more."""
    model, version = identity
    if not turn.is_open:
        return f"Labels of {model} {version} and its predictions go by the same names again."
    said, true = (
        ", ".join(repr(name[:_LONG]) for name in each[:_FEW]) or "nothing"
        for each in (turn.said, turn.true)
    )
    sentence = (
        f"Labels of {model} {version} cannot be compared with its predictions: {turn.right:.0%} "
        f"are right, labels say {true}, and it predicts {said}."
    )
    if not turn.names:
        return sentence
    names = ", ".join(f"{label!r} is {said!r}" for label, said in list(turn.names.items())[:_FEW])
    return f"{sentence} If {names}, {turn.renamed:.0%} are (models.{model}.label_names)."


def dating_sentence(turn: DatingTurn, identity: ModelVersion) -> str:
    """Return the sentence of labels that are dated before their predictions, or no more are."""
    model, version = identity
    if not turn.is_open:
        return f"Labels of {model} {version} are dated after its predictions again."
    return (
        f"{turn.after:.0%} of the latest {BLOCK} labels of {model} {version} are dated before "
        f"their predictions, so that nothing is known of how late they come. Is their timestamp "
        f"that of something else?"
    )


def _verb(kind: DriftKind, direction: Direction | None) -> str:
    if kind is not AlertKind.CONCEPT or direction is None:
        return "changed"
    return "rose" if direction is Direction.UP else "fell"


def change_of(before: Window, after: Window) -> str:
    """Return what went from where to where, of two windows of one kind of values."""
    if isinstance(before, CategorySummary) and isinstance(after, CategorySummary):
        shares = before.shares.keys() | after.shares.keys()
        gaps = {name: after.shares.get(name, 0.0) - before.shares.get(name, 0.0) for name in shares}
        most = max(sorted(gaps), key=lambda name: abs(gaps[name]), default="")
        then, now = before.shares.get(most, 0.0), after.shares.get(most, 0.0)
        return f"the share of {most!r} went from {then:.1%} to {now:.1%}"
    if isinstance(before, NumberSummary) and isinstance(after, NumberSummary):
        return (
            f"the mean went from {_short(before.mean)} to {_short(after.mean)}, "
            f"the standard deviation from {_short(before.std)} to {_short(after.std)}"
        )
    raise TypeError("a column has one kind before and after")


def _short(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.4g}"
