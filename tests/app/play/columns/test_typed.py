from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from app.play.columns.marks import Marks
from app.play.columns.typed import Given, TypedProfile


def _taken(*values: Any, marks: Marks | None = None) -> Given:
    profile = TypedProfile(marks)
    profile.add(values, range(1, len(values) + 1))
    return profile.taken()


def test_values_are_as_they_are() -> None:
    taken = _taken(1, 2.5, None)

    assert (taken.kind, taken.why, taken.missing) == ("number", "2 numbers", {"": 1})
    assert [taken.value(each) for each in (1, 2.5, None, True, "x", [1])] == [
        *(1, 2.5, None, True, "x"),
        [1],
    ]


def test_marks_among_texts_are_missing_unless_they_are_left_alone() -> None:
    assert _taken(1, "N/A", marks=Marks()).value("N/A") is None
    assert _taken("N/A").value("N/A") == "N/A"


def test_long_whole_numbers_are_codes() -> None:
    taken = _taken(2**63, 2**70, 5)

    assert taken.codes
    assert [taken.value(each) for each in (2**70, 5)] == [str(2**70), "5"]


def test_values_of_another_type_are_told() -> None:
    taken = _taken(*[1] * 9, "high")

    assert "'high' (line 10)" in str(taken.notes)


def test_what_json_has_no_number_for_is_null_or_said() -> None:
    taken = _taken(1.5, float("nan"), float("inf"))

    assert taken.value(float("nan")) is None
    assert taken.value(float("-inf")) == "-Infinity"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=6,
    )
)
def test_every_value_can_be_sent(value: Any) -> None:
    sent = _taken(value).value(value)

    assert orjson.loads(orjson.dumps(sent)) == sent
