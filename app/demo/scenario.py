"""The demo's truth: what the world looks like before the shift and after it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from app.demo.distributions import (
    Beta,
    Distribution,
    Exponential,
    Integers,
    LogNormal,
    Mix,
    Poisson,
    Rate,
    Value,
)

FRAUD: Final = "fraud"
GENUINE: Final = "genuine"

OUTCOMES: Final = ("prediction", "score", "error")
"""Watched columns that follow from the features: they drift where the features do."""


@dataclass(frozen=True)
class World:
    """One state of the world.

    Attributes
    ----------
    features
        What each feature is drawn from.
    unseen_fraud
        Share of the transactions that is fraud of a kind which the model cannot see.
    """

    features: Mapping[str, Distribution]
    unseen_fraud: float


def _before() -> World:
    return World(
        features={
            "amount": LogNormal(4.0, 1.1),
            "account_age_days": Exponential(700.0),
            "transactions_24h": Poisson(2.5),
            "minutes_since_last": Exponential(240.0),
            "distance_km": LogNormal(2.0, 0.6),
            "device_risk": Beta(2.0, 6.0),
            "hour": Integers(0, 23),
            "country": Mix({"US": 0.45, "GB": 0.2, "DE": 0.15, "FR": 0.1, "BR": 0.06, "NG": 0.04}),
            "channel": Mix({"web": 0.5, "app": 0.35, "phone": 0.15}),
            "merchant_category": Mix(
                {"grocery": 0.3, "travel": 0.1, "fashion": 0.2, "fuel": 0.15, "electronics": 0.25}
            ),
            "card_present": Rate(0.6),
            "new_device": Rate(0.08),
        },
        unseen_fraud=0.01,
    )


def _after() -> World:
    changed: dict[str, Distribution] = {
        "amount": LogNormal(5.2, 1.1),
        "distance_km": LogNormal(2.0, 1.6),
        "country": Mix({"US": 0.25, "GB": 0.15, "DE": 0.1, "FR": 0.1, "BR": 0.25, "NG": 0.15}),
        "new_device": Rate(0.5),
    }
    return World(features={**_before().features, **changed}, unseen_fraud=0.3)


@dataclass(frozen=True)
class Scenario:
    """A model version whose world shifts once.

    Attributes
    ----------
    model, version
        Whose predictions these are.
    before, after
        The world on either side of the shift.
    """

    model: str = "fraud"
    version: str = "7"
    before: World = field(default_factory=_before)
    after: World = field(default_factory=_after)

    @cached_property
    def shifted(self) -> tuple[str, ...]:
        """Features whose distribution changes."""
        after = self.after.features
        return tuple(name for name, old in self.before.features.items() if old != after[name])

    @property
    def drifting(self) -> tuple[str, ...]:
        """Watched columns that drift: the shifted features, and the outcomes in consequence."""
        return self.shifted + OUTCOMES

    @property
    def watched(self) -> tuple[str, ...]:
        """All watched columns."""
        return (*self.before.features, *OUTCOMES)


COUNTRY_RISK: Final = {"BR": 1.0, "NG": 1.4}
"""What a country adds to the logit of fraud."""


def fraud_score(features: Mapping[str, Value]) -> float:
    """Return the probability of fraud as the model sees it, from 0 to 1."""
    numbers: Any = features
    logit = (
        -3.8
        + 1.1 * (math.log(max(numbers["amount"], 0.01)) - 4.0)
        + 0.3 * (math.log(max(numbers["distance_km"], 0.01)) - 2.0)
        + 2.5 * numbers["device_risk"]
        + 0.15 * numbers["transactions_24h"]
        + 1.8 * numbers["new_device"]
        - 0.7 * numbers["card_present"]
        + COUNTRY_RISK.get(numbers["country"], 0.0)
    )
    return 1.0 / (1.0 + math.exp(-logit))
