"""What the retrain policy remembers of one model, and how model events answer its requests."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from detectors.requests.answers import AnswerOutcome
from detectors.requests.extensions import Extensions
from detectors.retraining.evidence import AlertEvidence, Evidence
from detectors.retraining.options import PolicyOptions
from detectors.retraining.version_requests import VersionRequests
from detectors.seen_events import SeenEvents
from detectors.snapshots.tree import State
from schemas.events.identity import event_id
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.times import parse_time
from schemas.events.version_status import VersionStatus

MOST_SEEN: Final = 1000
"""Alert, signal and event ids of a model that are remembered."""

MOST_VERSIONS: Final = 100
"""Versions of a model of which there is evidence, or a request."""

_UNKNOWN: Final = ""
"""The version that the state of an earlier release does not tell: that of the next evidence."""


@dataclass(slots=True, eq=False)
class ModelRequests:
    """The versions of one model.

    Attributes
    ----------
    versions
        In the order in which they were heard of.
    champion, champion_since
        What serves, as model events say, and since when; -1 where none has.
    ended_at
        When the latest answer for the whole model came.
    extensions
        Who has taken requests on: those that are made later are about the same.
    seen, seen_signals, seen_answers
        Alerts, signals and answers, so that a replayed one is not counted twice. Alerts come by
        another topic than the others, in no order between them: the state does not tell which it
        was.
    touched
        Times that it was asked for; no part of the state.
    """

    versions: dict[str, VersionRequests] = field(default_factory=dict)
    champion: str | None = None
    champion_since: int = -1
    ended_at: int = -1
    seen: SeenEvents = field(default_factory=lambda: SeenEvents(MOST_SEEN))
    seen_signals: SeenEvents = field(default_factory=lambda: SeenEvents(MOST_SEEN))
    seen_answers: SeenEvents = field(default_factory=lambda: SeenEvents(MOST_SEEN))
    extensions: Extensions = field(default_factory=Extensions)
    touched: int = 0

    @property
    def has_asked(self) -> bool:
        """Whether there was a request of any version."""
        return any(each.request_id for each in self.versions.values())

    def version(self, name: str) -> VersionRequests:
        """Return what is known of a version."""
        known = self.versions.pop(name, None) or self.versions.pop(_UNKNOWN, None)
        if known is None:
            if len(self.versions) >= MOST_VERSIONS:
                unasked = (each for each, kept in self.versions.items() if not kept.request_id)
                del self.versions[next(unasked, next(iter(self.versions)))]
            known = VersionRequests(ended_at=self.ended_at)
        self.versions[name] = known
        return known

    def is_new(self, evidence: Evidence) -> bool:
        """Tell whether evidence comes for the first time, and remember it."""
        seen = self.seen if isinstance(evidence, AlertEvidence) else self.seen_signals
        return seen.is_new(evidence.id)

    def open(
        self, requests: VersionRequests, request_id: str, now: int, options: PolicyOptions
    ) -> None:
        """Take note of a request of a version, and of who has taken it on already."""
        requests.open(request_id, now, options)
        for time in self.extensions.about(request_id, now):
            requests.extend(time, options)

    def answer(self, event: ModelEvent, options: PolicyOptions) -> AnswerOutcome | None:
        """Take a model event; return what became of it, None where it answers nothing.

        An answer that ends requests ends the one that it names, and any that was made up to its
        time; where a retraining has failed that it names, that one alone.
        """
        effects = event.effects
        if not effects.ends_request and not effects.extends_request:
            return None
        if event.timestamp is None:
            return self._end_all() if effects.ends_request else AnswerOutcome.NOTHING_OPEN
        if not self.seen_answers.is_new(event_id(event)):
            return AnswerOutcome.REPEATED
        asked = event.request_id or None
        named = [each for each in self.versions.values() if each.request_id == asked]
        time = parse_time(event.timestamp)
        if effects.ends_request:
            has_changed = self._end(event, time, named, options)
        else:
            self.extensions.note(time, asked)
            about = named if asked else self._made_until(time)
            has_changed = sum(each.extend(time, options) for each in about) > 0
        if asked and not named:
            return AnswerOutcome.UNKNOWN_REQUEST
        if not has_changed:
            return AnswerOutcome.NOTHING_OPEN
        return AnswerOutcome.ENDED if effects.ends_request else AnswerOutcome.EXTENDED

    def note_champion(self, event: ModelEvent) -> None:
        """Take note of what an event makes the champion, by its time."""
        time = self.champion_since if event.timestamp is None else parse_time(event.timestamp)
        if time < self.champion_since:
            return
        if event.effects.becomes is VersionStatus.CHAMPION:
            self.champion, self.champion_since = event.version, time
        elif self.champion == event.version:
            self.champion, self.champion_since = None, time

    def state(self) -> State:
        """Return the whole state.

        The version that was heard of last stands where an earlier release has that of the model.
        """
        *others, (name, latest) = self.versions.items() or [(_UNKNOWN, VersionRequests())]
        return {
            **latest.state(),
            "version": name,
            "others": [[other, each.state()] for other, each in others],
            "model_ended_at": self.ended_at,
            "champion": self.champion,
            "champion_since": self.champion_since,
            "seen": self.seen.state(),
            "seen_signals": self.seen_signals.state(),
            "seen_answers": self.seen_answers.state(),
            "extensions": self.extensions.state(),
        }

    @classmethod
    def of(cls, state: State) -> "ModelRequests":
        """Return what a state says; one of an earlier release does not tell its version."""
        model = cls(champion=state.get("champion"))
        model.champion_since = int(state.get("champion_since", -1))
        model.ended_at = state["model_ended_at" if "model_ended_at" in state else "ended_at"]
        for name, inner in state.get("others", ()):
            model.versions[name] = VersionRequests.of(inner)
        latest = VersionRequests.of(state)
        name = state.get("version", _UNKNOWN)
        if name != _UNKNOWN or latest.request_id or latest.alerts:
            model.versions[name] = latest
        model.seen.restore(state["seen"])
        model.seen_signals.restore(state.get("seen_signals", ()))
        # An earlier release kept answers among the alerts.
        model.seen_answers.restore(state["seen_answers" if "seen_answers" in state else "seen"])
        model.extensions.restore(state.get("extensions", ()))
        return model

    def _end(
        self, event: ModelEvent, time: int, named: list[VersionRequests], options: PolicyOptions
    ) -> bool:
        """Take an answer; tell if it ended a request."""
        if event.type is ModelEventType.RETRAIN_FAILED and named:
            return sum(each.end(event, time, options) for each in named) > 0
        near = abs(time - self.ended_at) <= options.horizon
        self.ended_at = max(time, self.ended_at) if near else time
        return sum(each.end(event, time, options) for each in self.versions.values()) > 0

    def _end_all(self) -> AnswerOutcome:
        """Take an answer without a time."""
        for each in self.versions.values():
            each.forget_all()
        return AnswerOutcome.ENDED

    def _made_until(self, time: int) -> Iterator[VersionRequests]:
        """Yield the versions whose latest request an event that names none may be about."""
        return (each for each in self.versions.values() if 0 <= each.requested_at <= time)
