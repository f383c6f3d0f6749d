"""Routes in lines for people."""

from collections.abc import Iterator

from schemas.events.routing import ModelRoute, RoutingMode


def lines_of(route: ModelRoute) -> Iterator[str]:
    """Yield lines about a route."""
    yield f"{route.model}: {summary(route)}"
    for each in route.versions:
        yield f"  {each.version}: {_percent(each.share)}"
    for version in route.shadows:
        yield f"  {version}: in the shadow, scores all and answers none"
    if route.ramp is not None:
        steps = ", ".join(map(_percent, route.ramp.steps))
        yield f"  step {route.ramp.step + 1} of {len(route.ramp.steps)} ({steps})"
        yield f"  at this step since {route.ramp.step_since}"
        if route.ramp.held is not None:
            yield f"  Driftline takes no further step: {route.ramp.held}"
    decision = route.decision
    reason = f": {decision.reason}" if decision.reason else ""
    yield f"  by {decision.by} ({decision.kind}) at {decision.time}{reason}"
    yield f"  revision {route.revision}, id {route.route_id}, salt {route.salt}"


def summary(route: ModelRoute) -> str:
    """Return what a route is, in one phrase."""
    first = route.versions[0].version
    match route.mode:
        case RoutingMode.SINGLE:
            return f"{first} alone"
        case RoutingMode.AB:
            return f"{len(route.versions)} versions share the traffic"
        case RoutingMode.SHADOW:
            return f"{first} answers, {', '.join(route.shadows)} in the shadow"
        case RoutingMode.CANARY:
            return f"{first} takes over from {route.versions[1].version}"


def _percent(share: float) -> str:
    return f"{share * 100:.6g} %"
