"""What is remembered of the rollback requests of one model, and how model events answer them."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple, Self

from detectors.requests.answers import AnswerOutcome
from detectors.requests.last_request import LastRequest
from detectors.requests.options import SECONDS
from detectors.rollback.breaches import Breaches
from detectors.rollback.cause import Cause, CauseOutcome
from detectors.rollback.options import RollbackOptions
from detectors.snapshots.tree import State
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.rollback_request import RollbackRequest
from schemas.events.times import parse_time
from schemas.events.version_status import GONE

MOST_ASKED: Final = 32
"""Versions of a model of which it is remembered that their rollback was asked for."""

MOST_COUNTED: Final = 100
"""Causes of a model of which it is remembered that they were counted."""

MOST_REFUSED: Final = 32
"""Causes of a version of which it is remembered that they were refused, the latest."""


class Asked(NamedTuple):
    """The latest request about a version.

    Attributes
    ----------
    key
        The cause that made it.
    time, until
        When it was made, and until when no other is; milliseconds since the epoch.
    is_refused
        Whether it was refused.
    """

    key: str
    time: int
    until: int
    is_refused: bool = False


@dataclass(slots=True, eq=False, kw_only=True)
class ModelRollbacks(LastRequest):
    """The latest request of a model, and what is known of its versions.

    Attributes
    ----------
    version
        That is to go by the latest request.
    is_served
        Whether it had traffic by the route, or was the champion, when that was made.
    request
        The latest request as it was published.
    asked
        The latest request about each version, the one of old first.
    refused
        The causes of each of these that were refused.
    breaches
        Thresholds that a version has crossed, and not kept again since.
    counted
        What has become of causes.
    touched
        Changes; no part of the state.
    """

    version: str = ""
    is_served: bool = False
    request: RollbackRequest | None = None
    asked: dict[str, Asked] = field(default_factory=dict)
    refused: dict[str, list[str]] = field(default_factory=dict)
    breaches: Breaches = field(default_factory=Breaches)
    counted: dict[str, CauseOutcome] = field(default_factory=dict)
    touched: int = 0

    @property
    def gone(self) -> set[str]:
        """Versions whose rollback was asked for and not refused: none to go back to."""
        return {version for version, each in self.asked.items() if not each.is_refused}

    def held(
        self, cause: Cause, options: RollbackOptions, *, is_again: bool = False
    ) -> CauseOutcome | None:
        """Return why no request is made of a cause; None where one may be.

        What was found before asks at no row that is dated before the latest request: where labels
        of last month come between those of today it would ask at each turn.
        """
        now = cause.time
        if self.is_open(now, options):
            return CauseOutcome.OPEN
        if is_again and now < self.requested_at:
            return CauseOutcome.COOLDOWN
        if cause.key in self.refused.get(cause.version, ()):
            return CauseOutcome.REFUSED
        known = self.asked.get(cause.version)
        if known is None:
            return None
        if known.time - options.horizon <= now < known.until:
            return CauseOutcome.COOLDOWN
        return None

    def ask(
        self, cause: Cause, request_id: str, options: RollbackOptions, *, is_served: bool
    ) -> None:
        """Take note of a request."""
        now = cause.time
        self.make(request_id, now, options)
        self.version, self.is_served = cause.version, is_served
        self.asked.pop(cause.version, None)
        self.asked[cause.version] = Asked(cause.key, now, now + round(options.cooldown * SECONDS))
        if len(self.asked) > MOST_ASKED:
            gone = next(iter(self.asked))
            del self.asked[gone]
            self.refused.pop(gone, None)
        self.touched += 1

    def open_at(self, newest: int) -> RollbackRequest | None:
        """Return the request that is not answered, and has not expired by a time of a row."""
        return self.request if self.open_until > max(newest, 0) else None

    def counts(self, key: str, outcome: CauseOutcome) -> bool:
        """Tell whether that has not become of a cause before, and remember it."""
        if self.counted.get(key) is outcome:
            return False
        self.counted.pop(key, None)
        self.counted[key] = outcome
        if len(self.counted) > MOST_COUNTED:
            del self.counted[next(iter(self.counted))]
        self.touched += 1
        return True

    def answer(self, event: ModelEvent, options: RollbackOptions) -> AnswerOutcome | None:
        """Take a model event that was not taken before; None where it answers nothing.

        A refusal, and who is at it, are about the request that they name, or else about one that
        was made up to their time. A rollback or a deployment ends the one that was made up to its
        time, whatever it names, and the one that it names.
        """
        effects = event.effects
        if event.timestamp is None or not (effects.ends_rollback or effects.extends_rollback):
            return None
        self.touched += 1
        time = parse_time(event.timestamp)
        if event.type is ModelEventType.VERSION_DEPLOYED:
            # Whoever makes it the champion believes in it, whatever was found before.
            self.asked.pop(event.version or "", None)
            self.refused.pop(event.version or "", None)
        is_named = bool(event.request_id) and event.request_id == self.request_id
        is_about = is_named or 0 <= self.requested_at <= time
        if effects.extends_rollback or event.type is ModelEventType.ROLLBACK_REFUSED:
            is_about = is_named if event.request_id else is_about
        has_changed = is_about and self._take(event, time, options)
        if event.type is ModelEventType.VERSION_DEPLOYED:
            # It may name a retrain request.
            return AnswerOutcome.ENDED if has_changed else None
        if event.request_id and not is_named:
            return AnswerOutcome.UNKNOWN_REQUEST
        if not has_changed:
            return AnswerOutcome.NOTHING_OPEN
        return AnswerOutcome.ENDED if effects.ends_rollback else AnswerOutcome.EXTENDED

    def is_given_up_by(self, event: ModelEvent) -> bool:
        """Tell whether an event says that the version of the latest request is one no more."""
        if event.effects.becomes not in GONE or event.version != self.version:
            return False
        return event.timestamp is not None and parse_time(event.timestamp) >= self.requested_at

    def serves_no_longer(self, time: int, *, is_said: bool = False) -> bool:
        """Take note that the version of the latest request serves no longer; tell if it was open.

        Parameters
        ----------
        time
            Since when, milliseconds since the epoch.
        is_said
            Whether an event says so: it counts for one of which only its rows said that it serves.
        """
        if not self.is_served and not is_said:
            return False
        self.touched += 1
        self.ended_at = max(self.ended_at, time)
        is_late = time >= self.open_until
        return self.close() and not is_late

    def state(self) -> State:
        """Return the whole state."""
        return {
            "request_id": self.request_id,
            "requested_at": self.requested_at,
            "cooldown_until": self.cooldown_until,
            "open_until": self.open_until,
            "ended_at": self.ended_at,
            "version": self.version,
            "is_served": self.is_served,
            "request": None if self.request is None else self.request.model_dump(mode="json"),
            "asked": [[version, *each] for version, each in self.asked.items()],
            "refused": [[version, *keys] for version, keys in self.refused.items()],
            "breaches": self.breaches.state(),
            "counted": [[key, str(outcome)] for key, outcome in self.counted.items()],
        }

    @classmethod
    def of(cls, state: State) -> Self:
        """Return what has a state."""
        breaches = Breaches()
        breaches.restore(state["breaches"])
        request = state.get("request")
        asked = {version: Asked(*each) for version, *each in state["asked"]}
        # Releases before remembered of each version the latest one.
        latest = [[version, each.key] for version, each in asked.items() if each.is_refused]
        return cls(
            request=None if request is None else RollbackRequest.model_validate(dict(request)),
            request_id=state["request_id"],
            requested_at=int(state["requested_at"]),
            cooldown_until=int(state["cooldown_until"]),
            open_until=int(state["open_until"]),
            ended_at=int(state["ended_at"]),
            version=state["version"],
            is_served=bool(state["is_served"]),
            asked=asked,
            refused={version: keys for version, *keys in state.get("refused", latest)},
            breaches=breaches,
            counted={key: CauseOutcome(outcome) for key, outcome in state["counted"]},
        )

    def _take(self, event: ModelEvent, time: int, options: RollbackOptions) -> bool:
        """Take an answer to the latest request; tell if it has changed anything."""
        if event.effects.extends_rollback:
            return self.extend(time, options)
        if event.type is ModelEventType.ROLLBACK_REFUSED and self.open_until > 0:
            known = self.asked.get(self.version)
            if known is not None:
                self.asked[self.version] = known._replace(is_refused=True)
                keys = [*self.refused.get(self.version, ()), known.key]
                self.refused[self.version] = keys[-MOST_REFUSED:]
        self.ended_at = max(self.ended_at, time)
        return self.close()
