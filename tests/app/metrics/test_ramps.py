from prometheus_client import CollectorRegistry

from app.metrics.metrics import Metrics
from app.metrics.ramps import RampCollector
from detectors.routing.ramp import RampMove
from detectors.routing.router import RouteDecision
from schemas.events.routing import RampHold
from tests.schemas.events.routes import canary_of, route_of


def held(model: str = "fraud") -> dict[str, object]:
    document = canary_of()
    return {**document, "model": model, "ramp": {**document["ramp"], "held": RampHold.SPLIT}}


def test_each_ramp_in_force_is_told_with_its_share_and_why_it_is_held() -> None:
    registry = CollectorRegistry()
    collector = RampCollector(2)
    registry.register(collector)
    assert registry.get_sample_value("driftline_ramp_share", {}) is None
    collector.routes = lambda: [route_of(held()), route_of(model="single"), route_of(held("x"))]
    labels = {"model": "fraud", "version": "8"}
    assert registry.get_sample_value("driftline_ramp_share", labels) == 0.05
    for reason, value in (("split", 1), ("no_labels", 0)):
        there = registry.get_sample_value("driftline_ramp_held", {**labels, "reason": reason})
        assert there == value
    collector.routes = lambda: [route_of(held(str(number))) for number in range(3)]
    shown = [s for f in collector.collect() for s in f.samples if f.name == "driftline_ramp_share"]
    assert [each.labels["model"] for each in shown] == ["0", "1"]


def test_decisions_are_counted_by_model() -> None:
    metrics = Metrics()
    metrics.route_decided(RouteDecision("fraud", RampMove.FELL_BACK, route_of()))
    metrics.observe_routes(lambda: [route_of(held())])
    read = metrics.registry.get_sample_value
    labels = {"model": "fraud", "decision": "fell_back"}
    assert read("driftline_ramp_decisions_total", labels) == 1
    assert read("driftline_ramp_share", {"model": "fraud", "version": "8"}) == 0.05
