"""When drift is worth a retraining: alerts in, at most one open request per model out."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from detectors.seen_events import SeenEvents
from detectors.snapshots.tree import State
from schemas.events.alert import Alert, AlertKind, AlertStatus, Severity
from schemas.events.drift_alert import DriftAlert
from schemas.events.identity import event_id, stable_id
from schemas.events.model_event import ModelEvent
from schemas.events.performance_alert import PerformanceAlert
from schemas.events.retrain_request import AlertReference, RetrainRequest, Trigger
from schemas.events.times import format_time, parse_time
from schemas.events.version_status import VersionStatus

SECONDS: Final = 1000
"""Milliseconds in a second."""


@dataclass(frozen=True, slots=True)
class PolicyOptions:
    """When a retraining is asked for. Durations are in seconds of event time.

    Attributes
    ----------
    features
        Distinct drifted columns that ask for a retraining.
    window
        How long an alert counts towards ``features``.
    cooldown
        How long after a request no other is made for the model.
    expiry
        How long an unanswered request keeps the next one away.
    """

    features: int = 3
    window: float = 7 * 86400.0
    cooldown: float = 3600.0
    expiry: float = 7 * 86400.0


_Counted: TypeAlias = tuple[int, int, AlertReference]
"""The event times of detection and change, and the reference."""


@dataclass(slots=True, eq=False)
class _ModelState:
    alerts: dict[str, _Counted] = field(default_factory=dict)
    """By the alert's id."""
    cooldown_until: int = 0
    request_id: str = ""
    requested_at: int = -1
    open_until: int = 0
    ended_at: int = -1
    champion: str | None = None
    champion_since: int = -1
    """As model events say."""
    seen: SeenEvents = field(default_factory=lambda: SeenEvents(MOST_SEEN))
    """Alerts and ends, so that a replayed one is not counted twice."""
    touched: int = 0
    """Times that it was asked for; no part of the state."""

    def state(self) -> State:
        return {
            "alerts": [
                [found, changed, reference.model_dump(mode="json")]
                for found, changed, reference in self.alerts.values()
            ],
            "cooldown_until": self.cooldown_until,
            "request_id": self.request_id,
            "requested_at": self.requested_at,
            "open_until": self.open_until,
            "ended_at": self.ended_at,
            "champion": self.champion,
            "champion_since": self.champion_since,
            "seen": self.seen.state(),
        }


MOST_NAMED: Final = 5
"""Drifted columns that the sentence for people names."""

MOST_ALERTS: Final = 1000
"""Alerts of a model that a request can rest on; the oldest go first."""

MOST_SEEN: Final = 1000
"""Alert and event ids of a model that are remembered."""


