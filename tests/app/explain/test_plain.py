import json
import math
from typing import Any

from hypothesis import given

from app.explain.plain import BEYOND, DEEPEST, TWICE, plain
from schemas.payloads.flat_features import flat_features
from tests.schemas.documents_strategy import VALUES


@given(VALUES)
def test_what_is_plain_can_be_written_as_json(value: Any) -> None:
    json.loads(json.dumps(plain(value), allow_nan=False))


def test_a_value_of_any_depth_is_cut() -> None:
    value: Any = 1
    for _ in range(5000):
        value = [value]
    shown = json.dumps(plain(value))
    assert shown == "[" * DEEPEST + f'"{BEYOND}"' + "]" * DEEPEST


def test_numbers_that_json_lacks_are_written_in_words() -> None:
    assert plain([math.nan, math.inf, 1.5, {"a": -math.inf}]) == ["nan", "inf", 1.5, {"a": "-inf"}]


def test_two_members_of_one_name_are_said_to_be_that() -> None:
    found = flat_features({"user.age": 5, "user": {"age": 6}})
    assert plain(found) == {"user.age": TWICE}
