from app.metrics.orphans import OrphanCollector


def told(collector: OrphanCollector) -> dict[tuple[str, ...], float]:
    (found,) = collector.collect()
    return {tuple(sample.labels.values()): sample.value for sample in found.samples}


def test_counts_are_those_that_were_told_last_until_their_partition_has_gone() -> None:
    collector = OrphanCollector(10)
    collector.keep(0, {"": 2})
    collector.keep(0, {"": 3, "fraud": 1})
    collector.keep(1, {"fraud": 4})
    assert told(collector) == {("", "0"): 3, ("fraud", "0"): 1, ("fraud", "1"): 4}
    collector.keep(0, None)
    assert told(collector) == {("fraud", "1"): 4}


def test_models_beyond_the_cap_are_one() -> None:
    collector = OrphanCollector(1)
    collector.keep(0, {"fraud": 1, "churn": 2, "spam": 4})
    assert told(collector) == {("fraud", "0"): 1, ("other", "0"): 6}
    collector.keep(0, None)
    collector.keep(1, {"churn": 2})
    assert told(collector) == {("churn", "1"): 2}
