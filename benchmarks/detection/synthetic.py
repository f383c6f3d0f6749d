"""Concept drifts of River's generators, told by the errors of frozen and of learning models."""

from collections.abc import Iterator
from itertools import islice, product
from typing import Any, Final

import numpy as np
from river.datasets import synth

from benchmarks.detection.classifiers import Classifier, Row
from benchmarks.detection.episodes import Episode
from benchmarks.detection.error_oracle import ORACLE, oracle
from benchmarks.detection.error_watchers import NAMES, alarms_of
from benchmarks.detection.scores import Group, score_table
from benchmarks.detection.section import Plan, Pool, Section

_RIVER: Final[Any] = synth
"""It has no types."""

LEARNT: Final = 2000
CHANGE_AT: Final = 8000
ROWS: Final = 14_000
MAX_DELAY: Final = 2000
WIDTHS: Final = {"abrupt": 50, "gradual": 1000}
"""Rows in which one concept gives way to the other; River's stream overflows below 46."""


def _concept(generator: str, seed: int, concept: int) -> Any:
    if generator == "SEA":
        return _RIVER.SEA(variant=(seed + 2 * concept) % 4, seed=seed, noise=0.1)
    if generator == "Agrawal":
        return _RIVER.Agrawal(classification_function=(seed + concept) % 10, seed=seed)
    return _RIVER.RandomRBF(
        seed_model=2 * seed + concept, seed_sample=seed, n_classes=2, n_features=10, n_centroids=20
    )


GENERATORS: Final = ("SEA", "Agrawal", "RandomRBF")


def rows_of(generator: str, width: int, seed: int) -> Iterator[tuple[Row, int]]:
    """Yield rows whose concept changes at `CHANGE_AT`, numbers only."""
    stream = _RIVER.ConceptDriftStream(
        stream=_concept(generator, seed, 0),
        drift_stream=_concept(generator, seed, 1),
        position=CHANGE_AT + width // 2,
        width=width,
        seed=seed,
    )
    for features, label in islice(stream, ROWS):
        yield {name: float(value) for name, value in features.items()}, int(label)


def run(generator: str, mode: str, model: str, seed: int) -> dict[str, Episode]:
    """Return what each watcher does at one drift."""
    rows = list(rows_of(generator, WIDTHS[mode], seed))
    classifier = Classifier()
    classifier.learn(rows[:LEARNT])
    said = classifier.judge(rows[LEARNT:], learns=model == "online")
    features = [
        np.array([row[name] for row, _ in rows[LEARNT:]]) for name in dict.fromkeys(rows[0][0])
    ]
    alarms = alarms_of(said, features, seed, learns=model == "online")
    end = CHANGE_AT + WIDTHS[mode]
    alarms[ORACLE] = oracle(said.errors, CHANGE_AT - LEARNT, end + MAX_DELAY - LEARNT)
    return {
        name: Episode([LEARNT + row for row in alarms[name]], CHANGE_AT, end)
        for name in (*NAMES, ORACLE)
    }


def measure(pool: Pool, plan: Plan) -> Section:
    """Score all watchers on concept drifts of River's generators."""
    runs = max(plan.episodes // 2, 3)
    kinds = list(product(GENERATORS, WIDTHS, ("frozen", "online")))
    found = pool.map(run, [(*kind, seed) for kind in kinds for seed in range(runs)])
    group: Group = {
        ", ".join(kind): found[number * runs : (number + 1) * runs]
        for number, kind in enumerate(kinds)
    }
    rows = (ROWS - LEARNT) * len(found)
    lines = [
        "## Errors under synthetic concept drift",
        "",
        (
            f"{', '.join(GENERATORS)} of River, whose concept changes at row {CHANGE_AT:,} of "
            f"{ROWS:,} (ConceptDriftStream, over {WIDTHS['abrupt']} or {WIDTHS['gradual']:,} "
            f"rows), and a Hoeffding tree that has learnt from the first {LEARNT:,} rows and is "
            f"frozen then, or learns on; {runs} drifts of each of the {len(kinds)} kinds (seeds 0 "
            f"to {runs - 1}). An alarm is right until {MAX_DELAY:,} rows after the drift's end."
        ),
        "",
        *score_table(group, MAX_DELAY, rows),
    ]
    return Section(lines, {})
