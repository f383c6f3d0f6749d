"""The demo's traffic: seeded, independent draws; no clock and no Kafka."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from app.demo.distributions import Value
from app.demo.scenario import FRAUD, GENUINE, Scenario, World, fraud_score

LATEST_LABEL: Final = 2.0
"""Seconds after its prediction at which a label arrives at the latest."""

_EARLIEST_LABEL: Final = 0.3
_EARLY: Final = 0.02
_UNLABELLED: Final = 0.02
_DUPLICATED: Final = 0.01


@dataclass(frozen=True, slots=True)
class Transaction:
    """One prediction and the truth about it.

    Attributes
    ----------
    number
        Counts the predictions from 0.
    shifted
        Whether it comes after the shift.
    features, prediction, score
        What the model saw, its class, and its probability of fraud.
    label
        The truth.
    label_delays
        Seconds after the prediction at which the label is sent: none for a label that never
        arrives, two for one that arrives twice, 0.0 for one that may overtake its prediction.
    """

    number: int
    shifted: bool
    features: dict[str, Value]
    prediction: str
    score: float
    label: str
    label_delays: tuple[float, ...]

    @property
    def wrong(self) -> bool:
        """Whether the prediction was an error."""
        return self.prediction != self.label


class Traffic:
    """An endless stream of transactions.

    However many are taken at once, the stream of one seed is the same.

    Parameters
    ----------
    scenario
        What it is drawn from.
    seed
        Seed of all draws.
    """

    def __init__(self, scenario: Scenario, *, seed: int) -> None:
        self._scenario = scenario
        self._world = scenario.before
        names = (*scenario.before.features, "label", "delay")
        # Each column has its own generator: the stream must not depend on the size of a draw.
        seeds = np.random.SeedSequence(seed).spawn(len(names))
        self._rngs = {
            name: np.random.default_rng(one) for name, one in zip(names, seeds, strict=True)
        }
        self.produced = 0

    @property
    def shifted(self) -> bool:
        """Whether the next transaction comes after the shift."""
        return self._world is self._scenario.after

    def shift(self) -> None:
        """Let the world change before the next transaction."""
        self._world = self._scenario.after

    def take(self, size: int) -> list[Transaction]:
        """Return the next ``size`` transactions."""
        world = self._world
        columns = {
            name: distribution.draw(self._rngs[name], size)
            for name, distribution in world.features.items()
        }
        chances = self._rngs["label"].random((size, 2)).tolist()
        delays = self._rngs["delay"].random((size, 2)).tolist()
        rows = zip(*columns.values(), strict=True)
        taken = []
        for values, chance, delay in zip(rows, chances, delays, strict=True):
            features = dict(zip(columns, values, strict=True))
            taken.append(self._transaction(world, features, chance, delay))
            self.produced += 1
        return taken

    def _transaction(
        self, world: World, features: dict[str, Value], chance: list[float], delay: list[float]
    ) -> Transaction:
        score = fraud_score(features)
        fraud = chance[0] < score or chance[1] < world.unseen_fraud
        return Transaction(
            number=self.produced,
            shifted=self.shifted,
            features=features,
            prediction=FRAUD if score > 0.5 else GENUINE,
            score=score,
            label=FRAUD if fraud else GENUINE,
            label_delays=tuple(_delays(*delay)),
        )


def _delays(fate: float, moment: float) -> Iterator[float]:
    """Yield when a label arrives; neither draw knows anything of the prediction."""
    if fate < _UNLABELLED:
        return
    late = _EARLIEST_LABEL + moment * (LATEST_LABEL - _EARLIEST_LABEL)
    yield 0.0 if fate < _UNLABELLED + _EARLY else late
    if fate > 1.0 - _DUPLICATED:
        yield LATEST_LABEL


def prediction_document(
    scenario: Scenario, transaction: Transaction, prediction_id: str, time: str
) -> dict[str, Any]:
    """Return the prediction event of a transaction."""
    score = round(transaction.score, 6)
    return {
        "prediction_id": prediction_id,
        "model": scenario.model,
        "version": scenario.version,
        "timestamp": time,
        "features": transaction.features,
        "prediction": transaction.prediction,
        "scores": {FRAUD: score, GENUINE: round(1.0 - score, 6)},
    }


def label_document(transaction: Transaction, prediction_id: str, time: str) -> dict[str, Any]:
    """Return the label event of a transaction."""
    return {"prediction_id": prediction_id, "label": transaction.label, "timestamp": time}
