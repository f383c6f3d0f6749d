"""When a retraining is asked for: evidence in, at most one open request per model version out."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from typing import Final

from detectors.requests.answers import AnswerOutcome
from detectors.retraining.conditions import concerns, met
from detectors.retraining.counted import counted_in
from detectors.retraining.evidence import AlertEvidence, Evidence, SignalEvidence
from detectors.retraining.model_requests import ModelRequests
from detectors.retraining.options import PolicyOptions
from detectors.retraining.request_making import Asked, request_of
from detectors.retraining.version_requests import VersionRequests
from detectors.snapshots.tree import State
from schemas.events.alert import Alert, AlertKind, AlertStatus
from schemas.events.model_event import ModelEvent
from schemas.events.performance_alert import PerformanceAlert
from schemas.events.retrain_request import RetrainRequest
from schemas.events.retrain_signal import RetrainSignal
from schemas.events.version_status import VersionStatus
from schemas.tables.model_version import ModelVersion

_NAMED: Final = frozenset({VersionStatus.CHAMPION, VersionStatus.RETIRED})


class RetrainPolicy:
    """Decides on retrain requests for the models of one partition.

    Evidence and answers that come again are known by their ids, as long as they are among the
    latest of their model. What a request or an answer holds back is evidence after it, and before
    it by no more than the longest of the durations: what is further back was found by another
    clock, and counts. So no time, however far in the future, silences a model for longer than twice
    that.

    Alerts and signals come by two topics. Whichever comes first, a request that rests on both has
    the time and the id of the later one by event time.

    Parameters
    ----------
    options
        When to ask.
    own
        Models for which it is otherwise.
    most_models
        Models that are remembered. The one whose latest alert or event is the oldest goes first,
        and one for which a retraining was asked only where there is no other.

    Attributes
    ----------
    options
        As given.
    """

    def __init__(
        self,
        options: PolicyOptions,
        own: Mapping[str, PolicyOptions] | None = None,
        *,
        most_models: int = 10_000,
    ) -> None:
        self.options = options
        self._own = own or {}
        self._most_models = most_models
        # In the order of the models' latest events; those without any are before them.
        self._models: OrderedDict[str, ModelRequests] = OrderedDict()

    def __len__(self) -> int:
        return len(self._models)

    @property
    def open_requests(self) -> int:
        """Requests that are not answered yet."""
        versions = (each for model in self._models.values() for each in model.versions.values())
        return sum(each.open_until > 0 for each in versions)

    def on_alert(self, alert: Alert) -> RetrainRequest | None:
        """Take an alert; return the request that it tips, if it does.

        What of it counts is said by `detectors.retraining.counted`, and by the model's trigger: an
        alert that is nothing to it would else date a request of rows, in whatever order the two
        came. A metric that is good again counts no more.
        """
        if isinstance(alert, PerformanceAlert) and alert.status is AlertStatus.RESOLVED:
            self._forget_breach(alert)
            return None
        trigger = self._options_of(alert.model).trigger
        counted = [each for each in counted_in(alert) if concerns(trigger, each.reference)]
        return self._weigh(alert.model, alert.version, counted) if counted else None

    def on_signal(self, signal: RetrainSignal) -> RetrainRequest | None:
        """Take what rows have met; return the request that it tips, if it does."""
        return self._weigh(signal.model, signal.version, [SignalEvidence.of(signal)])

    def on_model_event(self, event: ModelEvent) -> AnswerOutcome | None:
        """Take a model event; return what became of it, None where it answers no request.

        An open request ends where it says so, with all that was found up to its time; the cooldown
        stays. The champion that the latest one names is what the next request is to replace.
        """
        is_named = event.effects.becomes in _NAMED
        is_answer = event.effects.ends_request or event.effects.extends_request
        if not is_named and not is_answer:
            return None
        model = self._model(event.model, moves=is_named or event.effects.ends_request)
        if is_named:
            model.note_champion(event)
        return model.answer(event, self._options_of(event.model))

    def released(self, event: ModelEvent) -> list[RetrainRequest]:
        """Return the requests of what an open one has held back until this answer, by version.

        Answers and alerts come by two topics. Where one is read after alerts that were found after
        it, as it can be after a kill, they are taken once more, in the order in which they came:
        requests are those of the other order, in which the answer is read first. With the next
        alert they would have other ids than those that were published.
        """
        model = self._models.get(event.model)
        if model is None or not event.effects.ends_request:
            return []
        made = [
            self._take((event.model, version), requests, evidence)
            for version, requests in model.versions.items()
            for evidence in requests.take_out()
        ]
        return [each for each in made if each is not None]

    def state(self) -> State:
        """Return the whole state."""
        return {name: model.state() for name, model in self._models.items()}

    def stamps(self) -> dict[str, Hashable]:
        """Return, by model, what differs whenever its state does; in the state's order."""
        return {name: (model, model.touched) for name, model in self._models.items()}

    def state_of(self, model: str) -> State:
        """Return the state of one model; `KeyError` where it is not remembered."""
        return self._models[model].state()

    def restore(self, state: State) -> None:
        """Take over a state."""
        self._models = OrderedDict((name, ModelRequests.of(inner)) for name, inner in state.items())

    def _options_of(self, model: str) -> PolicyOptions:
        return self._own.get(model, self.options)

    def _model(self, name: str, *, moves: bool = True) -> ModelRequests:
        """Return what is known of a model, from now on the one that was heard of last.

        Signals and extensions do not move it, and a model that is known by these alone comes first:
        they come by another topic than alerts, in no order between them.
        """
        model = self._models.get(name)
        if model is None:
            if len(self._models) >= self._most_models:
                unasked = (other for other, each in self._models.items() if not each.has_asked)
                del self._models[next(unasked, next(iter(self._models)))]
            model = self._models[name] = ModelRequests()
            self._models.move_to_end(name, last=moves)
        elif moves:
            self._models.move_to_end(name)
        model.touched += 1
        return model

    def _weigh(
        self, name: str, version: str, evidence: Sequence[Evidence]
    ) -> RetrainRequest | None:
        """Take evidence of one event, at least one, and ask where the trigger holds by it."""
        first = evidence[0]
        model = self._model(name, moves=isinstance(first, AlertEvidence))
        requests = model.version(version)
        return self._take((name, version), requests, evidence) if model.is_new(first) else None

    def _take(
        self, key: ModelVersion, requests: VersionRequests, evidence: Sequence[Evidence]
    ) -> RetrainRequest | None:
        """Take evidence of one event that is new, or was held back."""
        options, found = self._options_of(key[0]), evidence[0].found
        if requests.is_stale(found, options):
            return None
        for each in evidence:
            requests.add(each)
        return self._ask(key, requests, requests.counting(found, options))

    def _ask(
        self, key: ModelVersion, requests: VersionRequests, counting: Sequence[Evidence]
    ) -> RetrainRequest | None:
        """Ask where the trigger holds by what counts, at least one, and nothing holds it back."""
        name, version = key
        model, options, now = self._models[name], self._options_of(name), counting[-1].found
        causes = met(
            options.trigger,
            [each.reference for each in counting if isinstance(each, AlertEvidence)],
            {each.reference.condition for each in counting if isinstance(each, SignalEvidence)},
        )
        if not causes or requests.is_held_back(now, options):
            return None
        asked = Asked(key, model.champion or version, causes, counting)
        request = request_of(asked, options)
        model.open(requests, request.request_id, now, options)
        return request

    def _forget_breach(self, alert: PerformanceAlert) -> None:
        """Let the breach that an alert resolves count no more."""
        if alert.model not in self._models:
            return
        model = self._model(alert.model)
        if not model.seen.is_new(alert.alert_id):
            return
        requests: VersionRequests = model.version(alert.version)
        for alert_id, each in list(requests.alerts.items()):
            reference = each.reference
            if reference.kind is AlertKind.PERFORMANCE and reference.feature == alert.subject:
                del requests.alerts[alert_id]
