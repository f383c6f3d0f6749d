from typing import Any

import pytest

from agents.observations.route_notices import route_notice_of
from schemas.events.codec import encode_event
from schemas.events.left_out import LeftOut
from schemas.events.route_notice import RouteNotice
from schemas.events.routing import ModelRoute
from tests.app.routing.records import FakeRecord
from tests.schemas.events.routes import DECISION, route_of

DECIDED = 1_772_366_400_000
"""What `DECISION` says, in milliseconds."""


def noticed(route: ModelRoute | None, *, timestamp: int) -> tuple[RouteNotice, bool, list[LeftOut]]:
    odd: list[LeftOut] = []
    value = None if route is None else encode_event(route)
    record = FakeRecord(b"fraud", value, 5, partition=2, timestamp=timestamp)
    notice, is_ahead = route_notice_of(record, source="model-routing#1", tolerance=1000, odd=odd)
    return notice, is_ahead, odd


def decided(time: Any) -> ModelRoute:
    return route_of(decision={**DECISION, "time": time})


def test_a_notice_says_whose_route_it_is_and_where_it_is_written() -> None:
    notice, is_ahead, odd = noticed(route_of(), timestamp=DECIDED + 50)
    assert notice == RouteNotice(
        model="fraud",
        routing=route_of(),
        time="2026-03-01T12:00:00.000Z",
        topic="model-routing#1",
        partition=2,
        offset=5,
        timestamp=DECIDED + 50,
    )
    assert (is_ahead, odd) == (False, [])


def test_a_route_that_is_dated_in_the_future_counts_from_its_record_on() -> None:
    notice, is_ahead, _ = noticed(route_of(), timestamp=DECIDED - 5000)
    assert (notice.time, is_ahead) == ("2026-03-01T11:59:55.000Z", True)


@pytest.mark.parametrize("time", ["soon", "", "9999999"])
def test_a_date_that_is_none_is_the_records_and_is_told(time: str) -> None:
    notice, is_ahead, odd = noticed(decided(time), timestamp=DECIDED)
    assert (notice.time, is_ahead) == ("2026-03-01T12:00:00.000Z", False)
    assert [each.field for each in odd] == ["decision.time"]


def test_an_end_has_the_time_of_its_record() -> None:
    notice, _, odd = noticed(None, timestamp=DECIDED)
    assert (notice.routing, notice.time, odd) == (None, "2026-03-01T12:00:00.000Z", [])
