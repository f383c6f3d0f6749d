"""When drift is worth a retraining: alerts in, at most one open request per model out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from detectors.contract import State
from detectors.identity import stable_id
from schemas.alert import Alert, DriftKind, Severity
from schemas.model_event import ModelEvent, ModelEventType
from schemas.retrain_request import AlertReference, RetrainRequest, Trigger
from schemas.times import format_time, parse_time

ENDING: Final = frozenset({ModelEventType.RETRAIN_COMPLETED, ModelEventType.VERSION_DEPLOYED})
"""Model events that end an open request."""

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


@dataclass(slots=True)
class _ModelState:
    alerts: dict[str, tuple[int, int, AlertReference]] = field(default_factory=dict)
    """Alert id to the event times of detection and change, and the reference."""
    cooldown_until: int = 0
    request_id: str = ""
    requested_at: int = -1
    open_until: int = 0
    ended_at: int = -1
    seen: dict[str, None] = field(default_factory=dict)


MOST_NAMED: Final = 5
"""Drifted columns that the sentence for people names."""

MOST_ALERTS: Final = 1000
"""Alerts of a model that a request can rest on; the oldest go first."""

MOST_SEEN: Final = 1000
"""Alert ids of a model that are remembered, so that a replayed alert is not counted twice."""


class RetrainPolicy:
    """Decides on retrain requests for the models of one partition.

    Parameters
    ----------
    options
        When to ask.
    """

    def __init__(self, options: PolicyOptions) -> None:
        self._options = options
        self._models: dict[str, _ModelState] = {}

    def __len__(self) -> int:
        return len(self._models)

    @property
    def open_requests(self) -> int:
        """Models whose request is not answered yet."""
        return sum(state.open_until > 0 for state in self._models.values())

    def on_alert(self, alert: Alert) -> RetrainRequest | None:
        """Take an alert; return the request that it tips, if it does."""
        state = self._models.setdefault(alert.model, _ModelState())
        now = parse_time(alert.detected_at.time)
        if alert.alert_id in state.seen or now <= state.ended_at:
            return None
        _remember(state, alert.alert_id)
        reference = AlertReference(
            alert_id=alert.alert_id,
            kind=alert.kind,
            severity=alert.severity,
            feature=alert.feature,
            time=alert.detected_at.time,
        )
        state.alerts[alert.alert_id] = (now, parse_time(alert.change_at.time), reference)
        self._forget_old(state, now)
        trigger = self._trigger(state)
        if trigger is None or now < max(state.cooldown_until, state.open_until):
            return None
        return self._request(state, alert, trigger, now)

    def on_model_event(self, event: ModelEvent) -> None:
        """Take a model event: the open request ends where it says so.

        Alerts up to the event no longer count, and a later request stays open: the event may be
        a replay. One without a time ends everything. The cooldown stays.
        """
        if event.type not in ENDING:
            return
        state = self._models.setdefault(event.model, _ModelState())
        if event.timestamp is None:
            state.alerts.clear()
            state.open_until = 0
            return
        state.ended_at = max(state.ended_at, parse_time(event.timestamp))
        for alert_id, (found, _, _) in list(state.alerts.items()):
            if found <= state.ended_at:
                del state.alerts[alert_id]
        if state.requested_at <= state.ended_at or event.request_id == state.request_id:
            state.open_until = 0

    def state(self) -> State:
        """Return the whole state."""
        return {
            model: {
                "alerts": [
                    [found, changed, reference.model_dump(mode="json")]
                    for found, changed, reference in state.alerts.values()
                ],
                "cooldown_until": state.cooldown_until,
                "request_id": state.request_id,
                "requested_at": state.requested_at,
                "open_until": state.open_until,
                "ended_at": state.ended_at,
                "seen": list(state.seen),
            }
            for model, state in self._models.items()
        }

    def restore(self, state: State) -> None:
        """Take over a state."""
        self._models = {
            model: _ModelState(
                alerts={
                    reference.alert_id: (found, changed, reference)
                    for found, changed, reference in _references(inner["alerts"])
                },
                cooldown_until=inner["cooldown_until"],
                request_id=inner["request_id"],
                requested_at=inner["requested_at"],
                open_until=inner["open_until"],
                ended_at=inner["ended_at"],
                seen=dict.fromkeys(inner["seen"]),
            )
            for model, inner in state.items()
        }

    def _forget_old(self, state: _ModelState, now: int) -> None:
        oldest = now - self._options.window * SECONDS
        for alert_id, (found, _, _) in list(state.alerts.items()):
            if found < oldest or len(state.alerts) > MOST_ALERTS:
                del state.alerts[alert_id]

    def _trigger(self, state: _ModelState) -> Trigger | None:
        references = [reference for _, _, reference in state.alerts.values()]
        if any(
            reference.kind is DriftKind.FEATURE and reference.severity is Severity.CRITICAL
            for reference in references
        ):
            return Trigger.CRITICAL_FEATURE
        if any(reference.kind is DriftKind.CONCEPT for reference in references):
            return Trigger.CONCEPT
        drifted = {(reference.kind, reference.feature) for reference in references}
        return Trigger.FEATURES if len(drifted) >= self._options.features else None

    def _request(
        self, state: _ModelState, alert: Alert, trigger: Trigger, now: int
    ) -> RetrainRequest:
        alerts = sorted(state.alerts.values(), key=lambda item: (item[0], item[2].alert_id))
        references = [reference for _, _, reference in alerts]
        state.cooldown_until = now + round(self._options.cooldown * SECONDS)
        state.open_until = now + round(self._options.expiry * SECONDS)
        state.requested_at = now
        state.request_id = stable_id(alert.model, alert.version, trigger, alert.alert_id)
        features = list(dict.fromkeys(reference.feature for reference in references))
        state.alerts.clear()
        return RetrainRequest(
            request_id=state.request_id,
            model=alert.model,
            version=alert.version,
            trigger=trigger,
            alerts=references,
            features=features,
            data_since=format_time(min(changed for _, changed, _ in alerts)),
            requested_at=alert.detected_at.time,
            cooldown_until=format_time(state.cooldown_until),
            message=(
                f"Retrain {alert.model}: version {alert.version} drifted in "
                f"{_listed(features)} ({trigger.replace('_', ' ')})."
            ),
        )


def _listed(features: list[str]) -> str:
    more = len(features) - MOST_NAMED
    return ", ".join(features[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _remember(state: _ModelState, alert_id: str) -> None:
    state.seen[alert_id] = None
    if len(state.seen) > MOST_SEEN:
        del state.seen[next(iter(state.seen))]


def _references(alerts: list[list[object]]) -> Iterator[tuple[int, int, AlertReference]]:
    for found, changed, reference in alerts:
        yield int(str(found)), int(str(changed)), AlertReference.model_validate(reference)
