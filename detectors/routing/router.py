"""The routes of the models of one partition: those in force, and those that Driftline decides.

What is decided depends on the rows and the routes in their one log, and on nothing else. A route of
Driftline's own comes back by the topic as everybody's does; until then nothing but a way back is
decided beside it, so that it is decided once, and decided again alike after a kill.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from detectors.routing.course import Course
from detectors.routing.making import Parts, alone, made_of, ramped
from detectors.routing.options import RoutingOptions
from detectors.routing.ramp import Decided, RampEvidence, RampMove, StepSoFar, decided
from detectors.routing.routes import RouteOutcome, Routes
from detectors.snapshots.tree import State
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.position import Position
from schemas.events.route_notice import RouteNotice
from schemas.events.routing import DecidedBy, ModelRoute, Ramp
from schemas.events.times import format_time, parse_time
from schemas.tables.model_version import ModelVersion

RAMPED: Final = "ramp"
"""With what the names of the parts of a snapshot begin: the model follows."""

AUTHOR: Final = "driftline"

_REASON: Final = 2000

_BACK: Final = frozenset({RampMove.FELL_BACK, RampMove.WENT_BACK})


class RouteDecision(NamedTuple):
    """What Driftline has decided about the route of a model.

    Attributes
    ----------
    model, move
        Whose, and what.
    route
        That is to be in force; None where an operator's has ended a ramp, or what is restated is
        the end of a route.
    event
        What is to be told with it.
    """

    model: str
    move: RampMove
    route: ModelRoute | None = None
    event: ModelEvent | None = None


class Answer(NamedTuple):
    """What a way back answers.

    Attributes
    ----------
    request_id
        The rollback request; None for none.
    champion_since
        Since when the version that goes is the champion, as far as events have said it,
        milliseconds since the epoch; None where it is not. The way back is not dated before that.
    """

    request_id: str | None
    champion_since: int | None


def _nobody(_model: str) -> None:
    """Return that Driftline may not write the routes of a model."""


class Router:
    """Follows the routes of models, and has ramps go on where it may.

    Parameters
    ----------
    options_of
        Gives what Driftline may do with the routes of a model, by its name; None for nothing.

    Attributes
    ----------
    options_of
        As given.
    routes
        Those in force.
    """

    def __init__(self, options_of: Callable[[str], RoutingOptions | None] = _nobody) -> None:
        self.options_of = options_of
        self.routes = Routes()
        self._courses: dict[str, Course] = {}
        self._decisions: list[RouteDecision] = []

    def notice(self, notice: RouteNotice) -> RouteOutcome:
        """Take a route that has come into force, or the end of one; return what became of it."""
        model, route = notice.model, notice.routing
        before, topic = self.routes.of(model), self.routes.topic_of(model)
        outcome = self.routes.take(notice)
        course = self._courses.get(model) or Course()
        if topic not in {None, notice.topic}:
            course.forget_coming()
        if route is not None:
            course.comes_back(route)
        if outcome is RouteOutcome.OVERTAKEN and not course.coming:
            # Services that begin with the latest record alone are to find what is in force.
            in_force = self.routes.of(model)
            self._decisions.append(RouteDecision(model, RampMove.RESTATED, in_force))
        if outcome in {RouteOutcome.TAKEN, RouteOutcome.ENDED}:
            course.gives_way(route)
            if self._ends_ramp(before, route):
                self._decisions.append(RouteDecision(model, RampMove.ENDED_BY_OPERATOR))
        return outcome

    def ramp_of(self, model: str) -> Ramp | None:
        """Return the ramp of a model that Driftline may have go on."""
        route = self.routes.of(model)
        return None if route is None or self.options_of(model) is None else route.ramp

    def consider(self, model: str, pair: tuple[str, str], evidence: RampEvidence) -> None:
        """Have a ramp go on, hold or fall back by what is known of its baseline and candidate."""
        route, options = self.routes.of(model), self.options_of(model)
        ramp = None if route is None else route.ramp
        if options is None or route is None or ramp is None:
            return
        if (ramp.baseline, ramp.candidate) != pair:
            return
        course = self._courses.setdefault(model, Course())
        so_far = course.so_far(route, ramp, evidence)
        if ramp.candidate in course.fallen:
            evidence = evidence._replace(fell_back=True)
        found = decided(ramp, evidence, so_far, options)
        if found is None:
            return
        if found.move is RampMove.FELL_BACK:
            course.fell(ramp.candidate)
            self._put((model, ramp.candidate), alone(ramp.baseline), found, evidence, so_far)
        elif not course.is_waiting:
            self._move(route, ramp, found, evidence, so_far)

    def go_back(
        self,
        model: str,
        way: tuple[str, str],
        cause: str,
        at: Position,
        answer: Answer | None = None,
    ) -> ModelRoute | None:
        """Have one version serve alone in the next event; return the route, or None.

        None where the settings do not allow it, where no route of the model is in force (whoever
        serves it does not go by routes), or where the version serves alone already; a route of
        Driftline's own that has it serve alone and is on its way is returned, and none is made.

        Parameters
        ----------
        model, way
            From which version to which one of which model: the latter is to serve.
        cause
            Why, in words.
        at
            The row that decided it.
        answer
            The rollback request that this answers, and since when the version that goes is the
            champion: then the model event `rolled_back` is written with the route. None for none.
        """
        (gone, target), latest = way, self._latest(model)
        if self.options_of(model) is None or latest is None:
            return None
        if [each.version for each in latest.versions if each.share] == [target]:
            return None if latest is self.routes.of(model) else latest
        found = Decided(RampMove.WENT_BACK, cause)
        evidence: Parts = {
            "as_of": at.model_dump(),
            "decision": None,
            "reason": cause[:_REASON],
            "predictions": [],
            "labelled": [],
            "labelled_in_step": 0,
        }
        return self._decide(model, alone(target), found, evidence, at.time, gone, answer)

    def happens(self, event: ModelEvent) -> None:
        """Take a model event: a promotion that Driftline has decided may have come back."""
        if event.model in self._courses:
            self._courses[event.model].happens(event)

    def decisions(self) -> list[RouteDecision]:
        """Return what was decided since the last time."""
        decisions, self._decisions = self._decisions, []
        return decisions

    def stamps(self) -> Iterator[tuple[str, Hashable]]:
        """Yield the models of which more than a route is remembered, with what differs."""
        for model, course in self._courses.items():
            yield model, (course, course.touched)

    def part_state(self, model: str) -> State:
        """Return the state of a model; `KeyError` where nothing is remembered of it."""
        return self._courses[model].state()

    def outline(self) -> list[str]:
        """Return the models of which more than a route is remembered."""
        return sorted(self._courses)

    def state(self) -> list[list[Any]]:
        """Return the state beside that of the routes: each model, and its state."""
        return [[model, self.part_state(model)] for model in sorted(self._courses)]

    def restore(self, states: Iterable[Sequence[Any]]) -> None:
        """Take over the states of models.

        Raises
        ------
        ValueError
            Of what is no route.
        """
        self._courses = {model: Course.of(state) for model, state in states}
        self._decisions = []

    def _move(
        self,
        route: ModelRoute,
        ramp: Ramp,
        found: Decided,
        evidence: RampEvidence,
        so_far: StepSoFar,
    ) -> None:
        """Have a ramp go on, be held, or end with its candidate."""
        key = route.model, ramp.candidate
        if found.move is RampMove.PROMOTED:
            self._put(key, alone(ramp.candidate), found, evidence, so_far)
            return
        step, since = ramp.step, ramp.step_since
        if found.move is RampMove.ADVANCED:
            step, since = step + 1, evidence.at.time
        parts = ramped(ramp.candidate, ramp.baseline, ramp.steps, step, since, found.held)
        self._put(key, parts, found, evidence, so_far)

    def _put(
        self,
        key: ModelVersion,
        parts: Parts,
        found: Decided,
        evidence: RampEvidence,
        so_far: StepSoFar,
    ) -> None:
        """Decide about the ramp of a candidate."""
        model, candidate = key
        latest = self._latest(model)
        if latest is not None and found.move is RampMove.FELL_BACK:
            (there,) = parts["versions"]
            if [each.version for each in latest.versions if each.share] == [there["version"]]:
                return
        said = {
            "as_of": evidence.at.model_dump(),
            "decision": evidence.decision,
            "reason": evidence.reason,
            "predictions": list(evidence.predictions),
            "labelled": list(evidence.labelled),
            "labelled_in_step": so_far.labelled,
        }
        answer = Answer(None, evidence.champion_since)
        self._decide(model, parts, found, said, evidence.at.time, candidate, answer)

    def _decide(
        self,
        model: str,
        parts: Parts,
        found: Decided,
        evidence: Parts,
        time: str,
        gone: str,
        answer: Answer | None = None,
    ) -> ModelRoute:
        latest = self._latest(model)
        # Rows may be behind the clock of who wrote the one before: it must not seem the later one.
        time = format_time(max(parse_time(time), self._dated(model)))
        decision = {
            "kind": DecidedBy.DRIFTLINE,
            "by": AUTHOR,
            "reason": found.reason[:_REASON],
            "time": time,
            "evidence": evidence,
        }
        route = made_of(parts, model, latest, "" if latest is None else latest.salt, decision)
        course = self._courses.setdefault(model, Course())
        course.waits_for(route)
        event = None
        if found.move is RampMove.PROMOTED:
            course.promotes(gone, parse_time(time))
            event = _happened(ModelEventType.VERSION_DEPLOYED, model, gone, time)
        elif found.move in _BACK:
            event = self._gone(route, gone, answer)
            if event is None and (found.move is RampMove.WENT_BACK or _is_candidate(gone, latest)):
                event = _happened(ModelEventType.VERSION_ROLLED_BACK, model, gone, time)
        self._decisions.append(RouteDecision(model, found.move, route, event))
        return route

    def _gone(self, route: ModelRoute, gone: str, answer: Answer | None) -> ModelEvent | None:
        """Return that a champion that a route takes all of the traffic from is it no longer.

        One whose promotion is on its way is the champion by the time at which this comes. Of others
        `rolled_back` would say nothing, and whoever reads what the versions are would go on taking
        them for challengers: None.
        """
        model, time = route.model, route.decision.time
        request_id, since = answer or Answer(None, None)
        since = self._courses[model].promoted_since(gone) if since is None else since
        if since is None:
            return None
        (target,) = [each.version for each in route.versions if each.share]
        time = format_time(max(parse_time(time), since))
        return _happened(ModelEventType.ROLLED_BACK, model, target, time, request_id)

    def _latest(self, model: str) -> ModelRoute | None:
        """Return the route that is in force, or that is to be once it has come back."""
        course = self._courses.get(model)
        return course.coming[-1] if course is not None and course.coming else self.routes.of(model)

    def _dated(self, model: str) -> int:
        """Return when the latest route was decided, milliseconds since the epoch."""
        course = self._courses.get(model)
        coming = course.coming if course is not None else []
        return parse_time(coming[-1].decision.time) if coming else self.routes.since(model)

    def _ends_ramp(self, before: ModelRoute | None, route: ModelRoute | None) -> bool:
        """Tell whether somebody has ended a ramp that Driftline had go on."""
        if before is None or before.ramp is None or self.options_of(before.model) is None:
            return False
        if route is None:
            return True
        if route.decision.kind is DecidedBy.DRIFTLINE:
            return False
        versions = before.ramp.candidate, before.ramp.baseline
        return route.ramp is None or (route.ramp.candidate, route.ramp.baseline) != versions


def _is_candidate(version: str, route: ModelRoute | None) -> bool:
    """Tell whether a version is the candidate of a route's ramp."""
    return route is not None and route.ramp is not None and route.ramp.candidate == version


def _happened(
    kind: ModelEventType, model: str, version: str, time: str, request_id: str | None = None
) -> ModelEvent:
    return ModelEvent(
        type=kind, model=model, version=version, timestamp=time, request_id=request_id
    )
