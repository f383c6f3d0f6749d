"""A window of a model version's performance that is to be told."""

from typing import NamedTuple

from schemas.events.model_performance import ClassReport, Estimate, Maturity, WindowKind


class Telling(NamedTuple):
    """A window that is to be told, as it is after a row.

    Attributes
    ----------
    row
        The place of the row among those that were given.
    kind, number, revision
        Which window it is, and how often it was told before.
    begin, end
        Milliseconds since the epoch.
    rows, predictions
        Labelled rows of it, and predictions; None where these are not known.
    maturity, positive, unusable, metrics, classes, confusion, estimate_errors
        As of `schemas.events.model_performance.ModelPerformance`.
    """

    row: int
    kind: WindowKind
    number: int
    revision: int
    begin: int
    end: int
    rows: int
    predictions: int | None
    maturity: Maturity | None
    positive: str | None
    unusable: dict[str, int]
    metrics: dict[str, Estimate]
    classes: list[ClassReport]
    confusion: list[list[int]]
    estimate_errors: dict[str, float]
