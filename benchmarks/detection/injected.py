"""Drifts injected into Electricity, told by a classifier's errors.

As Cerqueira et al. do (arXiv 2606.07789): rows are shuffled, so that nothing but the injected drift
changes; a Hoeffding tree learns on all the time; detectors watch from half of the stream on; a
drift begins in .6 to .9 of it, at once or over 2,500 rows; an alarm is right up to 2,500 rows after
its end. Of the seven data sets there one is here, without the columns ``date`` and ``day``, and the
detectors have their defaults in place of the best parameters on the other six.
"""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.detection.classifiers import Classifier, Row, Said
from benchmarks.detection.episodes import Episode
from benchmarks.detection.error_oracle import ORACLE, oracle
from benchmarks.detection.error_watchers import NAMES, NO_RECOVERIES, alarms_of
from benchmarks.detection.real_streams import electricity
from benchmarks.detection.scores import Group, mean_f1, score_table
from benchmarks.detection.section import Plan, Pool, Section
from benchmarks.watchers import Values

MAX_DELAY: Final = 2500
WIDTHS: Final = {"abrupt": 0, "gradual": 2500}
WATCHED_FROM: Final = 0.5
REGION: Final = (0.6, 0.9)
SKIPPED: Final = 0.75
"""Rows of a class that are left out where its prior changes."""

KINDS: Final = ("features permuted", "features filtered", "class prior", "labels swapped")


class Drift(NamedTuple):
    """What is done to rows.

    Attributes
    ----------
    kind
        One of `KINDS`.
    order
        Of the features, where they are permuted.
    feature, threshold
        Rows in which it is greater are left out, where features are filtered.
    label
        The class that comes less often, or as the other one.
    """

    kind: str
    order: NDArray[np.int64]
    feature: int
    threshold: float
    label: int


class Rows(NamedTuple):
    """A stream.

    Attributes
    ----------
    features
        Shape ``(n, features)``.
    labels
        Shape ``(n,)``: 0 or 1.
    places
        Shape ``(n,)``: their rows in the stream of which some were left out.
    """

    features: Values
    labels: NDArray[np.int64]
    places: NDArray[np.int64]

    def pairs(self) -> Iterator[tuple[Row, int]]:
        """Yield the rows as a classifier takes them."""
        for features, label in zip(self.features.tolist(), self.labels.tolist(), strict=True):
            yield dict(enumerate(features)), label


def drifted(
    rows: Rows, drift: Drift, share: NDArray[np.float64], random: np.random.Generator
) -> Rows:
    """Return rows, each of which has drifted with its own probability.

    Parameters
    ----------
    rows
        As they were.
    drift
        What is done to them.
    share
        Shape ``(n,)``: the probability.
    random
        Says which.
    """
    hit = random.random(len(share)) < share
    features, labels = rows.features.copy(), rows.labels.copy()
    kept = np.ones(len(hit), dtype=np.bool_)
    match drift.kind:
        case "features permuted":
            features[hit] = features[hit][:, drift.order]
        case "features filtered":
            kept = ~(hit & (features[:, drift.feature] > drift.threshold))
        case "class prior":
            left_out = random.random(len(hit)) < SKIPPED
            kept = ~(hit & (labels == drift.label) & left_out)
        case _:
            labels[hit & (labels == drift.label)] = 1 - drift.label
    return Rows(features[kept], labels[kept], rows.places[kept])


class Told(NamedTuple):
    """What a classifier said of a stream with one drift.

    Attributes
    ----------
    mode, kind
        Of the drift: of `WIDTHS` and `KINDS`.
    said
        By the classifier of the rows that are watched.
    rows
        Those rows.
    start
        The drift's first row.
    """

    mode: str
    kind: str
    said: Said
    rows: Rows
    start: int


