"""The times by which what waits grows old: that of arrivals, and each model's own."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.prediction_log.predictions import Predictions

IDLE_AFTER: Final = 1024
"""Predictions of others after which a model may count as idle: a single record that is dated a year
ahead must not make idle what comes again a moment later."""

MOST_MODELS: Final = 10_000
"""Models whose time is known; of others what waits grows old by its arrival alone."""

_NEVER: Final = 2**62


class ModelTime(NamedTuple):
    """How far a model is.

    Attributes
    ----------
    newest
        The latest age of its predictions.
    seen
        The time of arrivals when the latest one came.
    number
        How many predictions of all models there were by then.
    """

    newest: int
    seen: int
    number: int


class Clocks:
    """The clocks of one partition; they go by what is read alone, in milliseconds.

    What waits is too old when both measures say so: it came longer ago than the time to live, by
    the times of the records, and the events of its own model are further on by as much. A model
    that has fallen silent does not hold up the others: once `IDLE_AFTER` predictions of others and
    the time to live have passed, its predictions grow old by their arrival alone.

    Parameters
    ----------
    ttl
        Milliseconds that an entry may wait.

    Attributes
    ----------
    arrival
        The latest time of all records; 0 before the first.
    born
        The first such time: what came before it, and has none, grows old from there.
    told
        The time of arrivals that the changelog has.
    number
        Predictions that came so far.
    """

    def __init__(self, ttl: int) -> None:
        self._ttl = ttl
        self.arrival = self.born = self.told = 0
        self.number = 0
        # The one that was seen last is last.
        self._models: dict[str, ModelTime] = {}

    def arrivals(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return when records came, by the latest time up to each of them, and advance.

        Parameters
        ----------
        times
            Shape ``(n,)``: the records' own times; below 0 where they have none.
        """
        if len(times) == 0:
            return times
        arrivals = np.maximum.accumulate(np.maximum(times, self.arrival))
        self.advance(int(arrivals[-1]))
        return arrivals

    def advance(self, arrival: int) -> None:
        """Take note of a time of arrival."""
        self.arrival = max(self.arrival, arrival)
        self.born = self.born or self.arrival

    def see(self, batch: Predictions) -> None:
        """Take note of predictions, whose arrivals are known."""
        self.number += len(batch)
        names = batch.names
        if len(names.table) == 1:
            self._see(names.table[0][0], int(batch.ages.max()))
            return
        newest = np.full(len(names.table), -1, dtype=np.int64)
        np.maximum.at(newest, names.codes, batch.ages)
        for (model, _), age in zip(names.table, newest.tolist(), strict=True):
            if age >= 0:
                self._see(model, age)

    def oldest_arrival(self) -> int:
        """Return the arrival before which an entry is too old by that measure."""
        return self.arrival - self._ttl

    def oldest_age(self, model: str) -> int:
        """Return the age below which a prediction is too old by its model's time."""
        time = self._models.get(model)
        if time is None or (
            self.arrival - time.seen > self._ttl and self.number - time.number >= IDLE_AFTER
        ):
            return _NEVER
        return time.newest - self._ttl

    def state(self, models: Iterable[str] | None = None) -> dict[str, Any]:
        """Return the state, of the times of models only some where they are given."""
        wanted = self._models.keys() if models is None else set(models)
        times = [(name, *time) for name, time in self._models.items() if name in wanted]
        return {"arrival": self.arrival, "born": self.born, "at": self.number, "models": times}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore a state; models of which it says nothing stay as they are."""
        self.arrival = self.told = int(state["arrival"])
        self.born, self.number = int(state["born"]), int(state["at"])
        for model, newest, seen, number in state["models"]:
            self._set(str(model), ModelTime(int(newest), int(seen), int(number)))

    def merge(self, state: Mapping[str, Any]) -> None:
        """Take note of what a record of the changelog says: all, or the time of arrivals alone."""
        if "models" in state:
            self.restore(state)
        else:
            self.advance(int(state["arrival"]))
            self.told = self.arrival

    def _see(self, model: str, age: int) -> None:
        before = self._models.get(model)
        newest = age if before is None else max(age, before.newest)
        self._set(model, ModelTime(newest, self.arrival, self.number))

    def _set(self, model: str, time: ModelTime) -> None:
        self._models.pop(model, None)
        self._models[model] = time
        if len(self._models) > MOST_MODELS:
            del self._models[next(iter(self._models))]
