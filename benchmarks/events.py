"""Predictions in Driftline's own format, some 600 bytes with 20 numeric features."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import orjson

FIRST_TIME: Final = 1_767_225_600_000
"""Event time of the first one: 2026-01-01, in milliseconds."""

_MOVE: Final = 0.3

_APART: Final = 7919
"""How many values lie between those that two models begin with."""


def feature_names(features: int) -> list[str]:
    """Return the features' names."""
    return [f"feature_{number:02d}" for number in range(features)]


def model_names(models: int) -> list[str]:
    """Return the models' names."""
    return [f"model-{number:04d}" for number in range(models)]


class Events:
    """A stream of events that is the same every time, without an end.

    Values lie around 0.5, as those of a scaled feature do. Now and then the first feature moves by
    two standard deviations, or back, so that there is something to find for every contender.

    Parameters
    ----------
    features, models
        How many; the models take turns.
    drawn
        Values that are drawn; then they come again, in other events.
    move_every
        Events of a model after which its first feature moves.
    """

    def __init__(
        self,
        features: int,
        models: int = 1,
        *,
        drawn: int = 1_000_000,
        move_every: int = 30_000,
    ) -> None:
        rng = np.random.default_rng(20260101)
        rows = max(drawn // features, 1)
        values = rng.normal(0.5, 0.15, (rows, features))
        scores = rng.beta(2.0, 5.0, rows).round(4).tolist()
        names = feature_names(features)
        self._bodies = [
            [
                _body(dict(zip(names, row, strict=True)), score)
                for row, score in zip(moved.round(6).tolist(), scores, strict=True)
            ]
            for moved in (values, values + _MOVE * (np.arange(features) == 0))
        ]
        self._move_every = move_every * models
        self._models = [name.encode() for name in model_names(models)]

    def take(self, count: int) -> Iterator[tuple[bytes, bytes]]:
        """Yield the keys and values of the first events."""
        models = self._models
        for number in range(count):
            bodies = self._bodies[number // self._move_every % 2]
            # Each model has all values in their order: if they took turns at these, too, a model
            # would get the same few again and again, which is as dependent as values can be.
            row, model = divmod(number, len(models))
            key = b"p%011d" % number
            yield (
                key,
                b'{"prediction_id":"%b","model":"%b","version":"1","timestamp":%d,%b'
                % (
                    key,
                    models[model],
                    FIRST_TIME + number,
                    bodies[(row + model * _APART) % len(bodies)],
                ),
            )


def _body(features: dict[str, float], score: float) -> bytes:
    rest = {
        "features": features,
        "prediction": "refuse" if score > 0.5 else "approve",
        "scores": {"approve": round(1 - score, 4), "refuse": score},
    }
    return orjson.dumps(rest)[1:]
