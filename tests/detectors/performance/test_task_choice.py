from collections.abc import Callable
from typing import Any

import pytest

from detectors.performance.error import Task
from detectors.performance.guess import Guess
from detectors.performance.task_choice import EVIDENCE, TaskChoice
from schemas.values.class_order import Classes


def after(*pairs: tuple[Any, Any]) -> TaskChoice:
    choice = TaskChoice(Task.AUTO)
    for number in range(EVIDENCE):
        choice.of_next(*pairs[number % len(pairs)])
    return choice


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(1, 0)], Task.CLASSIFICATION),
        ([(1.0, "1.0"), ("0", 0)], Task.CLASSIFICATION),
        ([("a", "b")], Task.CLASSIFICATION),
        ([(True, 0.5)], Task.CLASSIFICATION),
        ([([0.1, 0.9], 1)], Task.CLASSIFICATION),
        ([(30.71, "12.50")], Task.REGRESSION),
        ([(30, 12)] * 8 + [(30.5, 12)], Task.REGRESSION),
        ([(30, 12)] * 30 + [(1, 0.5)], Task.CLASSIFICATION),
        ([("a", "b")] * 3 + [(1.5, 2)], Task.CLASSIFICATION),
        ([([1.5, 2], [1, 2])], Task.REGRESSION),
        ([([1.5], 2)], Task.REGRESSION),
        ([(0.83, 1), (0.1, 0)], Task.PROBABILITY),
        ([("0.83", "1.0"), ([0.1], False), (1, 1)], Task.PROBABILITY),
        ([(0.02, 0)], Task.PROBABILITY),
        ([(0.83, 1)] * 9 + [(0.5, 0.25)], Task.REGRESSION),
        ([(0.83, 1), (1.4, 1)], Task.REGRESSION),
        ([(0.83, "fraud")], Task.CLASSIFICATION),
        # Labels that say nothing yet make no classes of what are none.
        ([(30.71, "N/A")] * 19 + [(12.5, 13)], Task.REGRESSION),
        ([(0.83, "N/A")] * 19 + [(0.12, 0)], Task.PROBABILITY),
        ([("a", "N/A")] * 4 + [(12.5, 13)], Task.CLASSIFICATION),
    ],
)
def test_the_task_is_what_most_rows_say(pairs: list[tuple[Any, Any]], expected: Task) -> None:
    assert after(*pairs).settled is expected


def test_probabilities_of_named_classes_are_known_by_their_names() -> None:
    choice = TaskChoice(Task.AUTO, Classes(names=("genuine", "fraud")))
    assert choice.of_next(0.83, "fraud") is Task.PROBABILITY
    assert choice.of_next(0.02, "genuine") is Task.PROBABILITY


def test_a_threshold_of_probabilities_says_what_predictions_are() -> None:
    assert TaskChoice(Task.AUTO, Classes(threshold=0.3)).settled is Task.PROBABILITY
    assert TaskChoice(Task.CLASSIFICATION, Classes(threshold=0.3)).settled is Task.CLASSIFICATION


def test_a_release_that_knows_two_tasks_reads_the_choice_of_the_third() -> None:
    state = after((0.83, 1)).state()
    assert state["settled"] == str(Task.CLASSIFICATION)
    assert len(state["counts"]) == 3
    again = TaskChoice(Task.AUTO)
    again.restore(state)
    assert str(again.settled) == "probability"
    del state["probabilities"]
    again.restore(state)
    assert again.settled is Task.CLASSIFICATION


def test_each_row_goes_by_what_was_said_up_to_it() -> None:
    choice = TaskChoice(Task.AUTO)
    assert choice.of_next(3, 4) is Task.CLASSIFICATION
    assert choice.of_next(3.5, 4) is Task.REGRESSION
    assert (choice.settled, choice.rows_left) == (None, EVIDENCE - 2)


def test_what_is_declared_stands_from_the_first_row_on() -> None:
    choice = TaskChoice(Task.REGRESSION)
    assert choice.of_next("a", "b") is Task.REGRESSION
    choice.restart()
    choice.settle(Task.CLASSIFICATION)
    choice.restore(after((1, 0)).state())
    assert choice.settled is Task.REGRESSION


def test_a_restored_choice_goes_on_and_a_new_reference_chooses_anew() -> None:
    choice, again = TaskChoice(Task.AUTO), TaskChoice(Task.AUTO)
    for number in range(EVIDENCE + 5):
        if number % 7 == 0:
            again.restore(choice.state())
        assert again.of_next(number / 2, 1) is choice.of_next(number / 2, 1)
        assert again.state() == choice.state()
    choice.restart()
    assert (choice.settled, choice.rows_left) == (None, EVIDENCE)


