import pytest
from pydantic import ValidationError

from schemas.events.position import Position


def test_a_position_without_a_time_that_can_be_read_is_refused() -> None:
    assert Position(topic="t", partition=0, offset=0, time="1970-01-01T00:00:00.000Z").offset == 0
    with pytest.raises(ValidationError, match="not RFC 3339"):
        Position(topic="t", partition=0, offset=0, time="yesterday")
