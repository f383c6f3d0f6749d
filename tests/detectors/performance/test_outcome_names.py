from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.performance.error import Task
from detectors.performance.labelled_rows import with_errors
from detectors.performance.outcome_names import LOOKS, NamesTurn, OutcomeNames
from schemas.values.class_order import USUAL_CLASSES, Classes
from tests.detectors.batches import START, plain
from tests.detectors.performance.labelled import labelled_columns

Rows = Sequence[tuple[Any, Any]]


def fed(
    names: OutcomeNames,
    rows: Rows,
    size: int,
    task: Task = Task.CLASSIFICATION,
    classes: Classes = USUAL_CLASSES,
) -> list[NamesTurn]:
    turns = []
    for at in range(0, len(rows), size):
        part = rows[at : at + size]
        said, true = zip(*part, strict=True)
        columns = with_errors(labelled_columns(said, true), task, len(part), classes)
        times = np.arange(START + at, START + at + len(part))
        turns += [each._replace(row=at + each.row) for each in names.add(columns, times).turns]
    return turns


def drawn(
    rows: int, names: Sequence[Any], labels: Sequence[Any], wrong: float, seed: int = 1
) -> list[tuple[Any, Any]]:
    """Rows of a model whose class by number is the label's but for some that are wrong."""
    random = np.random.default_rng(seed)
    true = random.integers(0, len(names), rows)
    said = np.where(random.random(rows) < wrong, (true + 1) % len(names), true)
    return [(names[one], labels[other]) for one, other in zip(said, true, strict=True)]


@pytest.mark.parametrize(
    ("names", "labels", "at", "expected"),
    [
        (["genuine", "fraud"], [0, 1], 32, {"0": "genuine", "1": "fraud"}),
        (["genuine", "fraud"], [True, False], 32, {"1": "genuine", "0": "fraud"}),
        (["genuine", "fraud"], ["GENUINE", "FRAUD"], 32, {"GENUINE": "genuine", "FRAUD": "fraud"}),
        (["good", "bad"], ["paid", "default"], 100, {"paid": "good", "default": "bad"}),
        ([0, 1], [1, 0], 100, {"1": "0", "0": "1"}),
        ([0, 1], [-1, 1], 100, {"-1": "0"}),
        (["a", "b", "c"], ["b", "c", "a"], 100, {"b": "a", "c": "b", "a": "c"}),
        (["cat", "dog", "emu"], [1, 2, 3], 32, {"1": "cat", "2": "dog", "3": "emu"}),
    ],
)
def test_classes_that_labels_call_otherwise_are_told_with_what_they_seem_to_be(
    names: list[Any], labels: list[Any], at: int, expected: dict[str, str]
) -> None:
    (turn,) = fed(OutcomeNames(USUAL_CLASSES), drawn(1200, names, labels, 0.05), 50)
    assert turn.is_open
    assert turn.row == at - 1
    assert turn.names == expected
    assert turn.renamed > 0.85
    assert turn.since == START


@pytest.mark.parametrize(
    "rows",
    [
        drawn(1200, [0, 1], [0, 1], 0.05),
        drawn(1200, [0, 1], [0, 1], 0.5),
        drawn(1200, ["a", "b", "c"], ["a", "b", "c"], 0.6),
        # Frauds are labelled first, and are those that were missed.
        [(0, 1)] * 1200,
        [("genuine", "fraud")] * 1200,
        # Of many items the next one is hardly ever guessed.
        [(f"item{row}", f"item{row * 7 + 1}") for row in range(1200)],
        [(True, "yes"), (False, "no")] * 600,
        [("1.0", 1), ("0", False)] * 600,
    ],
)
def test_models_that_are_only_bad_are_not_told(rows: Rows) -> None:
    assert fed(OutcomeNames(USUAL_CLASSES), rows, 100) == []


