"""The requests of customers: seeded, independent draws; no clock and no Kafka."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from app.demo.canary.versions import TRUTH, Version
from app.demo.scenario import FRAUD, GENUINE, Scenario
from app.demo.traffic import Traffic, Transaction

CUSTOMERS: Final = 2000


@dataclass(frozen=True, slots=True)
class Request:
    """A transaction that a version is to judge.

    Attributes
    ----------
    customer
        Whose it is: all that is theirs is judged by one version.
    transaction
        What is known of it, and its label; the prediction is nobody's yet.
    """

    customer: str
    transaction: Transaction

    def judged_by(self, version: Version) -> Transaction:
        """Return the transaction with what a version says of it."""
        features = self.transaction.features
        return replace(
            self.transaction, prediction=version.says(features), score=version.score(features)
        )


class Requests:
    """An endless stream of requests, the same for one seed however many are taken at once.

    Parameters
    ----------
    seed
        Seed of all draws.
    """

    def __init__(self, seed: int) -> None:
        self._traffic = Traffic(Scenario(), seed=seed)
        self._rng = np.random.default_rng(seed)

    @property
    def produced(self) -> int:
        """How many were taken."""
        return self._traffic.produced

    def take(self, size: int) -> Iterator[Request]:
        """Yield the next ``size`` requests."""
        chances = self._rng.random((size, 2)).tolist()
        for transaction, (who, chance) in zip(self._traffic.take(size), chances, strict=True):
            is_fraud = chance < TRUTH.score(transaction.features)
            yield Request(
                f"customer-{int(who * CUSTOMERS)}",
                replace(transaction, label=FRAUD if is_fraud else GENUINE),
            )
