"""All models that one worker watches in one partition."""

from collections.abc import Callable, Iterator
from typing import Final

from detectors.contract import State
from detectors.model_monitor import ModelMonitor
from detectors.options import MonitorOptions
from schemas.alert import Alert
from schemas.model_event import ModelEvent, ModelEventType
from schemas.observations import ObservationBatch
from schemas.times import parse_time

RESTARTING: Final = frozenset(
    {
        ModelEventType.VERSION_DEPLOYED,
        ModelEventType.RETRAIN_COMPLETED,
        ModelEventType.ROLLED_BACK,
    }
)
"""Model events after which the references begin anew."""


class Fleet:
    """The model versions of one partition, watched from their first batch on.

    Parameters
    ----------
    options_of
        Gives the options of a model by its name.
    most_models
        Model versions above which further ones are refused.
    """

    def __init__(
        self, options_of: Callable[[str], MonitorOptions], *, most_models: int = 10_000
    ) -> None:
        self.refused_rows = 0
        self._options_of = options_of
        self._most_models = most_models
        self._monitors: dict[tuple[str, str], ModelMonitor] = {}
        self._noticed: dict[str, int] = {}

    def __iter__(self) -> Iterator[ModelMonitor]:
        return iter(self._monitors.values())

    def __len__(self) -> int:
        return len(self._monitors)

    def monitor(self, model: str, version: str) -> ModelMonitor | None:
        """Return the monitor of a model version that is watched."""
        return self._monitors.get((model, version))

    def update(self, batch: ObservationBatch) -> list[Alert]:
        """Take a batch; return its alerts in the order of their rows.

        The rows of a model version beyond ``most_models`` are counted in ``refused_rows``.
        """
        key = (batch.model, batch.version)
        monitor = self._monitors.get(key)
        if monitor is None:
            if len(self._monitors) >= self._most_models:
                self.refused_rows += len(batch)
                return []
            monitor = ModelMonitor(*key, self._options_of(batch.model))
            self._monitors[key] = monitor
        return monitor.update(batch)

    def notice(self, event: ModelEvent) -> None:
        """Begin the references of the model's versions anew where the event says so.

        An event that is not newer than the last one of its model is a replay, and changes nothing.
        """
        monitors = [monitor for monitor in self if monitor.model == event.model]
        if event.type not in RESTARTING or not monitors:
            return
        if event.timestamp is not None:
            time = parse_time(event.timestamp)
            if time <= self._noticed.get(event.model, -1):
                return
            self._noticed[event.model] = time
        for monitor in monitors:
            monitor.restart()

    def state(self) -> State:
        """Return the whole state."""
        return {
            "refused_rows": self.refused_rows,
            "noticed": [[model, time] for model, time in self._noticed.items()],
            "monitors": [
                {"model": monitor.model, "version": monitor.version, "state": monitor.state()}
                for monitor in self
            ],
        }

    def restore(self, state: State) -> None:
        """Take over a state of a fleet with the same options."""
        self.refused_rows = state["refused_rows"]
        self._noticed = dict(state["noticed"])
        self._monitors = {}
        for item in state["monitors"]:
            model, version = item["model"], item["version"]
            monitor = ModelMonitor(model, version, self._options_of(model))
            monitor.restore(item["state"])
            self._monitors[model, version] = monitor