def test_answers_with_marks_of_their_users_are_told_without_names() -> None:
    rows = [(f"Dear customer {row}", row % 2) for row in range(200)]
    (turn,) = fed(OutcomeNames(USUAL_CLASSES), rows, 64)
    assert (turn.is_open, turn.row, turn.right, turn.names) == (True, 31, 0.0, {})


@pytest.mark.parametrize("task", [Task.CLASSIFICATION, Task.REGRESSION])
def test_outcomes_of_which_none_can_be_compared_are_told(task: Task) -> None:
    lists = [([0.2, 0.8], "fraud")] * 200
    texts = [(12.5, "soon")] * 200
    (turn,) = fed(
        OutcomeNames(USUAL_CLASSES), lists if task is Task.CLASSIFICATION else texts, 64, task
    )
    assert (turn.is_open, turn.row, turn.names) == (True, 99, {})


def test_words_beside_lists_of_probabilities_are_told_with_the_classes_that_they_seem_to_be() -> (
    None
):
    rows = drawn(1200, [[0.9, 0.1], [0.2, 0.8]], ["no", "yes"], 0.05)
    (turn,) = fed(OutcomeNames(USUAL_CLASSES), rows, 64)
    assert (turn.is_open, turn.row, turn.names) == (True, 99, {"no": "0", "yes": "1"})
    assert turn.renamed > 0.85
    assert (set(turn.said), set(turn.true)) == ({"0", "1"}, {"no", "yes"})


def test_words_of_which_none_seems_to_be_a_class_are_told_without_names() -> None:
    rows = drawn(1200, [[0.9, 0.1], [0.2, 0.8]], ["no", "yes"], 0.5)
    (turn,) = fed(OutcomeNames(USUAL_CLASSES), rows, 64)
    assert (turn.is_open, turn.names, turn.renamed) == (True, {}, 0.0)
    assert set(turn.true) == {"no", "yes"}


def test_a_state_of_a_release_before_is_taken_up() -> None:
    names = OutcomeNames(USUAL_CLASSES)
    fed(names, drawn(50, [0, 1], [0, 1], 0.1), 50)
    state = names.state()
    restored = OutcomeNames(USUAL_CLASSES)
    restored.restore({key: each for key, each in state.items() if key != "unread"})
    assert restored.state() == state


def test_distances_tell_nothing_of_names() -> None:
    rows = [(row + 0.5, row) for row in range(1200)]
    assert fed(OutcomeNames(USUAL_CLASSES), rows, 100, Task.REGRESSION) == []


def test_it_is_told_when_the_names_are_the_same_by_then() -> None:
    other = drawn(400, ["genuine", "fraud"], [0, 1], 0.05)
    same = drawn(400, ["genuine", "fraud"], ["genuine", "fraud"], 0.05)
    names = OutcomeNames(USUAL_CLASSES)
    opened, resolved = fed(names, [*other, *same], 50)
    assert opened.is_open
    assert not resolved.is_open
    assert 432 <= resolved.row <= 632
    assert resolved.right > 0.85
    assert names.is_settled
    assert fed(names, other, 50) == []
    names.restart()
    assert len(fed(names, other, 50)) == 1


@given(st.integers(1, 400), st.integers(0, 3))
def test_what_is_told_depends_on_no_batch_and_no_restart(size: int, seed: int) -> None:
    other = drawn(300, [0, 1], [-1, 1], 0.1, seed)
    rows = [*other, *drawn(300, [0, 1], [0, 1], 0.1, seed)]
    whole, parts = OutcomeNames(USUAL_CLASSES), OutcomeNames(USUAL_CLASSES)
    expected = fed(whole, rows, len(rows))
    found = fed(parts, rows[:size], 37)
    again = OutcomeNames(USUAL_CLASSES)
    again.restore(parts.state())
    found += [each._replace(row=size + each.row) for each in fed(again, rows[size:], 41)]
    assert found == expected
    assert plain(again.state()) == plain(whole.state())
    assert len(expected) == 2


