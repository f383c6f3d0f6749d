from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.monitors.fleet import Fleet
from detectors.monitors.fused_models import watch_fused
from detectors.monitors.model_monitor import ModelMonitor
from detectors.monitors.options import MonitorOptions
from schemas.tables.columns import Kind
from schemas.tables.observations import ObservationBatch, Run
from tests.detectors.batches import batch_of, plain, rows_of, table_of, table_of_many
from tests.detectors.drift_alerts import drift_alerts
from tests.runs import sources_of

OPTIONS = MonitorOptions(burn_in=100, bins=16)
MODELS = ("calm", "moves", "late", "other")
OTHERS = MonitorOptions(burn_in=100, bins=16, detectors=OPTIONS.detectors[:1])


def options_of(model: str) -> MonitorOptions:
    return OTHERS if model == "other" else OPTIONS


def history(model: str, rows: int, seed: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng([seed, MODELS.index(model)])
    x = rng.normal(size=rows)
    if model == "moves":
        x[rows // 2 :] += 4.0
    gaps = [None if gone else value for gone, value in zip(rng.random(rows) < 0.2, x, strict=True)]
    shares = [0.1, 0.9, 0.0] if model == "moves" else [0.5, 0.4, 0.1]
    early = rng.choice(["a", "b", "c"], rows, p=[0.5, 0.4, 0.1])
    late = rng.choice(["a", "d", "c"], rows, p=shares)
    country = np.where(np.arange(rows) < rows // 2, early, late)
    return rows_of(x=x, gaps=gaps, flag=rng.random(rows) < 0.4, country=country)


def pieces(model: str, rows: int, seed: int, cuts: list[int]) -> Iterator[ObservationBatch]:
    """The rows in batches, those of the second half from another partition."""
    whole = history(model, rows, seed)
    kinds = {"gaps": Kind.NUMBER}
    for begin, end in pairwise(cuts):
        batch = batch_of(whole[begin:end], start=begin, model=model, kinds=kinds)
        middle = (end - begin) // 2
        runs = (Run("predictions", 0, middle), Run("predictions", 1, end - begin - middle))
        yield ObservationBatch(
            batch.model,
            batch.version,
            batch.origin,
            *sources_of(*runs),
            batch.offsets,
            batch.times,
            batch.columns,
        )


@settings(max_examples=30)
@given(
    st.integers(0, 2**32),
    st.lists(st.integers(1, 200), min_size=3, max_size=12),
    st.lists(st.integers(0, 3), min_size=12, max_size=12),
)
def test_models_in_one_table_give_what_they_give_one_after_the_other(
    seed: int, sizes: list[int], skipped: list[int]
) -> None:
    cuts = [0, 150, *(150 + np.cumsum(sizes)).tolist()]
    together = Fleet(options_of)
    alone = {model: ModelMonitor(model, "3", options_of(model)) for model in MODELS}
    found, expected = [], []
    streams = {model: list(pieces(model, cuts[-1], seed, cuts)) for model in MODELS}
    for number in range(len(cuts) - 1):
        batches = [
            streams[model][number]
            for at, model in enumerate(MODELS)
            # A model that was left out has gaps in its offsets, as in a topic that models share.
            if number == 0 or skipped[(number - 1) % 12] != at
        ]
        found += together.update(table_of_many(batches))
        for batch in batches:
            expected += alone[batch.model].update(batch)
    assert sorted(map(repr, found)) == sorted(map(repr, expected))
    for model in MODELS:
        one = together.monitor(model, "3")
        assert one is not None
        assert plain(one.state()) == plain(alone[model].state())


@settings(max_examples=20)
@given(
    st.sampled_from(MODELS),
    st.integers(0, 2**32),
    st.lists(st.integers(1, 200), min_size=3, max_size=12),
)
def test_a_model_alone_in_its_tables_gives_what_its_monitor_gives(
    model: str, seed: int, sizes: list[int]
) -> None:
    fleet, alone = Fleet(options_of), ModelMonitor(model, "3", options_of(model))
    cuts = [0, 150, *(150 + np.cumsum(sizes)).tolist()]
    for batch in pieces(model, cuts[-1], seed, cuts):
        assert fleet.update(table_of_many([batch])) == alone.update(batch)
    monitor = fleet.monitor(model, "3")
    assert monitor is not None
    assert plain(monitor.state()) == plain(alone.state())


def test_a_row_from_a_partition_that_none_came_from_before_is_steady() -> None:
    monitor, alone = ready("calm"), ready("calm")
    for partition in (2, 1, 2):
        batch = batch_of([{"x": 0.1}], start=300 + monitor.rows, model="calm", partition=partition)
        assert watch_fused(table_of_many([batch]), {("calm", "3"): monitor})
        alone.update(batch)
    assert plain(monitor.state()) == plain(alone.state())


def ready(model: str, rows: int = 300) -> ModelMonitor:
    monitor = ModelMonitor(model, "3", options_of(model))
    monitor.update(batch_of(rows_of(x=np.random.default_rng(1).normal(size=rows)), model=model))
    return monitor


def test_what_is_unusual_is_left_alone() -> None:
    monitors = {(model, "3"): ready(model) for model in ("calm", "other")}
    before = plain(monitors["other", "3"].state())
    rows = [{"x": 0.1}, {"x": 0.2}]
    batches = [batch_of(rows, start=300, model=model) for model in (*MODELS, "unknown")]
    assert watch_fused(table_of_many(batches), monitors) == {("calm", "3"): []}
    assert monitors["calm", "3"].rows == 302
    assert plain(monitors["other", "3"].state()) == before


def test_a_burn_in_takes_part_until_it_is_complete() -> None:
    monitor, alone = ready("late", 10), ready("late", 10)
    for start in range(10, 130, 10):
        values = np.random.default_rng(start).normal(size=10)
        table = table_of(rows_of(x=values), start=start, model="late")
        assert watch_fused(table, {("late", "3"): monitor}) == {("late", "3"): []}
        alone.update(next(table.batches()))
        assert plain(monitor.state()) == plain(alone.state())
    assert monitor.has_reference


def test_a_model_whose_rows_were_seen_is_left_alone() -> None:
    monitors = {(model, "3"): ready(model) for model in ("calm", "moves")}
    rows = [{"x": 0.1}, {"x": 0.2}]
    batches = [
        batch_of(rows, start=299, model="calm"),
        batch_of(rows, start=300, model="moves"),
    ]
    assert set(watch_fused(table_of_many(batches), monitors)) == {("moves", "3")}
    assert monitors["calm", "3"].rows == 300


def test_columns_that_lack_or_are_of_another_kind_are_left_alone() -> None:
    monitors = {("fraud", "3"): ready("fraud")}
    assert watch_fused(table_of([{"x": "a"}], start=300), monitors) == {}
    assert watch_fused(table_of([{"y": 1.0}], start=300), monitors) == {}
    assert watch_fused(table_of([{"x": 1.0, "y": 1.0}], start=300), monitors) == {}
    assert list(watch_fused(table_of([{"x": 1.0}], start=300), monitors)) == [("fraud", "3")]


def test_an_alert_tells_where_rows_before_its_batch_came_from() -> None:
    monitors = {("fraud", "3"): ready("fraud")}
    table = table_of([{"x": 9.0 + row % 3} for row in range(400)], start=300)
    (alert,) = drift_alerts(watch_fused(table, monitors)["fraud", "3"])
    assert alert.change_at.offset == 300
    assert alert.detected_at.offset < 330
    alone = ready("fraud")
    assert alone.update(next(table.batches())) == [alert]
