import pytest

from app.dead_letters.selection import Selection
from tests.app.dead_letters.letters import REFUSED_AT, letter


@pytest.mark.parametrize(
    ("selection", "taken"),
    [
        (Selection(), True),
        (Selection(topics=frozenset({"labels"})), False),
        (Selection(topics=frozenset({"labels", "predictions"}), partition=1), True),
        (Selection(partition=2), False),
        (Selection(reasons=frozenset({"undecodable"})), False),
        (Selection(reasons=frozenset({"missing_field"})), True),
        (Selection(ids=frozenset({"another"})), False),
        (Selection(since=REFUSED_AT, until=REFUSED_AT + 1), True),
        (Selection(since=REFUSED_AT + 1), False),
        (Selection(until=REFUSED_AT), False),
    ],
)
def test_every_filter_must_hold(selection: Selection, taken: bool) -> None:
    assert selection.takes(letter()) is taken
