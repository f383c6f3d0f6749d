"""What the retrain policy remembers of one model version."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from detectors.requests.last_request import LastRequest
from detectors.requests.options import SECONDS
from detectors.retraining.evidence import AlertEvidence, Evidence, SignalEvidence
from detectors.retraining.options import PolicyOptions
from detectors.snapshots.tree import State
from schemas.events.alert import AlertKind
from schemas.events.model_event import ModelEvent

MOST_ALERTS: Final = 1000
"""Alerts of a version that a request can rest on; the oldest go first."""


@dataclass(slots=True, eq=False, kw_only=True)
class VersionRequests(LastRequest):
    """The evidence about a version, and its latest request.

    Attributes
    ----------
    alerts, signals
        What counts towards the next request: by its key, and the latest by its condition.
    """

    alerts: dict[str, AlertEvidence] = field(default_factory=dict)
    signals: dict[str, SignalEvidence] = field(default_factory=dict)

    def add(self, evidence: Evidence) -> None:
        """Take evidence that is new."""
        if isinstance(evidence, SignalEvidence):
            self.signals[evidence.reference.condition] = evidence
            return
        self.alerts[evidence.key] = evidence
        if len(self.alerts) > MOST_ALERTS:
            del self.alerts[next(iter(self.alerts))]

    def take_out(self) -> list[list[Evidence]]:
        """Return all that counts towards the next request, event by event, and forget it.

        Signals, which come by the topic of answers, and then alerts, as they came: an alert may be
        evidence of several columns.
        """
        events: list[list[Evidence]] = [[each] for each in self.signals.values()]
        events += [[*each] for _, each in groupby(self.alerts.values(), lambda each: each.id)]
        self.alerts, self.signals = {}, {}
        return events

    def counting(self, now: int, options: PolicyOptions) -> list[Evidence]:
        """Return the evidence that counts at a time, by time.

        Drifts for as long as the window is; a threshold that is crossed, and what rows have met,
        until they are resolved or answered.
        """
        window = options.window * SECONDS
        alerts = [
            each
            for each in self.alerts.values()
            if abs(now - each.found) <= window
            or (each.reference.kind is AlertKind.PERFORMANCE and each.found < now)
        ]
        signals = [each for each in self.signals.values() if each.found - now <= window]
        return sorted([*alerts, *signals], key=lambda each: (each.found, each.id))

    def is_stale(self, found: int, options: PolicyOptions) -> bool:
        """Tell whether a request was made, or answered, after what was found at a time."""
        return any(
            last - options.horizon <= found <= last for last in (self.ended_at, self.requested_at)
        )

    def open(self, request_id: str, now: int, options: PolicyOptions) -> None:
        """Take note of a request; what was found up to its time counts no more."""
        self.make(request_id, now, options)
        self._forget(lambda found: found <= now)

    def end(self, event: ModelEvent, time: int, options: PolicyOptions) -> bool:
        """Take an answer: what was found up to then counts no more; tell if it ended a request."""
        # Of ends that are further apart than clocks go, the one that came last is believed.
        near = abs(time - self.ended_at) <= options.horizon
        self.ended_at = max(time, self.ended_at) if near else time
        self._forget(lambda found: self.is_stale(found, options))
        if self.requested_at <= time or event.request_id == self.request_id:
            return self.close()
        return False

    def _forget(self, is_over: Callable[[int], bool]) -> None:
        """Let evidence count no more, by the time at which it was found."""
        alerts, signals = self.alerts.items(), self.signals.items()
        self.alerts = {key: each for key, each in alerts if not is_over(each.found)}
        self.signals = {key: each for key, each in signals if not is_over(each.found)}

    def forget_all(self) -> None:
        """Take an answer without a time: it ends everything."""
        self.alerts.clear()
        self.signals.clear()
        self.open_until = 0

    def state(self) -> State:
        """Return the whole state; an earlier release passes over what it does not know of it."""
        alerts = self.alerts.values()
        return {
            "alerts": [
                [each.found, each.changed, each.reference.model_dump(mode="json")]
                for each in alerts
            ],
            "ranges": [each.range() for each in alerts],
            "signals": [each.state() for each in self.signals.values()],
            "cooldown_until": self.cooldown_until,
            "request_id": self.request_id,
            "requested_at": self.requested_at,
            "open_until": self.open_until,
            "ended_at": self.ended_at,
        }

    @classmethod
    def of(cls, state: State) -> "VersionRequests":
        """Return what a state says."""
        known = state["alerts"]
        ranges = state.get("ranges") or [None] * len(known)
        alerts = [
            AlertEvidence.restored(found, changed, reference, more)
            for (found, changed, reference), more in zip(known, ranges, strict=True)
        ]
        signals = [SignalEvidence.restored(*each) for each in state.get("signals", ())]
        return cls(
            alerts={each.key: each for each in alerts},
            signals={each.reference.condition: each for each in signals},
            cooldown_until=state["cooldown_until"],
            request_id=state["request_id"],
            requested_at=state["requested_at"],
            open_until=state["open_until"],
            ended_at=state["ended_at"],
        )