class RetrainPolicy:
    """Decides on retrain requests for the models of one partition.

    An alert or an end that comes again is known by its id, as long as it is among the latest
    `MOST_SEEN` of its model. What a request or an end holds back are alerts after it, and alerts
    before it by no more than the longest of the durations: an alert further back was found by
    another clock, and counts. So no time, however far in the future, silences a model for longer
    than twice that.

    Parameters
    ----------
    options
        When to ask.
    most_models
        Models that are remembered. The one that was heard of least lately is forgotten first, and
        one for which a retraining was asked only where there is no other.

    Attributes
    ----------
    options
        As given.
    """

    def __init__(self, options: PolicyOptions, *, most_models: int = 10_000) -> None:
        self.options = options
        self._most_models = most_models
        self._horizon = round(SECONDS * max(options.window, options.cooldown, options.expiry))
        # In the order of the models' latest events.
        self._models: dict[str, _ModelState] = {}

    def __len__(self) -> int:
        return len(self._models)

    @property
    def open_requests(self) -> int:
        """Models whose request is not answered yet."""
        return sum(state.open_until > 0 for state in self._models.values())

    def on_alert(self, alert: Alert) -> RetrainRequest | None:
        """Take an alert; return the request that it tips, if it does.

        Drift asks for a retraining, and performance that is worse than it may be: what is missing
        or broken in the data of other alerts would be learned with it. Nor does what is no more
        than news, such as fewer errors; a metric that is good again counts no more.
        """
        if isinstance(alert, PerformanceAlert) and alert.status is AlertStatus.RESOLVED:
            self._forget_breach(alert)
            return None
        if not isinstance(alert, DriftAlert | PerformanceAlert) or alert.severity is Severity.INFO:
            return None
        state = self._state_of(alert.model)
        now = parse_time(alert.detected_at.time)
        if not state.seen.is_new(alert.alert_id) or self._is_stale(state, now):
            return None
        reference = AlertReference(
            alert_id=alert.alert_id,
            kind=alert.kind,
            severity=alert.severity,
            feature=alert.subject,
            time=alert.detected_at.time,
        )
        state.alerts[alert.alert_id] = (now, parse_time(alert.since), reference)
        if len(state.alerts) > MOST_ALERTS:
            del state.alerts[next(iter(state.alerts))]
        counting = [each for each in state.alerts.values() if self._is_near(each[0], now)]
        trigger = self._trigger([reference for _, _, reference in counting])
        if trigger is None or self._is_held_back(state, now):
            return None
        return self._request(state, alert, trigger, counting)

    def on_model_event(self, event: ModelEvent) -> None:
        """Take a model event: the open request ends where it says so.

        It ends the request that it names, and any that was made up to its time. Alerts up to then
        no longer count; the cooldown stays. One without a time ends everything. The champion that
        the latest one names is what the next request is to replace.
        """
        self._note_champion(event)
        if not event.effects.ends_request:
            return
        state = self._state_of(event.model)
        if event.timestamp is None:
            state.alerts.clear()
            state.open_until = 0
            return
        if not state.seen.is_new(event_id(event)):
            return
        time = parse_time(event.timestamp)
        # Of ends that are further apart than clocks go, the one that came last is believed.
        near = abs(time - state.ended_at) <= self._horizon
        state.ended_at = max(time, state.ended_at) if near else time
        for alert_id, (found, _, _) in list(state.alerts.items()):
            if self._is_stale(state, found):
                del state.alerts[alert_id]
        if state.requested_at <= time or event.request_id == state.request_id:
            state.open_until = 0

    def state(self) -> State:
        """Return the whole state."""
        return {model: state.state() for model, state in self._models.items()}

    def stamps(self) -> dict[str, Hashable]:
        """Return, by model, what differs whenever its state does; in the state's order."""
        return {model: (state, state.touched) for model, state in self._models.items()}

    def state_of(self, model: str) -> State:
        """Return the state of one model; `KeyError` where it is not remembered."""
        return self._models[model].state()

    def restore(self, state: State) -> None:
        """Take over a state."""
        self._models = {}
        for model, inner in state.items():
            self._models[model] = _ModelState(
                alerts={
                    reference.alert_id: (found, changed, reference)
                    for found, changed, reference in _references(inner["alerts"])
                },
                cooldown_until=inner["cooldown_until"],
                request_id=inner["request_id"],
                requested_at=inner["requested_at"],
                open_until=inner["open_until"],
                ended_at=inner["ended_at"],
                champion=inner.get("champion"),  # a release before does not know it
                champion_since=inner.get("champion_since", -1),
            )
            self._models[model].seen.restore(inner["seen"])

    def _state_of(self, model: str) -> _ModelState:
        state = self._models.pop(model, None)
        if state is None:
            if len(self._models) >= self._most_models:
                unasked = (name for name, each in self._models.items() if not each.request_id)
                del self._models[next(unasked, next(iter(self._models)))]
            state = _ModelState()
        state.touched += 1
        self._models[model] = state
        return state

    def _note_champion(self, event: ModelEvent) -> None:
        becomes = event.effects.becomes
        if becomes not in {VersionStatus.CHAMPION, VersionStatus.RETIRED}:
            return
        state = self._state_of(event.model)
        time = state.champion_since if event.timestamp is None else parse_time(event.timestamp)
        if time < state.champion_since:
            return
        if becomes is VersionStatus.CHAMPION:
            state.champion, state.champion_since = event.version, time
        elif state.champion == event.version:
            state.champion, state.champion_since = None, time

    def _forget_breach(self, alert: PerformanceAlert) -> None:
        """Let the breach that an alert resolves count no more."""
        if alert.model not in self._models:
            return
        state = self._state_of(alert.model)
        if not state.seen.is_new(alert.alert_id):
            return
        alerts = state.alerts
        for alert_id, (_, _, reference) in list(alerts.items()):
            if reference.kind is AlertKind.PERFORMANCE and reference.feature == alert.subject:
                del alerts[alert_id]

    def _is_near(self, found: int, now: int) -> bool:
        return abs(now - found) <= self.options.window * SECONDS

    def _is_stale(self, state: _ModelState, found: int) -> bool:
        return state.ended_at - self._horizon <= found <= state.ended_at

    def _is_held_back(self, state: _ModelState, now: int) -> bool:
        until = max(state.cooldown_until, state.open_until)
        return state.requested_at - self._horizon <= now < until

    def _trigger(self, references: list[AlertReference]) -> Trigger | None:
        if any(reference.kind is AlertKind.PERFORMANCE for reference in references):
            return Trigger.PERFORMANCE
        if any(
            reference.kind is AlertKind.FEATURE and reference.severity is Severity.CRITICAL
            for reference in references
        ):
            return Trigger.CRITICAL_FEATURE
        if any(
            reference.kind is AlertKind.CONCEPT and reference.severity is Severity.CRITICAL
            for reference in references
        ):
            return Trigger.CONCEPT
        drifted = {(reference.kind, reference.feature) for reference in references}
        return Trigger.FEATURES if len(drifted) >= self.options.features else None

    def _request(
        self, state: _ModelState, alert: Alert, trigger: Trigger, counting: list[_Counted]
    ) -> RetrainRequest:
        now = parse_time(alert.detected_at.time)
        alerts = sorted(counting, key=lambda item: (item[0], item[2].alert_id))
        references = [reference for _, _, reference in alerts]
        state.cooldown_until = now + round(self.options.cooldown * SECONDS)
        state.open_until = now + round(self.options.expiry * SECONDS)
        state.requested_at = now
        state.request_id = stable_id(alert.model, alert.version, trigger, alert.alert_id)
        subjects = list(dict.fromkeys(reference.feature for reference in references))
        drifted = {
            reference.feature
            for reference in references
            if reference.kind is not AlertKind.PERFORMANCE
        }
        state.alerts.clear()
        verb = "drifted in" if trigger is not Trigger.PERFORMANCE else "is worse than it may be in"
        return RetrainRequest(
            request_id=state.request_id,
            model=alert.model,
            version=alert.version,
            replaces=state.champion or alert.version,
            trigger=trigger,
            alerts=references,
            features=[subject for subject in subjects if subject in drifted],
            data_since=format_time(min(changed for _, changed, _ in alerts)),
            requested_at=alert.detected_at.time,
            cooldown_until=format_time(state.cooldown_until),
            expires_at=format_time(state.open_until),
            message=(
                f"Retrain {alert.model}: version {alert.version} {verb} "
                f"{_listed(subjects)} ({trigger.replace('_', ' ')})."
            ),
        )


def _listed(features: list[str]) -> str:
    more = len(features) - MOST_NAMED
    return ", ".join(features[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _references(alerts: list[list[object]]) -> Iterator[_Counted]:
    for found, changed, reference in alerts:
        yield int(str(found)), int(str(changed)), AlertReference.model_validate(reference)