def test_a_state_of_a_release_that_counted_no_measures_goes_on() -> None:
    choice = TaskChoice(Task.AUTO)
    choice.of_next(30.71, "N/A")
    state = choice.state()
    del state["measures"]
    choice.restore(state)
    assert choice.of_next(12.5, 13) is Task.REGRESSION


MINUTES = [(row + row % 7 - 3, row) for row in range(20, 20 + EVIDENCE)]


def test_whole_numbers_that_are_near_are_amounts_once_all_rows_are_there() -> None:
    choice = TaskChoice(Task.AUTO)
    found = [choice.of_next(*pair) for pair in MINUTES]
    assert found == [Task.CLASSIFICATION] * EVIDENCE
    assert (choice.settled, choice.guess) == (Task.REGRESSION, Guess.AMOUNTS)
    again = TaskChoice(Task.AUTO)
    again.restore(choice.state())
    assert (again.settled, again.guess) == (Task.REGRESSION, Guess.AMOUNTS)
    again.restart()
    assert (again.settled, again.guess) == (None, None)


def test_where_the_settings_speak_of_classes_none_are_amounts() -> None:
    choice = TaskChoice(Task.AUTO, names_classes=True)
    for pair in MINUTES:
        choice.of_next(*pair)
    assert (choice.settled, choice.guess) == (Task.CLASSIFICATION, None)


def test_amounts_may_be_written_as_texts_as_any_number() -> None:
    choice = after(*((str(one), other) for one, other in MINUTES))
    assert (choice.settled, choice.guess) == (Task.REGRESSION, Guess.AMOUNTS)


def test_of_lists_of_whole_numbers_nothing_is_guessed() -> None:
    choice = after(*(([one, one], [other, other]) for one, other in MINUTES))
    assert (choice.settled, choice.guess) == (Task.CLASSIFICATION, None)


def test_whole_numbers_that_are_not_near_are_classes_in_doubt() -> None:
    choice = after(*((row * 37 % 101, row) for row in range(EVIDENCE)))
    assert (choice.settled, choice.guess) == (Task.CLASSIFICATION, Guess.CLASSES)


def test_a_choice_among_whole_numbers_goes_on_after_a_restart() -> None:
    choice, again = TaskChoice(Task.AUTO), TaskChoice(Task.AUTO)
    for number, pair in enumerate(MINUTES):
        if number % 7 == 0:
            again.restore(choice.state())
        assert again.of_next(*pair) is choice.of_next(*pair)
        assert again.state() == choice.state()


def test_a_state_of_a_release_that_kept_no_pairs_goes_on_with_classes() -> None:
    choice = TaskChoice(Task.AUTO)
    for pair in MINUTES[:60]:
        choice.of_next(*pair)
    state = choice.state()
    del state["pairs"], state["guess"]
    choice.restore(state)
    for pair in MINUTES[60:]:
        choice.of_next(*pair)
    assert (choice.settled, choice.guess) == (Task.CLASSIFICATION, None)


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        (lambda row: (12.5 + row % 80, row % 2), Guess.SCORES),
        (lambda row: (0.1 + row % 12 / 10, int(row % 20 == 0)), None),
        (lambda row: (40.5 + row % 9, 900 * int(row % 15 == 0)), None),
        (lambda row: (1912.5 + row % 3, 1900 + row % 4), None),
        (lambda row: (row % 7 - 3.5, str(row % 2)), Guess.SCORES),
        (lambda row: (0.75 + row % 3, row % 3), None),
        (lambda row: (row / 60, 300 + row), Guess.OTHER_UNIT),
        (lambda row: (3 + row % 40, 60 * (3 + row % 40) + row % 9), Guess.OTHER_UNIT),
        (lambda row: (row + 0.5, row), None),
    ],
)
def test_distances_that_say_little_are_known(
    pair: Callable[[int], tuple[Any, Any]], expected: Guess | None
) -> None:
    choice = after(*map(pair, range(EVIDENCE)))
    assert (choice.settled, choice.guess) == (Task.REGRESSION, expected)


def test_what_is_declared_later_ends_the_guess() -> None:
    state = after(*MINUTES).state()
    declared = TaskChoice(Task.CLASSIFICATION)
    declared.restore(state)
    assert (declared.settled, declared.guess) == (Task.CLASSIFICATION, None)
    named = TaskChoice(Task.AUTO, names_classes=True)
    named.restore(state)
    assert (named.settled, named.guess) == (Task.CLASSIFICATION, None)