def test_after_the_last_look_nothing_is_looked_at() -> None:
    names = OutcomeNames(USUAL_CLASSES)
    assert fed(names, drawn(LOOKS[-1], [0, 1], [0, 1], 0.1), 100) == []
    assert names.is_settled


@pytest.mark.parametrize("labels", [["genuine", "fraud"], [0, 1]])
def test_lists_of_few_probabilities_are_classes_whatever_their_digits(labels: list[Any]) -> None:
    # As trees and boosted stumps give them: the same few lists again and again.
    lists = [[0.9, 0.1], [0.1, 0.9]]
    classes = Classes(names=tuple(map(str, labels)))
    rows = drawn(1200, lists, labels, 0.1)
    assert fed(OutcomeNames(classes), rows, 100, classes=classes) == []
    others = Classes(names=("good", "bad"))
    (turn,) = fed(OutcomeNames(others), rows, 100, classes=others)
    assert turn.row == 99
    assert set(turn.said) == {"good", "bad"}


@pytest.mark.parametrize(
    "other", [["fraud", "genuine"], ["Fraud", "genuine"], ["FRAUD", "GENUINE"]]
)
def test_labels_of_one_source_of_two_that_are_spelled_otherwise_are_told(other: list[str]) -> None:
    names = ["Fraud", "Genuine"]
    same, odd = drawn(600, names, names, 0.05, 1), drawn(600, names, other, 0.05, 2)
    rows = [each for pair in zip(same, odd, strict=True) for each in pair]
    opened, resolved = fed(OutcomeNames(USUAL_CLASSES), [*rows, *same], 100)
    assert (opened.is_open, opened.row) == (True, 99)
    assert opened.names == {
        label: name for label, name in zip(other, names, strict=True) if label != name
    }
    assert 0.4 < opened.right < 0.8
    assert opened.renamed > 0.9
    assert not resolved.is_open


@pytest.mark.parametrize(
    "rows",
    [
        # Strays: one in fifty is written by hand.
        [("low risk", "low_risk" if row % 50 == 0 else "low risk") for row in range(1200)],
        # Both are classes of the model.
        [("ab"[row % 2], "aB"[row % 2]) if row % 5 else ("B", "B") for row in range(1200)],
    ],
)
def test_strays_and_classes_that_only_capitals_tell_apart_are_no_other_names(rows: Rows) -> None:
    assert fed(OutcomeNames(USUAL_CLASSES), rows, 100) == []


@pytest.mark.parametrize("wrong", [0.0, 0.02, 0.1, 0.4])
@pytest.mark.parametrize(
    ("names", "labels"),
    [
        ([False, True], ["N", "Y"]),
        ([0, 1], ["no", "yes"]),
        (["no", "yes"], [False, True]),
        (["f", "t"], [0.0, 1.0]),
    ],
)
def test_words_that_are_booleans_beside_booleans_are_no_other_names(
    names: list[Any], labels: list[Any], wrong: float
) -> None:
    rows = drawn(1200, names, labels, wrong)
    assert fed(OutcomeNames(USUAL_CLASSES), rows, 50) == []


def test_words_for_booleans_the_other_way_round_are_told() -> None:
    (turn,) = fed(OutcomeNames(USUAL_CLASSES), drawn(1200, [True, False], ["N", "Y"], 0.05), 50)
    assert turn.is_open
    assert turn.names == {"N": "1", "Y": "0"}


@pytest.mark.parametrize("said", [{"price": 1}, [0.2, 0.3, 0.5], [0.1, None]])
def test_what_cannot_be_read_is_told_without_names_where_one_class_alone_was_said(
    said: Any,
) -> None:
    labels = ["no"] * 19 + ["yes"]
    turns = fed(OutcomeNames(USUAL_CLASSES), [(said, labels[row % 20]) for row in range(200)], 200)
    assert [(turn.is_open, turn.names) for turn in turns] == [(True, {})]