def told(path: Path, seed: int) -> Iterator[Told]:
    """Yield what a classifier says of one shuffled stream with each kind of drift.

    All kinds have the same rows and the same beginning; so the classifier learns what comes before
    it once.

    Parameters
    ----------
    path
        Of the stream's file.
    seed
        Of the order of its rows, and of the drift.
    """
    stream = electricity(path)
    random = np.random.default_rng(seed)
    order = random.permutation(len(stream.labels))
    whole = Rows(stream.features[order], stream.labels[order], np.arange(len(order)))
    total, width_of_rows = whole.features.shape
    start = int(total * random.uniform(*REGION))
    watched = int(total * WATCHED_FROM)
    feature = int(random.integers(width_of_rows))
    permuted, label = random.permutation(width_of_rows), int(random.integers(2))
    threshold = float(np.median(whole.features[:, feature]))
    classifier = Classifier()
    classifier.learn(_between(whole, 0, watched).pairs())
    calm = _between(whole, watched, start)
    before = classifier.judge(calm.pairs(), learns=True)
    rest = _between(whole, start, total)
    for (mode, width), (number, kind) in product(WIDTHS.items(), enumerate(KINDS)):
        share = np.minimum((rest.places - start + 1) / (width + 1), 1.0)
        drift = Drift(kind, permuted, feature, threshold, label)
        after = drifted(rest, drift, share, np.random.default_rng((seed, number, width)))
        said = classifier.copy().judge(after.pairs(), learns=True)
        both = Said(*(np.concatenate(pair) for pair in zip(before, said, strict=True)))
        rows = Rows(
            np.concatenate([calm.features, after.features]),
            np.concatenate([calm.labels, after.labels]),
            np.concatenate([calm.places, after.places]),
        )
        yield Told(mode, kind, both, rows, start)


def run(path: str, seed: int) -> dict[tuple[str, str], dict[str, Episode]]:
    """Return what each watcher does at each kind of drift in one shuffled stream."""
    found = {}
    for each in told(Path(path), seed):
        alarms = alarms_of(each.said, list(each.rows.features.T), seed, learns=True)
        end = each.start + WIDTHS[each.mode]
        found[each.mode, each.kind] = {
            name: Episode(each.rows.places[alarms[name]].tolist(), each.start, end)
            for name in NAMES
        }
        begin, last = np.searchsorted(each.rows.places, (each.start, end + MAX_DELAY)).tolist()
        told_at = each.rows.places[oracle(each.said.errors, begin, last)].tolist()
        found[each.mode, each.kind][ORACLE] = Episode(told_at, each.start, end)
    return found


def _between(rows: Rows, begin: int, end: int) -> Rows:
    return Rows(rows.features[begin:end], rows.labels[begin:end], rows.places[begin:end])


def measure(pool: Pool, plan: Plan) -> Section:
    """Score all watchers on drifts that are injected into Electricity."""
    names: dict[str, float | None] = {"kdd_abrupt": None, "kdd_gradual": None}
    head = ["## Errors under injected drift", ""]
    if plan.data is None or not (plan.data / "elec2.csv.gz").exists():
        return Section([*head, "Not measured: there is no `elec2.csv.gz` at `--data`."], names)
    path = str(plan.data / "elec2.csv.gz")
    runs = pool.map(run, [(path, seed) for seed in range(plan.episodes)])
    total = len(electricity(Path(path)).labels)
    lines = [
        *head,
        (
            "Electricity, its rows shuffled, a Hoeffding tree that learns on, and a drift of four "
            f"kinds ({', '.join(KINDS)}), begun between .6 and .9 of the stream, watched from its "
            f"middle on: {plan.episodes} drifts of each (seeds 0 to {plan.episodes - 1}). An "
            f"alarm is right until {MAX_DELAY:,} rows after the drift's end, all others are "
            "false; F1 as CapyMOA's `EvaluateDriftDetector` has it, each right alarm counted, "
            "the mean of the four kinds; "
            "all detectors with their defaults. *All columns*: errors, features, predictions and "
            "scores, each watched by itself; the scores of a tree that learns on change with each "
            "of its splits. *No recoveries*: alerts that name the worsening that they come after "
            "(`recovery_of`) are left out, and the figures below are of these. "
            "*No news*: alerts that ask for no attention (`info`) are left out, which are those of "
            "fewer errors, and of predictions and scores where `learns_on` says so, as it would "
            "here. *An oracle* knows the row at which a drift would begin, the rate of errors "
            "before it, and that behind it, and alarms once the errors are 1,000,000 times "
            "likelier with it: what is missed there errors do not tell, at the default budget."
        ),
    ]
    for mode in WIDTHS:
        group: Group = {kind: [each[mode, kind] for each in runs] for kind in KINDS}
        rows = int(total * (1 - WATCHED_FROM)) * len(runs) * len(KINDS)
        lines += ["", f"**{mode.capitalize()}**", "", *score_table(group, MAX_DELAY, rows)]
        names[f"kdd_{mode}"] = mean_f1(group, NO_RECOVERIES, MAX_DELAY)
    return Section(lines, names)
