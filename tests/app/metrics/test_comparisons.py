from prometheus_client import CollectorRegistry, Counter

from app.metrics import catalogue
from app.metrics.comparisons import ComparisonCollector
from schemas.documents import examples
from schemas.events.codec import decode_event
from schemas.events.model_comparison import ModelComparison

TOLD = decode_event(ModelComparison, examples.MODEL_COMPARISON)
LABELS = {"model": "fraud", "version": "4", "baseline": "3"}


class World:
    """A collector in a registry of its own."""

    def __init__(self, limit: int = 10) -> None:
        self.registry = CollectorRegistry()
        spec = catalogue.COMPARISONS_TOLD
        told = Counter(spec.name, spec.text, spec.labels, registry=self.registry)
        self.collector = ComparisonCollector(limit, told)
        self.registry.register(self.collector)

    def value(self, name: str, **more: str) -> float | None:
        return self.registry.get_sample_value(f"driftline_comparison_{name}", {**LABELS, **more})


def test_the_latest_look_is_shown_with_its_evidence_as_a_share_of_what_is_needed() -> None:
    world = World()
    world.collector.keep(TOLD)
    recall = TOLD.metrics[1]
    assert world.value("difference", metric="recall[1]") == recall.difference
    assert world.value("bound", metric="recall[1]", bound="low") == recall.low
    share = world.value("evidence_ratio", metric="recall[1]", side="worse")
    assert share == recall.worse / recall.threshold > 1
    assert world.value("rows", metric="accuracy", arm="candidate") == 4076
    assert world.value("fault", fault="split") == 0
    standing = {"decision": "rollback", "verdict": "failed", "reason": "guardrail_worse"}
    assert world.value("standing", **standing) == 1


def test_a_metric_without_rows_has_no_value() -> None:
    world = World()
    bare = TOLD.metrics[0].model_copy(update={"difference": None, "low": None, "high": None})
    world.collector.keep(TOLD.model_copy(update={"metrics": [bare]}))
    assert world.value("difference", metric="accuracy") is None
    assert world.value("bound", metric="accuracy", bound="low") is None


def test_a_candidate_that_goes_leaves_its_place_to_another() -> None:
    world = World(limit=1)
    world.collector.keep(TOLD)
    other = TOLD.model_copy(update={"version": "5"})
    world.collector.keep(other)
    assert world.value("rows", version="5", metric="accuracy", arm="baseline") is None
    world.collector.forget({("fraud", "4")})
    world.collector.keep(other)
    assert world.value("rows", metric="accuracy", arm="baseline") is None
    assert world.value("rows", version="5", metric="accuracy", arm="baseline") == 4120
    told = "driftline_comparisons_told_total"
    assert world.registry.get_sample_value(told, {"decision": "rollback"}) == 3
