"""The course of a model's ramp: what has come in its step, and which routes are on their way."""

from dataclasses import dataclass, field
from typing import Any, Final, Self

from detectors.routing.ramp import RampEvidence, StepSoFar
from detectors.snapshots.tree import State
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.routing import ModelRoute, Ramp
from schemas.events.times import parse_time

MOST_FALLEN: Final = 32
"""Versions of a model of which it is remembered that a ramp of theirs fell back."""


@dataclass(slots=True)
class Course:
    """What is remembered of the routes of one model besides the one in force.

    Attributes
    ----------
    step
        Of a ramp, by what tells it from others; empty where no row came since it began.
    begun
        Event time of the first row of it, milliseconds since the epoch.
    base
        Predictions and labelled rows of the candidate by then.
    fallen
        Versions whose ramps fell back.
    coming
        Routes of Driftline's own that have not come back, each behind the one that it replaces.
    void
        Ids of those that have not come back and replace what is in force no more.
    promoted
        The version that Driftline has promoted, and when, milliseconds since the epoch, until the
        model event that says so has come back; None for none.
    touched
        Changes; no part of the state.
    """

    step: list[Any] = field(default_factory=list)
    begun: int = 0
    base: tuple[int, int] = (0, 0)
    fallen: list[str] = field(default_factory=list)
    coming: list[ModelRoute] = field(default_factory=list)
    void: list[str] = field(default_factory=list)
    promoted: tuple[str, int] | None = None
    touched: int = 0

    def so_far(self, route: ModelRoute, ramp: Ramp, evidence: RampEvidence) -> StepSoFar:
        """Return what has come since a step began, which the first row after its route does."""
        now = parse_time(evidence.at.time)
        step = [route.salt, ramp.candidate, ramp.baseline, ramp.step]
        if self.step != step:
            self.step, self.begun = step, now
            self.base = evidence.predictions[1], evidence.labelled[1]
            self.touched += 1
        predictions, labelled = evidence.predictions[1], evidence.labelled[1]
        if predictions < self.base[0] or labelled < self.base[1]:
            # Their comparison began anew within the step.
            self.base = 0, 0
            self.touched += 1
        return StepSoFar(now - self.begun, predictions - self.base[0], labelled - self.base[1])

    def fell(self, candidate: str) -> None:
        """Remember that a ramp of a version fell back."""
        if candidate not in self.fallen:
            self.fallen = [*self.fallen, candidate][-MOST_FALLEN:]
            self.touched += 1

    def promotes(self, version: str, time: int) -> None:
        """Remember that a version is to be the champion from a time on."""
        self.promoted = version, time
        self.touched += 1

    def promoted_since(self, version: str | None) -> int | None:
        """Return since when a version is to be the champion; None where that is not on its way."""
        if self.promoted is None or self.promoted[0] != version:
            return None
        return self.promoted[1]

    def happens(self, event: ModelEvent) -> None:
        """Take note of a model event: what it says of the champion is known from now on."""
        if self.promoted is None or event.type is not ModelEventType.VERSION_DEPLOYED:
            return
        if event.timestamp is not None and parse_time(event.timestamp) >= self.promoted[1]:
            self.promoted = None
            self.touched += 1

    def waits_for(self, route: ModelRoute) -> None:
        """Remember a route of Driftline's own, on its way to its topic and back."""
        self.coming.append(route)
        self.touched += 1

    def forget_coming(self) -> None:
        """Wait for no route any longer: the topic that they were in was deleted."""
        self.coming, self.void = [], []
        self.touched += 1

    @property
    def is_waiting(self) -> bool:
        """Whether a route of Driftline's own has not come back."""
        return bool(self.coming or self.void)

    def comes_back(self, route: ModelRoute) -> None:
        """Take note of a route that may be Driftline's own; those before it are back as well."""
        ids = [each.route_id for each in self.coming]
        if route.route_id in ids:
            self.coming = self.coming[ids.index(route.route_id) + 1 :]
            self.touched += 1
        elif route.route_id in self.void:
            self.void.remove(route.route_id)
            self.touched += 1

    def gives_way(self, route: ModelRoute | None) -> None:
        """Take note of what is in force: routes that replace another one will not be."""
        if self.coming and self.coming[0].is_overtaken_by(route):
            self.void += [each.route_id for each in self.coming]
            self.coming = []
            self.touched += 1

    def state(self) -> State:
        """Return the whole state."""
        return {
            "step": list(self.step),
            "begun": self.begun,
            "base": list(self.base),
            "fallen": list(self.fallen),
            "coming": [each.model_dump(mode="json") for each in self.coming],
            "void": list(self.void),
            "promoted": None if self.promoted is None else list(self.promoted),
        }

    @classmethod
    def of(cls, state: State) -> Self:
        """Return what has a state."""
        predictions, labelled = state["base"]
        promoted = state.get("promoted")  # releases before did not remember it
        return cls(
            step=list(state["step"]),
            begun=int(state["begun"]),
            base=(int(predictions), int(labelled)),
            fallen=list(state["fallen"]),
            coming=[ModelRoute.model_validate(dict(each)) for each in state["coming"]],
            void=list(state["void"]),
            promoted=None if promoted is None else (promoted[0], int(promoted[1])),
        )
