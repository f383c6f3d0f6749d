"""Routes for tests."""

from typing import Any

from schemas.events.codec import decode_event
from schemas.events.route_notice import RouteNotice
from schemas.events.routing import ModelRoute

DECISION = {
    "kind": "operator",
    "by": "ada",
    "reason": "",
    "time": "2026-03-01T12:00:00.000Z",
    "replaces": None,
}


def document_of(mode: str = "single", **shares: float) -> dict[str, Any]:
    """Return a route's document; names of versions begin with ``v``."""
    return {
        "route_id": "r1",
        "model": "fraud",
        "revision": 1,
        "mode": mode,
        "versions": [
            {"version": name.removeprefix("v"), "share": share}
            for name, share in (shares or {"v7": 1.0}).items()
        ],
        "shadows": [],
        "salt": "s",
        "ramp": None,
        "decision": DECISION,
    }


def canary_of(share: float = 0.05, step: int = 1) -> dict[str, Any]:
    """Return the document of a canary, 8 over 7, at one of its steps."""
    ramp = {
        "candidate": "8",
        "baseline": "7",
        "steps": [0.01, 0.05, 1.0],
        "step": step,
        "step_since": DECISION["time"],
    }
    return {**document_of("canary", v8=share, v7=1 - share), "ramp": ramp}


def route_of(document: dict[str, Any] | None = None, **changed: Any) -> ModelRoute:
    """Return the route of a document."""
    return decode_event(ModelRoute, {**(document or document_of()), **changed})


def shadow_of(version: str = "8", baseline: str = "7") -> dict[str, Any]:
    """Return the document of a route that has a version in the shadow."""
    return {**document_of("shadow", **{f"v{baseline}": 1.0}), "shadows": [version]}


def notice_of(
    route: ModelRoute | None, offset: int = 0, model: str = "fraud", **changed: Any
) -> RouteNotice:
    """Return the notice of a route, or of the end of a model's."""
    document = {
        "model": model if route is None else route.model,
        "routing": None if route is None else route.model_dump(mode="json"),
        "time": DECISION["time"],
        "topic": "model-routing",
        "partition": 0,
        "offset": offset,
        "timestamp": 0,
    }
    return decode_event(RouteNotice, {**document, **changed})
