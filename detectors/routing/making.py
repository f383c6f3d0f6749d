"""Routes, made: by people's orders, and by Driftline's own decisions."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

from schemas.events.codec import decode_event
from schemas.events.identity import stable_id
from schemas.events.routing import ModelRoute, RampHold, RoutingMode

Parts: TypeAlias = dict[str, Any]
"""Mode, versions, shadows and ramp of a route, as JSON has them."""


def parts_of(
    mode: RoutingMode,
    versions: Sequence[tuple[str, float]],
    *,
    shadows: Sequence[str] = (),
    ramp: Mapping[str, Any] | None = None,
) -> Parts:
    """Return the parts of a route by its versions and their shares."""
    shares = [{"version": version, "share": share} for version, share in versions]
    return {"mode": mode, "versions": shares, "shadows": list(shadows), "ramp": ramp}


def alone(version: str) -> Parts:
    """Return the parts of a route by which one version has all of the traffic."""
    return parts_of(RoutingMode.SINGLE, [(version, 1.0)])


def ramped(
    candidate: str,
    baseline: str,
    steps: Sequence[float],
    step: int,
    since: str,
    held: RampHold | None = None,
) -> Parts:
    """Return the parts of a route at a step of a ramp."""
    share = steps[step]
    # In decimals: what is left of 0.07 is 0.93.
    versions = [(candidate, share), (baseline, float(1 - Decimal(str(share))))]
    ramp = {
        "candidate": candidate,
        "baseline": baseline,
        "steps": list(steps),
        "step": step,
        "step_since": since,
        "held": held,
    }
    return parts_of(RoutingMode.CANARY, versions, ramp=ramp)


def made_of(
    parts: Parts, model: str, current: ModelRoute | None, salt: str, decision: Mapping[str, Any]
) -> ModelRoute:
    """Return a route that follows the one in force; its id is that of all that it says.

    Parameters
    ----------
    parts, salt
        What it says.
    model, current
        Whose it is, and the one in force.
    decision
        Who made it, when and why, without what it replaces.

    Raises
    ------
    InvalidMessage
        Where the parts do not agree.
    """
    document = {
        **parts,
        "route_id": "",
        "model": model,
        "revision": 1 if current is None else current.revision + 1,
        "salt": salt,
        "decision": {**decision, "replaces": None if current is None else current.route_id},
    }
    route = decode_event(ModelRoute, document)
    return route.model_copy(update={"route_id": stable_id("route", route.model_dump_json())})
