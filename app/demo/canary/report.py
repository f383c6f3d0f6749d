"""What a run of the second act came to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.demo.canary.story import Story, telling
from app.demo.canary.versions import SERVING
from app.routing.text import summary
from schemas.events.model_comparison import MetricComparison


@dataclass(frozen=True, slots=True)
class CanaryReport:
    """The outcome of a run.

    Attributes
    ----------
    story
        The books.
    seconds
        How long there was traffic.
    complete
        Whether the whole story was told: False where it was interrupted.
    """

    story: Story
    seconds: float
    complete: bool

    @property
    def passed(self) -> bool:
        """Whether a worse version was sent back, or a better one serves alone."""
        return self.complete and self.story.passed

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """Yield what happened, when, and the figures of it."""
        story, name = self.story, self.story.candidate.name
        share = story.answered[name] / max(story.answered.total(), 1)
        if story.first is not None:
            yield f"{name} answers its first request", _time(story.first), ""
        if story.decided is not None:
            found, metric = story.decided.event, telling(story.decided.event)
            arm = found.exposure.candidate
            yield (
                f"{name} is found {'worse' if story.is_called_worse else 'better'}",
                _time(story.decided.seconds),
                f"{difference_of(metric)}; {arm.predictions} requests, {arm.labelled} labels of it",
            )
        if story.asked is not None:
            request = story.asked.event
            yield (
                f"rollback request: {request.target} instead of {request.version}",
                _time(story.asked.seconds),
                str(request.cause).replace("_", " "),
            )
        if story.ended is not None:
            route = story.ended.event
            yield f"route: {summary(route)}", _time(story.ended.seconds), _by(route.decision.by)
        if story.last is not None:
            yield (
                f"{name} answers its last request",
                _time(story.last),
                f"{story.answered[name]} requests of {story.touched} customers, {share:.1%} of all",
            )
            yield (
                f"frauds that {name} met",
                "",
                f"{story.frauds}: missed {story.missed}, by {SERVING.name} {story.missed_before}",
            )

    def document(self) -> dict[str, Any]:
        """Return the report as JSON has it."""
        story, decided, ended = self.story, self.story.decided, self.story.ended
        metric = None if decided is None else telling(decided.event)
        return {
            "passed": self.passed,
            "complete": self.complete,
            "candidate": story.candidate.name,
            "is_worse": story.is_worse,
            "decision": None if decided is None else str(decided.event.decision),
            "reason": None if decided is None else str(decided.event.reason),
            "metric": None if metric is None else metric.metric,
            "difference": None if metric is None else metric.difference,
            "first_request_seconds": _rounded(story.first),
            "decided_seconds": None if decided is None else _rounded(decided.seconds),
            "rollback_requested_seconds": None
            if story.asked is None
            else _rounded(story.asked.seconds),
            "routed_seconds": None if ended is None else _rounded(ended.seconds),
            "last_request_seconds": _rounded(story.last),
            "answered": dict(sorted(story.answered.items())),
            "customers_touched": story.touched,
            "moved_back": story.moved_back,
            "looks": len(story.looks),
            "seconds": _rounded(self.seconds),
        }

    def sentence(self) -> str:
        """Return the verdict for people."""
        story, name = self.story, self.story.candidate.name
        if not self.complete:
            return "Interrupted before the end of the story: no verdict."
        if story.decided is None:
            return f"Not as it should be: of {name} nothing was found in {self.seconds:.0f} s."
        found = story.decided.seconds - (story.first or 0.0)
        if self.passed and story.is_worse:
            return (
                f"The bad version was caught {found:.1f} s after its first request, and "
                f"{SERVING.name} answers all requests again."
            )
        if self.passed and story.ended is not None:
            alone = story.ended.seconds - (story.first or 0.0)
            return (
                f"The good version was called better {found:.1f} s after its first request, and "
                f"serves alone since {alone:.1f} s after it."
            )
        called = "worse" if story.is_called_worse else "better"
        faults = [f"{name} was called {called}"]
        if story.ended is None:
            faults.append(f"{story.share:.0%} of the requests are its own by the route")
        if story.moved_back:
            faults.append(f"{story.moved_back} requests of customers went back and forth")
        return f"Not as it should be: {'; '.join(faults)}."


def difference_of(metric: MetricComparison) -> str:
    """Return by how much two versions differ, and the interval of it."""
    if metric.difference is None:
        return metric.metric
    return f"{metric.metric} {metric.difference:+.3f} ({metric.low:+.3f} to {metric.high:+.3f})"


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s"


def _by(author: str) -> str:
    return f"by {author}"


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
