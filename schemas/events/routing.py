"""Which versions of a model serve: their shares, the canary's ramp, the decision behind it."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from schemas.events.cloudevents import CloudEventType, cloudevent_headers
from schemas.events.event import EntityName, Event
from schemas.events.model_comparison import ComparisonDecision
from schemas.events.position import Position

ROUNDING: Final = 1e-9
"""By how much shares may miss 1 in all: thirds are no binary fractions."""

MOST_VERSIONS: Final = 32
"""Versions of one route, those in the shadow among them."""

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class RoutingMode(StrEnum):
    """How the versions of a route stand to one another."""

    SINGLE = "single"
    """One version has all of the traffic."""
    AB = "ab"
    """Several versions share the traffic, until somebody decides."""
    CANARY = "canary"
    """A candidate takes more and more of the traffic from a baseline, step by step."""
    SHADOW = "shadow"
    """One version answers, and others score the same requests without answering."""


class DecidedBy(StrEnum):
    """What kind of author a route has."""

    OPERATOR = "operator"
    """A person, or a pipeline of theirs."""
    DRIFTLINE = "driftline"
    """Driftline itself, by its comparisons."""


class RampHold(StrEnum):
    """Why Driftline does not take the next step of a ramp; more may come."""

    SPLIT = "split"
    SHARED_IDS = "shared_ids"
    NO_TRAFFIC = "no_traffic"
    ASSIGNMENT_CHANGED = "assignment_changed"
    """These four as `schemas.events.model_comparison.ExposureFault` has them."""

    NO_LABELS = "no_labels"
    """Of one of the metrics no label has come, though the time of the step has passed."""

    ONE_ARM_LABELLED = "one_arm_labelled"
    """Of one of the metrics labels have come of one version alone."""

    GUARDRAIL = "guardrail"
    """A guardrail seems to be worse by more than its margin, and it is not known yet."""

    NOT_SHOWN = "not_shown"
    """All of the traffic is next, and it is not known that no metric is worse by more than its
    margin."""

    FELL_BACK = "fell_back"
    """An earlier ramp of the version fell back, or it was rolled back: people decide."""

    LAST_STEP = "last_step"
    """The last step leaves traffic to the baseline: people decide."""


class RouteEvidence(Event):
    """What a route of Driftline's was decided by."""

    as_of: Position = Field(description="The row up to which all is counted.")
    decision: ComparisonDecision | None = Field(
        strict=False, description="Of the comparison of the two; null where none decided."
    )
    reason: str = Field(description="The comparison's reason, or what else decided.")
    predictions: list[int] = Field(description="Of baseline and candidate, since it began.")
    labelled: list[int] = Field(description="Rows of these whose labels have come.")
    labelled_in_step: int = Field(ge=0, description="Of the candidate, since the step began.")


class VersionShare(Event):
    """A version that answers requests, and its share of them."""

    version: EntityName
    share: Share = Field(description="Of the keys, 0 to 1.")


class Ramp(Event):
    """The steps by which a candidate takes traffic from a baseline."""

    candidate: EntityName
    baseline: EntityName
    steps: list[Share] = Field(
        min_length=1, max_length=100, description="Shares of the candidate, ascending."
    )
    step: int = Field(ge=0, description="Which of them is in force, counted from 0.")
    step_since: str = Field(description="Since when it is, RFC 3339.")
    held: RampHold | None = Field(
        default=None,
        strict=False,
        description="Why Driftline does not take the next step; null where it would, or nobody "
        "allows it to.",
    )


class RoutingDecision(Event):
    """Who made a route, when and why."""

    kind: DecidedBy = Field(strict=False)
    by: str = Field(description="The user's name, or what decided.", max_length=249)
    reason: str = Field(description="In the author's words; may be empty.", max_length=2000)
    time: str = Field(description="When it was made, RFC 3339.")
    replaces: str | None = Field(
        description="The `route_id` of the route that the author saw in force; null where none was."
    )
    evidence: RouteEvidence | None = Field(
        default=None, description="Of a route of Driftline's; null of others."
    )


