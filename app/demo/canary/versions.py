"""The versions of the demo's model, and the truth that they try to tell."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.demo.distributions import Value
from app.demo.scenario import COUNTRY_RISK, FRAUD, GENUINE

_BASE: Final = -3.0
_STEEPNESS: Final = 4.0
"""How clearly a transaction that knows all signs is fraud or none: a seventh of them is fraud."""

_MERCHANT_RISK: Final = {"electronics": 1.2, "travel": 1.2}

_SIGNS: Final[Mapping[str, Callable[[Any], float]]] = {
    "amount": lambda value: 1.1 * (math.log(max(value, 0.01)) - 4.0),
    "distance_km": lambda value: 0.3 * (math.log(max(value, 0.01)) - 2.0),
    "device_risk": lambda value: 2.5 * value,
    "transactions_24h": lambda value: 0.15 * value,
    "new_device": lambda value: 1.8 * value,
    "card_present": lambda value: -0.7 * value,
    "country": lambda value: COUNTRY_RISK.get(value, 0.0),
    "merchant_category": lambda value: _MERCHANT_RISK.get(value, 0.0),
}
"""What each feature adds to the logit of fraud."""


@dataclass(frozen=True)
class Version:
    """A version of the model.

    Attributes
    ----------
    name
        Its name.
    assumes
        Features of which it knows nothing, and what it takes each to add to the logit.
    """

    name: str
    assumes: Mapping[str, float]

    def score(self, features: Mapping[str, Value]) -> float:
        """Return the probability of fraud as it sees it, from 0 to 1."""
        signs = sum(
            self.assumes[name] if name in self.assumes else sign(features[name])
            for name, sign in _SIGNS.items()
        )
        return 1.0 / (1.0 + math.exp(-_STEEPNESS * (_BASE + signs)))

    def says(self, features: Mapping[str, Value]) -> str:
        """Return the class that it predicts."""
        return FRAUD if self.score(features) > 0.5 else GENUINE


TRUTH: Final = Version("truth", {})
SERVING: Final = Version("7", {"merchant_category": 0.42})
WORSE: Final = Version("8", {"amount": 0.0})
BETTER: Final = Version("8", {})
