"""False decisions and power of comparisons by metric, beside tests that nobody would run.

A fixed test looks once, at the labels at which its power is .8 for the difference that is to be
found: its information is that of the same difference. Who always decides does so at the first
look, here at half of these labels, by the sign; who never does is never wrong, and finds nothing.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.comparing import drawn
from benchmarks.comparing.drawn import Draw, Drawn
from benchmarks.comparing.judged import contrast_of, verdict_of
from detectors.comparisons.options import ComparedMetric, ComparisonOptions
from detectors.performance.threshold import ThresholdMetric
from schemas.events.model_comparison import ComparisonMode

Numbers = NDArray[np.float64]

TABLE: Final = 40
"""Labels of a table, after each of which there is a look."""

SAMPLE: Final = 400_000
"""Labels by which the information of one is estimated."""

_REJECTED: Final = 1.959964
_QUANTILES: Final = (_REJECTED + 0.841621) ** 2


class Case(NamedTuple):
    """What is compared, and what is to be found.

    Attributes
    ----------
    draw
        Makes the rows.
    options
        What is stated; the first metric is the one that differs.
    difference
        By which rows are drawn: of the newer version's metric from the older one's, but for pairs
        of their accuracy.
    country
        The number of the only one in which they differ; None where they do in all.
    share
        Of the newer version in the labels.
    """

    draw: Draw
    options: ComparisonOptions
    difference: float
    country: int | None = None
    share: float = 0.5

    @property
    def are_pairs(self) -> bool:
        """Whether both versions score each request."""
        return self.options.mode is ComparisonMode.SHADOW

    def rows(self, random: np.random.Generator, labels: int, difference: float) -> Drawn:
        """Return rows of which each is either version's, or both are in turns."""
        is_new = (
            np.arange(labels) % 2 == 1 if self.are_pairs else random.random(labels) < self.share
        )
        return self.draw(random, is_new, difference)

    def fixed(self, random: np.random.Generator) -> int:
        """Return the labels at which a fixed test has a power of .8."""
        sample = self._differing(self.rows(random, SAMPLE, self.difference))
        contrast = contrast_of(sample, self.options)
        if contrast is None:
            raise ValueError("the sample says nothing")
        needed = _QUANTILES / contrast.difference**2
        return int(2.0 * np.ceil(needed / contrast.information * SAMPLE / 2.0))

    def gain(self, rows: Drawn) -> tuple[float, float]:
        """Return the difference where there is to be one, as it stands, and over its error."""
        contrast = contrast_of(self._differing(rows), self.options)
        if contrast is None:
            return 0.0, 0.0
        difference = -contrast.difference * np.sign(self.difference)
        return float(difference), float(difference * np.sqrt(contrast.information))

    def _differing(self, rows: Drawn) -> Drawn:
        if self.country is None or rows.countries is None:
            return rows
        own = rows.countries == self.country
        return Drawn(rows.is_new[own], rows.said[own], rows.true[own])


def _of(
    metric: ThresholdMetric, effect: float, mode: ComparisonMode | None = None
) -> ComparisonOptions:
    compared = ComparedMetric(metric=metric, smallest_effect=effect)
    return ComparisonOptions(metrics=(compared,), mode=mode or ComparisonMode.AB)


_ACCURACY: Final = ComparedMetric(metric=ThresholdMetric.ACCURACY, smallest_effect=0.1)

CASES: Final = {
    "recall .7, effect .1": Case(drawn.recall, _of(ThresholdMetric.RECALL, 0.1), 0.1),
    "precision .75, effect .1": Case(drawn.precision, _of(ThresholdMetric.PRECISION, 0.1), 0.1),
    "F1 .72, effect .08": Case(drawn.f1, _of(ThresholdMetric.F1, 0.08), 0.08),
    "RMSE 1, effect .12": Case(drawn.rmse, _of(ThresholdMetric.RMSE, 0.12), 0.12),
    "ROC AUC .8, effect .06": Case(drawn.roc_auc, _of(ThresholdMetric.ROC_AUC, 0.06), 0.06),
    "accuracy .95, canary of 10 %, effect .03": Case(
        drawn.mostly_right, _of(ThresholdMetric.ACCURACY, 0.03), 0.03, share=0.1
    ),
    "accuracy .9, pairs, effect .03": Case(
        drawn.shadows, _of(ThresholdMetric.ACCURACY, 0.03, ComparisonMode.SHADOW), 0.03
    ),
    "F1 .84, pairs, effect .05": Case(
        drawn.shadows, _of(ThresholdMetric.F1, 0.05, ComparisonMode.SHADOW), 0.03
    ),
    "accuracy .85, six segments, one worse by .12": Case(
        drawn.accuracy,
        ComparisonOptions(metrics=(_ACCURACY,), mode=ComparisonMode.AB, segments=("country",)),
        -0.12,
        country=drawn.SHARES.index(0.15),
    ),
}


class Outcome(NamedTuple):
    """What experiments of one case have come to.

    Attributes
    ----------
    labels
        At which a fixed test has a power of .8.
    false
        Share of decisions on versions that are alike, up to twice as many labels.
    at_n, at_1_5n, mean_stop
        Shares of what was found, and the mean labels over `labels`.
    fixed_false, fixed_found, always_found
        Of one look there, and of the sign at the first look; that one is always false.
    """

    labels: int
    false: float
    at_n: float
    at_1_5n: float
    mean_stop: float
    fixed_false: float
    fixed_found: float
    always_found: float


def outcome_of(case: Case, runs: int, random: np.random.Generator) -> Outcome:
    """Return what so many experiments with and without a difference come to."""
    fixed = case.fixed(random)
    labels = 2 * (3 * fixed // 4)
    false, wrongly = [], []
    stops, found, guessed = np.full(runs, np.inf), [], []
    for run in range(runs):
        alike = case.rows(random, 2 * fixed, 0.0)
        false.append(np.isfinite(verdict_of(alike, case.options, TABLE).labels))
        wrongly.append(abs(case.gain(alike.first(fixed))[1]) > _REJECTED)
        rows = case.rows(random, labels, case.difference)
        verdict = verdict_of(rows, case.options, TABLE)
        if verdict.is_harm == (case.difference < 0.0):
            stops[run] = verdict.labels
        found.append(case.gain(rows.first(fixed))[1] > _REJECTED)
        guessed.append(case.gain(rows.first(fixed // 2 // 2 * 2))[0] > 0.0)
    return Outcome(
        fixed,
        float(np.mean(false)),
        float((stops <= fixed).mean()),
        float((stops <= labels).mean()),
        float(np.minimum(stops, labels).mean()) / fixed,
        float(np.mean(wrongly)),
        float(np.mean(found)),
        float(np.mean(guessed)),
    )


def lines_of(outcomes: dict[str, Outcome]) -> Sequence[str]:
    """Return a table of them, with who always and who never decides."""
    head = (
        "rows",
        "n",
        "false",
        "at n",
        "at 1.5 n",
        "mean stop / n",
        "fixed: false",
        "fixed: at n",
    )
    lines = [f"| {' | '.join(head)} |", "|" + " --- |" * len(head)]
    for name, each in outcomes.items():
        shares = " | ".join(f"{share:.3f}" for share in each[1:-1])
        lines.append(f"| {name} | {each.labels} | {shares} |")
    guessed = [each.always_found for each in outcomes.values()]
    lines.append("")
    lines.append(
        "Who always decides is wrong about all versions that are alike, and finds "
        f"{min(guessed):.3f} to {max(guessed):.3f} of the differences; who never does finds none."
    )
    return lines
