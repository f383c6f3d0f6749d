"""What a fleet makes of tables does not depend on how many it is given at a time."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.monitors.fleet import Fleet
from detectors.monitors.options import MonitorOptions
from detectors.monitors.table_watch import Taken
from schemas.tables.columns import Role
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationTable
from tests.detectors.batches import batch_of, plain, rows_of, table_of_many

OPTIONS = MonitorOptions(burn_in=60, bins=8)
MODELS = ("calm", "moves", "late", "rare", "fifth", "sixth")


class Traffic:
    """Tables of several models, whose offsets go on from table to table."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._offset = 0
        self._latest: ObservationTable | None = None

    def table(self, kind: str, models: Sequence[str], rows: int) -> ObservationTable:
        """Return a table of one kind; its models stand in the order given."""
        if kind == "again" and self._latest is not None:
            return self._latest
        role = Role.ERROR if kind == "labels" else Role.FEATURE
        table = table_of_many(
            [self._batch(kind, model, rows, role) for model in dict.fromkeys(models)]
        )
        self._offset += rows
        self._latest = table
        return table

    def _batch(self, kind: str, model: str, rows: int, role: Role) -> Any:
        values: dict[str, Any] = {"x": self._random.normal(size=rows)}
        if model == "moves" and self._offset > 300:
            values["x"] += 4.0
        if kind == "wide":
            values["y"] = self._random.normal(size=rows)
        return batch_of(rows_of(**values), start=self._offset, model=model, role=role)


steps = st.tuples(
    st.sampled_from(["next"] * 6 + ["again", "labels", "wide"]),
    st.lists(st.sampled_from(MODELS[:3] * 3 + MODELS), min_size=1, max_size=5),
    st.integers(1, 60),
    st.booleans(),
)


@settings(max_examples=60)
@given(
    st.integers(0, 2**32),
    st.lists(steps, min_size=5, max_size=30),
    st.sampled_from([3, 5, 100]),
    st.sampled_from([4, 9, 100]),
    st.sampled_from([0, 3, 1000]),
    st.sampled_from([4000, 8_000_000]),
)
def test_tables_that_are_taken_at_once_give_what_they_give_one_by_one(
    seed: int,
    course: list[tuple[str, list[str], int, bool]],
    most_models: int,
    most_columns: int,
    at_once: int,
    most_held_bytes: int,
) -> None:
    traffic = Traffic(seed)
    together, alone = (
        Fleet(
            lambda _: OPTIONS,
            most_models=most_models,
            most_columns=most_columns,
            at_once=at_once,
            most_held_bytes=most_held_bytes,
        )
        for _ in range(2)
    )
    groups: list[list[ObservationTable]] = [[traffic.table("next", MODELS[:3], 100)]]
    for kind, models, rows, goes_on in course:
        if not goes_on:
            groups.append([])
        groups[-1].append(traffic.table(kind, models, rows))
    found = [taken for tables in groups for taken in together.update_all(tables)]
    expected = [
        taken for tables in groups for table in tables for taken in alone.update_all([table])
    ]
    assert alerts(found) == alerts(expected)
    assert evicted(found) == evicted(expected)
    assert plain(together.state()) == plain(alone.state())
    assert together.outline() == alone.outline()
    assert together.columns == alone.columns
    assert together.newcomers.dropped_rows == alone.newcomers.dropped_rows
    for one, other in zip(together, alone, strict=True):
        assert one.replayed_rows == other.replayed_rows
        assert one.refused_columns == other.refused_columns
    assert sum(len(taken.table) for taken in found) == sum(len(taken.table) for taken in expected)


def alerts(taken: Sequence[Taken]) -> list[str]:
    return sorted(repr(event) for each in taken for event in each.events)


def evicted(taken: Sequence[Taken]) -> list[ModelVersion]:
    return [key for each in taken for key in each.evicted]


def test_steady_versions_of_several_tables_are_taken_as_one() -> None:
    traffic, fleet = Traffic(1), Fleet(lambda _: OPTIONS)
    fleet.update(traffic.table("next", MODELS[:3], 300))
    tables = [traffic.table("next", MODELS[number:3], 5) for number in (0, 1, 0)]
    (taken,) = fleet.update_all(tables)
    assert len(taken.table) == sum(map(len, tables))
    assert [rows.rows for rows in taken.table.models] == [10, 15, 15]


def test_the_order_of_versions_is_that_of_their_latest_rows() -> None:
    traffic, fleet = Traffic(1), Fleet(lambda _: OPTIONS)
    fleet.update(traffic.table("next", MODELS[:3], 300))
    tables = [
        traffic.table("next", models, 5)
        for models in (("late", "calm"), ("moves", "calm"), ("late", "moves"))
    ]
    fleet.update_all([*tables, tables[0]])  # which tells of nothing new
    assert [monitor.model for monitor in fleet] == ["calm", "late", "moves"]


def test_columns_come_in_in_the_order_of_the_tables_where_there_is_no_room_for_all() -> None:
    traffic, fleet = Traffic(1), Fleet(lambda _: OPTIONS, most_columns=5)
    fleet.update(traffic.table("next", MODELS[:3], 100))
    kinds = [("wide", "moves"), ("labels", "late"), ("wide", "calm")]
    fleet.update_all([traffic.table(kind, [model], 5) for kind, model in kinds])
    found = {monitor.model: (len(monitor.columns), monitor.refused_columns) for monitor in fleet}
    assert found == {"moves": (2, 0), "late": (2, 0), "calm": (1, 1)}


def test_a_version_that_was_alone_when_its_burn_in_ended_is_watched_in_earnest() -> None:
    traffic, fleet = Traffic(1), Fleet(lambda _: OPTIONS, most_models=2)
    fleet.update(traffic.table("next", ["calm"], 10))
    fleet.update(traffic.table("next", ["calm"], 100))
    fleet.update(traffic.table("next", ["late"], 10))
    fleet.update(traffic.table("next", ["rare"], 10))
    assert fleet.evicted == [("late", "3")]
