"""The rollback requests of the models of one partition, by what is found in their rows.

What is asked depends on the rows, routes and model events in their one log, and on nothing else.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from detectors.requests.answers import AnswerOutcome
from detectors.requests.options import SECONDS
from detectors.rollback.breach import breach_of
from detectors.rollback.cause import Cause, CauseOutcome
from detectors.rollback.done import DoneRollback, Stood, rollback_by
from detectors.rollback.model_rollbacks import ModelRollbacks
from detectors.rollback.options import RollbackOptions, RollbackSource
from detectors.rollback.request_making import request_id_of, request_of, sentence_of
from detectors.rollback.serving import serving
from detectors.rollback.target import target_of
from detectors.routing.router import Answer, Router
from detectors.snapshots.tree import State
from detectors.versions.registry import VersionRegistry
from schemas.events.alert import AlertStatus
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.performance_alert import PerformanceAlert
from schemas.events.position import Position
from schemas.events.rollback_request import RollbackCause, RollbackEvidence, RollbackRequest
from schemas.events.times import parse_time
from schemas.events.version_status import VersionStatus
from schemas.tables.model_version import ModelVersion

ROLLBACK: Final = "rollback"
"""With what the names of the parts of a snapshot begin: the model follows."""

MOST_MODELS: Final = 10_000
"""Models that are remembered; the one that was first heard of goes first."""


class RollbackNews(NamedTuple):
    """What there is to count.

    Attributes
    ----------
    causes
        What has become of causes.
    answers
        What has become of model events that may answer requests, with their models; of a route
        that has ended one without a type.
    done
        Rollbacks that were done, asked for or not.
    """

    causes: Sequence[tuple[Cause, CauseOutcome]]
    answers: Sequence[tuple[str, ModelEventType | None, AnswerOutcome]]
    done: Sequence[DoneRollback] = ()


NO_NEWS: Final = RollbackNews((), ())


class Rollbacks:
    """Asks for rollbacks, one open request per model.

    Parameters
    ----------
    options_of
        Gives when the rollback of a model is asked for; None where it never is.
    registry
        What the versions are to their models.
    router
        Which versions are to serve; goes back where it may.
    """

    def __init__(
        self,
        options_of: Callable[[str], RollbackOptions | None],
        registry: VersionRegistry,
        router: Router,
    ) -> None:
        self.options_of = options_of
        self._registry = registry
        self._router = router
        self._models: dict[str, ModelRollbacks] = {}
        self._breached: set[str] = set()
        """Models of which a version has crossed a threshold and not kept it since."""
        self._causes: list[tuple[Cause, CauseOutcome]] = []
        self._answers: list[tuple[str, ModelEventType | None, AnswerOutcome]] = []
        self._done: list[DoneRollback] = []

    def serving(self, model: str) -> frozenset[str]:
        """Return the versions of a model that answer requests, as far as that is said."""
        standing = self._registry.standing_of(model)
        champion = None if standing is None else standing.champion
        return serving(self._router.routes.of(model), champion)

    def is_routed(self, model: str) -> bool:
        """Tell whether a route says which versions of a model serve."""
        return self._router.routes.of(model) is not None

    def has_served(self, model: str, version: str) -> bool:
        """Tell whether a version was the champion, and was not rolled back."""
        standing = self._registry.standing_of(model)
        return standing is not None and version in standing.good

    def weigh(self, cause: Cause, source: RollbackSource, *, is_again: bool = False) -> str | None:
        """Return to which version to go back for what was found; None where that is not asked.

        Parameters
        ----------
        cause
            What was found about a version that serves.
        source
            Where.
        is_again
            Whether it was found at an earlier row already.
        """
        options = self.options_of(cause.model)
        if options is None or source not in options.sources:
            return None
        model = self._of(cause.model)
        outcome, target = model.held(cause, options, is_again=is_again), None
        if outcome is None:
            target = self._target(cause, model)
            outcome = CauseOutcome.NO_TARGET if target is None else CauseOutcome.REQUESTED
        self._count(model, cause, outcome)
        return target

    def ask(
        self, cause: Cause, target: str, evidence: Sequence[RollbackEvidence]
    ) -> RollbackRequest:
        """Return the request of a cause, and have the route go back where that is allowed.

        Parameters
        ----------
        cause, target
            What was found, and what `weigh` says of it.
        evidence
            The metrics by which the version is worse, at least one; thresholds that it has crossed
            are added.
        """
        options = self.options_of(cause.model)
        if options is None:
            raise ValueError(f"no rollback of {cause.model} is asked for")
        model = self._of(cause.model)
        request_id = request_id_of(cause, target)
        is_served = cause.version in self.serving(cause.model)
        model.ask(cause, request_id, options, is_served=is_served)
        ids = {each.found_in for each in evidence}
        standing = (each for each in model.breaches.of(cause.version) if each.found_in not in ids)
        known = [*evidence, *standing]
        route = self._router.go_back(
            cause.model,
            (cause.version, target),
            sentence_of(cause, target, known),
            cause.at,
            Answer(request_id, self._registry.champion_since((cause.model, cause.version))),
        )
        route_id = None if route is None else route.route_id
        model.request = request_of(cause, target, known, options, route_id)
        return model.request

    def alerted(self, alert: PerformanceAlert) -> RollbackRequest | None:
        """Take a threshold that a version has crossed, or keeps again."""
        options = self.options_of(alert.model)
        if options is None or RollbackSource.THRESHOLD not in options.sources:
            return None
        key = alert.model, alert.version
        if alert.status is AlertStatus.RESOLVED:
            if alert.model in self._models:
                self._models[alert.model].breaches.keep(alert.version, alert.threshold)
                self._note_breaches(alert.model)
            return None
        evidence = breach_of(alert)
        if alert.version in self.serving(alert.model):
            cause = _crossed(key, evidence, alert.detected_at)
            if self._has_served_long(cause, options):
                self._count(self._of(alert.model), cause, CauseOutcome.LONG_SERVED)
                return None
        self._of(alert.model).breaches.cross(alert.version, alert.threshold, evidence)
        self._note_breaches(alert.model)
        return self.standing(key, alert.detected_at)

    def standing(self, key: ModelVersion, at: Position) -> RollbackRequest | None:
        """Return the request that thresholds make which a version has crossed and not kept since.

        One that was crossed while nothing could be asked, since another request was open or the
        version did not serve, asks with the first labelled row at which it can.

        Parameters
        ----------
        key
            A version.
        at
            A labelled row of it.
        """
        model, version = key
        if model not in self._breached or version not in self.serving(model):
            return None
        for evidence in self._models[model].breaches.of(version):
            cause = _crossed(key, evidence, at)
            is_again = evidence.at != at
            target = self.weigh(cause, RollbackSource.THRESHOLD, is_again=is_again)
            if target is not None:
                return self.ask(cause, target, [evidence])
        return None

    @property
    def has_breaches(self) -> bool:
        """Whether any version has crossed a threshold and not kept it since."""
        return bool(self._breached)

    def unwatched(self, key: ModelVersion) -> None:
        """Take note that a version is watched no longer: nobody will say that it keeps again."""
        if key[0] in self._breached:
            self._models[key[0]].breaches.forget(key[1])
            self._note_breaches(key[0])

    def notice(self, event: ModelEvent, *, is_new: bool, restarts: bool) -> None:
        """Take a model event, once the registry has it.

        Parameters
        ----------
        event
            About a model of the partition.
        is_new
            Whether it was not noticed before.
        restarts
            Whether references begin anew after it.
        """
        options = self.options_of(event.model)
        if options is None or event.timestamp is None:
            return
        model = self._models.get(event.model)
        if model is None or not is_new:
            if event.effects.extends_rollback or event.type in _ANSWERING:
                nothing = AnswerOutcome.NOTHING_OPEN if is_new else AnswerOutcome.REPEATED
                self._answers.append((event.model, event.type, nothing))
            return
        outcome = model.answer(event, options)
        time = parse_time(event.timestamp)
        if restarts:
            model.breaches.begin_anew()
        if event.effects.becomes is VersionStatus.CHAMPION and event.version is not None:
            model.breaches.forget(event.version, time)
        self._note_breaches(event.model)
        is_said = model.is_given_up_by(event)
        is_over = outcome is not AnswerOutcome.ENDED and self._end_served(
            event.model, time, is_said=is_said
        )
        if is_over and outcome in {None, AnswerOutcome.NOTHING_OPEN}:
            outcome = AnswerOutcome.ENDED
        if outcome is not None:
            self._answers.append((event.model, event.type, outcome))

    def changed(self, event: ModelEvent, before: Stood) -> None:
        """Take a model event that was not noticed before, and how its model stood before it."""
        model = self._models.get(event.model)
        latest = None if model is None else model.request
        done = rollback_by(event, before, Stood.of(self._registry, event), latest)
        if done is not None:
            self._done.append(done)

    def rerouted(self, model: str) -> None:
        """Take note that another route of a model is in force, or none."""
        if model in self._models and self._end_served(model, self._router.routes.since(model)):
            self._answers.append((model, None, AnswerOutcome.ENDED))

    def open_of(self, model: str, newest: int = -1) -> RollbackRequest | None:
        """Return the request of a model that is not answered, where that has come so far.

        By ``newest``, its latest event time in milliseconds, one may have expired.
        """
        known = self._models.get(model)
        return None if known is None else known.open_at(newest)

    def news(self) -> RollbackNews:
        """Return what has happened since the last time."""
        if not self._causes and not self._answers and not self._done:
            return NO_NEWS
        news = RollbackNews(self._causes, self._answers, self._done)
        self._causes, self._answers, self._done = [], [], []
        return news

    def stamps(self) -> Iterator[tuple[str, Hashable]]:
        """Yield the models, with what differs when their states do."""
        for name, model in self._models.items():
            yield name, (model, model.touched, model.breaches.touched)

    def part_state(self, model: str) -> State:
        """Return the state of a model; `KeyError` where nothing is remembered of it."""
        return self._models[model].state()

    def outline(self) -> list[str]:
        """Return the models, in the order in which they were heard of."""
        return list(self._models)

    def state(self) -> list[list[Any]]:
        """Return the whole state: each model, and its state."""
        return [[model, self.part_state(model)] for model in self._models]

    def restore(self, states: Iterable[Sequence[Any]]) -> None:
        """Take over the states of models.

        Raises
        ------
        ValueError
            Of what is none.
        """
        self._models = {model: ModelRollbacks.of(state) for model, state in states}
        self._breached = {name for name, model in self._models.items() if model.breaches}
        self._causes, self._answers, self._done = [], [], []

    def _of(self, name: str) -> ModelRollbacks:
        model = self._models.get(name)
        if model is None:
            if len(self._models) >= MOST_MODELS:
                gone = next(iter(self._models))
                del self._models[gone]
                self._breached.discard(gone)
            model = self._models[name] = ModelRollbacks()
        return model

    def _count(self, model: ModelRollbacks, cause: Cause, outcome: CauseOutcome) -> None:
        if model.counts(cause.key, outcome):
            self._causes.append((cause, outcome))

    def _note_breaches(self, name: str) -> None:
        if self._models[name].breaches:
            self._breached.add(name)
        else:
            self._breached.discard(name)

    def _target(self, cause: Cause, model: ModelRollbacks) -> str | None:
        route = self._router.routes.of(cause.model)
        return target_of(
            cause.version,
            cause.against,
            self._registry.standing_of(cause.model),
            serving(route, None),
            self._registry.seen(cause.model),
            model.gone,
        )

    def _has_served_long(self, cause: Cause, options: RollbackOptions) -> bool:
        """Tell whether a version has been the champion for so long that it is no news."""
        standing = self._registry.standing_of(cause.model)
        if options.threshold_within is None or standing is None:
            return False
        latest = standing.histories.get(cause.version, [])[-1:]
        return any(
            step.status is VersionStatus.CHAMPION
            and cause.time - step.since > options.threshold_within * SECONDS
            for step in latest
        )

    def _end_served(self, name: str, time: int, *, is_said: bool = False) -> bool:
        """End the request of a model whose version serves no longer; tell if it was open."""
        model = self._models[name]
        if model.open_until == 0 or model.version in self.serving(name):
            return False
        return model.serves_no_longer(time, is_said=is_said)


def _crossed(key: ModelVersion, evidence: RollbackEvidence, at: Position) -> Cause:
    """Return what a crossed threshold is as a cause, at a row of the version."""
    return Cause(RollbackCause.THRESHOLD, evidence.found_in, *key, None, at)


_ANSWERING: Final = frozenset({ModelEventType.ROLLED_BACK, ModelEventType.ROLLBACK_REFUSED})
"""What ends a rollback request and is about nothing else."""
