"""What an operator asks of a model's routing, and the route that follows from it."""

from dataclasses import dataclass
from typing import Final

from detectors.routing.making import Parts, alone, made_of, parts_of, ramped
from schemas.events.identity import stable_id
from schemas.events.invalid import InvalidMessage
from schemas.events.routing import DecidedBy, ModelRoute, RoutingMode
from schemas.events.times import format_time

DEFAULT_STEPS: Final = (0.01, 0.05, 0.25, 0.5, 1.0)

_SALT: Final = 12
"""Characters of a salt: two experiments share one in 16 ** 12."""


class RouteRefused(Exception):
    """The route that is asked for cannot be made; the message says why, and what can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One of six: a single version, shares, a canary, shadows, a ramp's next step, or all again.

    Attributes
    ----------
    only
        The version that is to have all of the traffic.
    split
        Versions and their shares.
    canary
        The version that is to take over step by step.
    steps
        Its shares; those of `DEFAULT_STEPS` where none are given.
    shadows
        Versions that are to score the requests of another one.
    advances
        Whether the ramp that is on is to take its next step.
    again
        Whether the route in force is to be written once more as it is.
    baseline
        Of a canary or of shadows: what serves beside; what serves now by default.
    salt
        Of the assignment; as `decide` says by default.
    ends_ramp
        Whether a ramp that is on is to end for this.
    by, reason
        Who asks, and why.
    """

    only: str | None = None
    split: tuple[tuple[str, float], ...] = ()
    canary: str | None = None
    steps: tuple[float, ...] = ()
    shadows: tuple[str, ...] = ()
    advances: bool = False
    again: bool = False
    baseline: str | None = None
    salt: str | None = None
    ends_ramp: bool = False
    by: str
    reason: str = ""


def decide(
    order: Order, model: str, current: ModelRoute | None, champion: str | None, now: int
) -> ModelRoute:
    """Return the route that an order asks for; the current one where that is it already.

    The salt is that of the current route where both compare the same versions, so that no key
    moves more than its share says, and else a new one, so that no key is always the first that
    meets what is new.

    Parameters
    ----------
    current
        The route in force.
    champion
        The version that model events call the champion, where one is.
    now
        Milliseconds since the epoch.

    Raises
    ------
    RouteRefused
        If it cannot be made.
    """
    if order.again:
        if current is None:
            raise RouteRefused(f"no route of {model} is in force")
        return current
    _check_ramp(order, model, current)
    parts = _parts(order, model, current, champion, format_time(now))
    if current is not None and _is_the_same(parts, current, order.salt):
        return current
    decision = {
        "kind": DecidedBy.OPERATOR,
        "by": order.by,
        "reason": order.reason,
        "time": format_time(now),
    }
    salt = order.salt or _salt(parts, model, current, now)
    try:
        return made_of(parts, model, current, salt, decision)
    except InvalidMessage as error:
        raise RouteRefused(error.detail.removeprefix("ModelRoute: Value error, ")) from None


def _check_ramp(order: Order, model: str, current: ModelRoute | None) -> None:
    """Refuse what would end a ramp by the way; going to one of its two versions never is that."""
    ramp = None if current is None else current.ramp_on
    if ramp is None or order.ends_ramp or order.advances:
        return
    if order.only in {ramp.candidate, ramp.baseline}:
        return
    raise RouteRefused(
        f"a ramp of {model} is on: {ramp.candidate} has {ramp.steps[ramp.step]:.4%} since "
        f"{ramp.step_since}, and takes over from {ramp.baseline}. Go on with --next, go back with "
        f"--only {ramp.baseline}, or end it for this with --end-ramp"
    )


def _parts(
    order: Order, model: str, current: ModelRoute | None, champion: str | None, now: str
) -> Parts:
    """Return mode, versions, shadows and ramp."""
    if order.advances:
        return _next_step(model, current, now)
    if order.only is not None:
        return alone(order.only)
    if order.split:
        return parts_of(RoutingMode.AB, order.split)
    baseline = order.baseline or _serving(current) or champion
    if baseline is None:
        raise RouteRefused(
            f"which version of {model} serves now is not known, of one alone: name it by --baseline"
        )
    if order.canary is None:
        return parts_of(RoutingMode.SHADOW, [(baseline, 1.0)], shadows=order.shadows)
    steps = order.steps or DEFAULT_STEPS
    return ramped(order.canary, baseline, steps, 0, now)


def _next_step(model: str, current: ModelRoute | None, now: str) -> Parts:
    ramp = None if current is None else current.ramp
    if ramp is None:
        raise RouteRefused(f"no ramp of {model} is on: begin one with --canary")
    if ramp.step + 1 >= len(ramp.steps):
        raise RouteRefused(
            f"the ramp of {model} is at its last step, {ramp.steps[-1]:.4%} for {ramp.candidate}: "
            f"end it with --only {ramp.candidate}, or --only {ramp.baseline}"
        )
    return ramped(ramp.candidate, ramp.baseline, ramp.steps, ramp.step + 1, now)


def _serving(current: ModelRoute | None) -> str | None:
    """Return the version that serves alone, or that a ramp began with."""
    if current is None:
        return None
    if current.ramp_on is not None:
        return current.ramp_on.baseline
    serving = [each.version for each in current.versions if each.share]
    return serving[0] if len(serving) == 1 else None


def _salt(parts: Parts, model: str, current: ModelRoute | None, now: int) -> str:
    if current is not None and _compared(parts) == _compared(current.model_dump()):
        return current.salt
    return stable_id("salt", model, now, *sorted(_compared(parts))).replace("-", "")[:_SALT]


def _compared(parts: Parts) -> set[str]:
    return {each["version"] for each in parts["versions"]} | {*parts["shadows"]}


def _is_the_same(parts: Parts, current: ModelRoute, salt: str | None) -> bool:
    known = current.model_dump()
    unlike = [name for name in ("mode", "versions", "shadows") if parts[name] != known[name]]
    ramps = [
        None if ramp is None else {**ramp, "step_since": ""}
        for ramp in (parts["ramp"], known["ramp"])
    ]
    return not unlike and ramps[0] == ramps[1] and salt in {None, current.salt}
