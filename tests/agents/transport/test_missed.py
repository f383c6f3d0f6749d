from types import SimpleNamespace
from typing import Any

from aiokafka import TopicPartition
from faust.types import TP

from agents.transport.missed import Missed, Resets

HERE = TopicPartition("in", 3)


class Assignment:
    """aiokafka's assignment of one partition."""

    def __init__(self) -> None:
        self.state = SimpleNamespace(awaiting_reset=False, has_valid_position=True, position=0)

    def state_value(self, tp: TopicPartition) -> Any:
        return self.state if tp == HERE else None

    def refuse(self) -> None:
        self.state = SimpleNamespace(awaiting_reset=True, has_valid_position=False, position=None)

    def go_on_at(self, position: int) -> None:
        self.state = SimpleNamespace(
            awaiting_reset=False, has_valid_position=True, position=position
        )


def reset(resets: Resets, assignment: Assignment, begin: int, end: int) -> None:
    assignment.refuse()
    resets.note_refused(assignment, {HERE: begin})
    resets.note_reset(assignment)
    assignment.go_on_at(end)
    resets.note_reset(assignment)


def test_what_lies_between_a_refused_position_and_the_first_record_left_was_missed() -> None:
    resets = Resets()
    reset(resets, Assignment(), 1500, 2500)
    (missed,) = resets.take()
    assert missed == Missed(TP("in", 3), 1500, 2500)
    assert missed.records == 1000
    assert resets.take() == []


def test_a_position_that_was_not_refused_is_no_loss_wherever_reading_goes_on() -> None:
    """So it is with what compaction or a transaction leaves out of a log."""
    resets, assignment = Resets(), Assignment()
    assignment.go_on_at(10)
    resets.note_refused(assignment, {HERE: 10, TopicPartition("gone", 0): 4})
    assignment.go_on_at(500)
    resets.note_reset(assignment)
    assert resets.take() == []


def test_a_log_that_is_shorter_than_what_was_read_has_lost_nothing_unread() -> None:
    resets = Resets()
    reset(resets, Assignment(), 1500, 0)
    assert resets.take() == []


def test_a_stretch_that_is_met_again_before_a_commit_is_told_once() -> None:
    resets = Resets()
    reset(resets, Assignment(), 100, 200)
    reset(resets, Assignment(), 100, 200)
    reset(resets, Assignment(), 100, 250)
    assert [(each.begin, each.end) for each in resets.take()] == [(100, 200), (200, 250)]


def test_where_another_assignment_goes_on_tells_nothing_of_a_position_refused_before() -> None:
    resets, before = Resets(), Assignment()
    before.refuse()
    resets.note_refused(before, {HERE: 100})
    after = Assignment()
    after.go_on_at(900)  # others have read meanwhile
    resets.note_reset(after)
    assert resets.take() == []
