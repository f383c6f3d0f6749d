from collections.abc import Iterable
from typing import Any

import pytest

from agents.observations.text_watch import LEAST, TextWatch
from schemas.tables.columns import Kind
from schemas.tables.declared import NO_DECLARATIONS, Declarations, Declared
from schemas.tables.observations import ObservationTable
from tests.agents.observations.test_prediction_reader import event, read


def tables(values: Iterable[Any], **fields: Any) -> list[ObservationTable]:
    found = read(*(event(features={"x": value}, **fields) for value in values))
    return [table for _, table in found.tables(lambda _: 0)]


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("{},5", "numbers that are written as texts"),
        ("${}.50", "numbers that are written as texts"),
        ("{} km", "numbers with the unit 'km'"),
        ("[0.1, {}]", "JSON in texts"),
        ("2026-03-01T12:00:{:02}Z", "times in texts"),
        ("PT{}M30S", "durations or times of day"),
        ("00:{:02}:30", "durations or times of day"),
        ("{}.00:00:30", "durations or times of day"),
        ("{}m30s", "durations or times of day"),
        ("{} days 01:00:00", "durations or times of day"),
    ],
)
def test_texts_that_hold_something_else_are_told_once(
    caplog: pytest.LogCaptureFixture, form: str, told: str
) -> None:
    watch = TextWatch(NO_DECLARATIONS)
    for number in range(2 * LEAST):  # one after the other: a quiet topic has as many
        watch.note(tables([form.format(number)]))
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith(f"feature 'x' of model 'fraud' is {told}")
    watch.note(tables([form.format(number) for number in range(LEAST)], model="churn"))
    assert [message[:31] for message in caplog.messages[1:]] == ["feature 'x' of model 'churn' is"]


@pytest.mark.parametrize(
    "form", ["{}", "{}.5", "shop {}", "00{}", "c{}", "P{}", "08:{:02}", "10.0.0.{}"]
)
def test_categories_and_numbers_in_texts_are_not(
    caplog: pytest.LogCaptureFixture, form: str
) -> None:
    TextWatch(NO_DECLARATIONS).note(tables(form.format(number) for number in range(2 * LEAST)))
    assert caplog.messages == []


def test_a_few_texts_and_declared_ones_are_not(caplog: pytest.LogCaptureFixture) -> None:
    watch = TextWatch(NO_DECLARATIONS)
    for _ in range(3):
        watch.note(tables(f"{number},5" for number in range(LEAST - 1)))
    declared = Declarations(models={"fraud": Declared({"x": Kind.CATEGORY})})
    TextWatch(declared).note(tables(f"{number},5" for number in range(LEAST)))
    assert caplog.messages == []


def test_a_feature_of_few_texts_is_not_looked_at_for_ever(caplog: pytest.LogCaptureFixture) -> None:
    watch = TextWatch(NO_DECLARATIONS)
    quiet = tables(["web"] * 1000)
    for _ in range(50):
        watch.note(quiet)
    watch.note(tables(f"{number},5" for number in range(LEAST)))
    assert caplog.messages == []


def test_the_texts_of_one_model_are_not_told_of_another(caplog: pytest.LogCaptureFixture) -> None:
    amounts = [event(features={"x": f"{number},5"}, model="fraud") for number in range(LEAST)]
    shops = [event(features={"x": f"shop {number}"}, model="churn") for number in range(LEAST)]
    found = [table for _, table in read(*amounts, *shops).tables(lambda _: 0)]
    assert [len(table.models) for table in found] == [2]
    TextWatch(NO_DECLARATIONS).note(found)
    assert [message[:31] for message in caplog.messages] == ["feature 'x' of model 'fraud' is"]
