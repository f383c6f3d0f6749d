import pytest

from app.explain.columns import SeenColumn, columns_of
from schemas.documents import examples
from schemas.tables.columns import Kind, Role
from tests.app.explain.samples import sample_of, settings_with

EVENT = examples.PREDICTION


def columns(features: list[dict[str, object]], **flags: str) -> dict[str, SeenColumn]:
    lines = [
        {**EVENT, "features": each, "prediction_id": str(number)}
        for number, each in enumerate(features)
    ]
    found = columns_of(settings_with(**flags), sample_of(lines).records)
    return {each.name: each for each in found["fraud", "3"]}


def test_each_column_says_as_what_it_is_watched_and_because_of_what() -> None:
    found = columns([{"amount": 1.5, "country": "ch", "new": True}] * 2 + [{"amount": None}])
    amount, country, new = (found[name] for name in ("amount", "country", "new"))
    assert (amount.watched_as, amount.why) == (Kind.NUMBER, "2 numbers")
    assert amount.problems == {"null": 1}
    assert (country.watched_as, country.why) == (Kind.CATEGORY, "2 texts")
    assert country.problems == {"absent": 1}
    assert (new.watched_as, new.why, new.examples) == (Kind.BOOLEAN, "2 booleans", [True])
    assert (found["prediction"].role, found["score"].role) == (Role.PREDICTION, Role.SCORE)


def test_a_declared_kind_is_said_to_be_one() -> None:
    found = columns([{"code": "007"}] * 3, models="{fraud: {kinds: {code: number}}}")
    assert (found["code"].watched_as, found["code"].why) == (Kind.NUMBER, "declared")
    assert columns([{"code": "007"}] * 3)["code"].watched_as is Kind.CATEGORY


def test_a_column_is_misread_where_most_values_are_of_another_kind() -> None:
    column = SeenColumn(Role.FEATURE, "code", watched_as=Kind.CATEGORY)
    column.forms.update({Kind.CATEGORY: 1, Kind.NUMBER: 9})
    assert column.is_misread
    assert column.commonest is Kind.NUMBER
    column.watched_as = Kind.NUMBER
    assert not column.is_misread


@pytest.mark.parametrize(
    ("form", "is_written"),
    [
        ("{:.1f}%", True),
        ("${:,.2f}", True),
        ("{:.0f} EUR", True),
        ("1,{:03.0f}.50", True),
        ("{:.0f},5", True),
        ("A{:.0f}", False),
        ("10.0.0.{:.0f}", False),
        ("2026-03-{:02.0f}", False),
        ("{:.2f}", False),
    ],
)
def test_numbers_that_are_written_for_people_are_told(form: str, is_written: bool) -> None:
    found = columns([{"x": form.format(100 + number * 7.25)} for number in range(12)])["x"]
    assert (found.written is not None) is is_written


def test_distinct_values_are_counted_and_the_first_ones_shown() -> None:
    amount = columns([{"amount": number % 5} for number in range(20)])["amount"]
    assert (amount.distinct, amount.examples) == (5, [0.0, 1.0, 2.0])


def test_no_records_have_no_columns() -> None:
    assert columns_of(settings_with(), ()) == {}


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (['{"zip": 8000}', "[1, 2]"], "JSON"),
        (["BAg=", "AcnDgA=="], "Base64"),
        (["CH", "DE"], None),
        (["BAg=", "CH"], None),
        (["[0.1 0.2]", "(10,[1],[2.0])", "{1,2}"], "lists"),
        ([f"{number}.5 km" for number in range(9)], "unit 'km'"),
        ([f"2026-03-0{day}T12:00:00Z" for day in range(1, 9)], "times"),
        (["1h", "2h"], None),
        (["1h", "2h", "3d", "4d", "5d"], None),
        ([f"A{number}" for number in range(9)], None),
    ],
)
def test_texts_that_hold_something_else_are_told_of(texts: list[str], words: str | None) -> None:
    found = columns([{"x": text} for text in texts])["x"].packed
    assert (found is None) == (words is None)
    assert words is None or words in str(found)