class ModelRoute(Event):
    """Which versions of a model serve, from this record on; the latest one of a key counts.

    A key's point (`docs/routing.md`) falls into the interval of one version: intervals lie side by
    side in the order of `versions`, the first one at 0, each as wide as the version's share.
    """

    route_id: str = Field(description="UUIDv5 of the content: the decision's id.")
    model: EntityName
    revision: int = Field(
        ge=1, description="1 for the first route of a model, one more for each that follows."
    )
    mode: RoutingMode = Field(strict=False)
    versions: list[VersionShare] = Field(
        description="Those that answer, in the order of their intervals; of a canary the candidate "
        "first, so that no key moves twice while its share grows."
    )
    shadows: list[EntityName] = Field(
        description="Those that score every request and answer none of them."
    )
    salt: str = Field(
        max_length=249,
        description="What the assignment of keys depends on beside the key; it stays while the "
        "same versions are compared.",
    )
    ramp: Ramp | None = Field(description="Of a canary; null otherwise.")
    decision: RoutingDecision

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        problems = list(self._problems())
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _problems(self) -> Iterator[str]:
        names = [each.version for each in self.versions] + self.shadows
        if not self.versions:
            yield "versions: expected at least one"
        if len(names) > MOST_VERSIONS:
            yield f"versions: expected at most {MOST_VERSIONS}, with those in the shadow"
        yield from (f"{name}: is named twice" for name in sorted({*names}) if names.count(name) > 1)
        total = sum(each.share for each in self.versions)
        if self.versions and abs(total - 1.0) > ROUNDING:
            yield f"versions: expected shares that are 1 in all, found {total:g}"
        if (self.mode is RoutingMode.SHADOW) is not bool(self.shadows):
            yield "shadows: expected in the mode shadow, and there alone"
        if self.mode in {RoutingMode.SINGLE, RoutingMode.SHADOW} and len(self.versions) > 1:
            yield f"versions: expected one that answers in the mode {self.mode}"
        if self.mode is RoutingMode.AB:
            if len(self.versions) == 1:
                yield "versions: expected two or more in the mode ab"
            yield from (
                f"{each.version}: has no share, leave it out"
                for each in self.versions
                if not each.share
            )
        if (self.mode is RoutingMode.CANARY) is not (self.ramp is not None):
            yield "ramp: expected in the mode canary, and there alone"
        elif self.ramp is not None:
            yield from self._problems_of(self.ramp)

    def _problems_of(self, ramp: Ramp) -> Iterator[str]:
        steps = ramp.steps
        if any(later <= earlier for earlier, later in zip([0.0, *steps], steps, strict=False)):
            yield "ramp.steps: expected ascending shares above 0"
        if ramp.step >= len(steps):
            yield f"ramp.step: expected one of the {len(steps)} steps, counted from 0"
        elif [each.version for each in self.versions] != [ramp.candidate, ramp.baseline]:
            yield "versions: expected the candidate of the ramp, then its baseline"
        elif abs(self.versions[0].share - steps[ramp.step]) > ROUNDING:
            yield f"versions: expected the share of the step, {steps[ramp.step]:g}"

    @property
    def ramp_on(self) -> Ramp | None:
        """The ramp that has not reached all of the traffic; None where none is on."""
        if self.ramp is None or self.versions[0].share >= 1.0:
            return None
        return self.ramp

    def is_overtaken_by(self, other: "ModelRoute | None") -> bool:
        """Tell whether it was decided by Driftline before it saw what is in force.

        People's routes always count.
        """
        seen = self.decision.replaces
        if self.decision.kind is not DecidedBy.DRIFTLINE:
            return False
        return seen is not None if other is None else other.route_id not in {seen, self.route_id}

    @property
    def event_id(self) -> str:
        """The route's id."""
        return self.route_id

    @property
    def key(self) -> bytes:
        """The key of its record."""
        return self.model.encode()

    def headers(self) -> dict[str, bytes]:
        """Return the headers of its record."""
        return cloudevent_headers(
            CloudEventType.MODEL_ROUTING,
            event_id=self.route_id,
            source=f"/driftline/{self.model}",
            time=self.decision.time,
            subject=self.model,
        )
