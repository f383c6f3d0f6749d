"""The books of the second act: which version answered what, and what was found and done when."""

from collections import Counter
from typing import Generic, NamedTuple, TypeVar

from app.demo.canary.requests import Request
from app.demo.canary.versions import SERVING, Version
from app.demo.scenario import FRAUD
from schemas.events.model_comparison import (
    ComparisonDecision,
    MetricComparison,
    ModelComparison,
)
from schemas.events.rollback_request import RollbackRequest
from schemas.events.routing import ModelRoute, RoutingMode

EventT = TypeVar("EventT")


class Dated(NamedTuple, Generic[EventT]):
    """An event, and its arrival in seconds since the traffic began."""

    event: EventT
    seconds: float


class Story:
    """What came of a canary.

    Parameters
    ----------
    candidate
        The version that is new.
    is_worse
        Whether it is, in truth.

    Attributes
    ----------
    answered
        Requests by the version that answered them.
    looks, routes
        What came in, in its order.
    asked
        The first rollback request.
    first, last
        When the candidate answered its first and its latest request.
    moved_back
        Customers who had the candidate and then, while it was a canary, the version before.
    frauds, missed, missed_before
        Frauds among the candidate's requests; those it did not see, and those that the version
        before would not have seen.
    """

    def __init__(self, candidate: Version, *, is_worse: bool) -> None:
        self.candidate = candidate
        self.is_worse = is_worse
        self.answered: Counter[str] = Counter()
        self.looks: list[Dated[ModelComparison]] = []
        self.routes: list[Dated[ModelRoute]] = []
        self.asked: Dated[RollbackRequest] | None = None
        self.first: float | None = None
        self.last: float | None = None
        self.moved_back = 0
        self.frauds = self.missed = self.missed_before = 0
        self._touched: set[str] = set()

    @property
    def progress(self) -> tuple[int, ...]:
        """Figures of which one grows with all that comes in."""
        return len(self.looks), len(self.routes)

    @property
    def labelled(self) -> int:
        """How many of the candidate's labels the latest look knows."""
        return self.looks[-1].event.exposure.candidate.labelled if self.looks else 0

    @property
    def decided(self) -> Dated[ModelComparison] | None:
        """The first look that calls the candidate worse, or else the first that calls it better."""
        for decision in (ComparisonDecision.ROLLBACK, ComparisonDecision.PROMOTE):
            for each in self.looks:
                if each.event.decision is decision:
                    return each
        return None

    @property
    def is_called_worse(self) -> bool:
        """Whether some look called the candidate worse."""
        found = self.decided
        return found is not None and found.event.decision is ComparisonDecision.ROLLBACK

    @property
    def ended(self) -> Dated[ModelRoute] | None:
        """The route by which one version answers all again; None as long as two share them."""
        shared = False
        for each in self.routes:
            serving = [one.version for one in each.event.versions if one.share]
            if len(serving) > 1:
                shared = True
            elif shared and each.event.mode is RoutingMode.SINGLE:  # a ramp's last step is none
                return each
        return None

    @property
    def share(self) -> float:
        """What the candidate has of the requests by the latest route."""
        latest = self.routes[-1].event.versions if self.routes else []
        return sum(each.share for each in latest if each.version == self.candidate.name)

    @property
    def passed(self) -> bool:
        """Whether a worse candidate was asked to go and went, or a better one serves alone."""
        if self.ended is None or self.is_called_worse is not self.is_worse:
            return False
        if self.is_worse and self.asked is None:
            return False
        winner = SERVING if self.is_worse else self.candidate
        serving = [one.version for one in self.ended.event.versions if one.share]
        return serving == [winner.name] and not self.moved_back

    @property
    def touched(self) -> int:
        """How many customers had the candidate."""
        return len(self._touched)

    def answer(self, request: Request, version: Version, seconds: float) -> None:
        """Note which version answers a request."""
        self.answered[version.name] += 1
        if version is not self.candidate:
            is_ramping = self.routes and self.ended is None
            self.moved_back += bool(is_ramping and request.customer in self._touched)
            return
        self.first = seconds if self.first is None else self.first
        self.last = seconds
        self._touched.add(request.customer)
        if request.transaction.label == FRAUD:
            features = request.transaction.features
            self.frauds += 1
            self.missed += version.says(features) != FRAUD
            self.missed_before += SERVING.says(features) != FRAUD

    def look(self, found: ModelComparison, seconds: float) -> None:
        """Take a look at the two versions."""
        self.looks.append(Dated(found, seconds))

    def ask(self, found: RollbackRequest, seconds: float) -> None:
        """Take a rollback request."""
        self.asked = self.asked or Dated(found, seconds)

    def route(self, found: ModelRoute, seconds: float) -> None:
        """Take a route."""
        self.routes.append(Dated(found, seconds))


def telling(look: ModelComparison) -> MetricComparison:
    """Return the metric of a look of which most is known."""
    return max(look.metrics, key=lambda each: max(each.better, each.worse) / each.threshold)
