import json
import math
from typing import Any

from hypothesis import given

from app.explain.plain import BEYOND, DEEPEST, plain
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
