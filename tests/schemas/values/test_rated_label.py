import json
import math
from typing import Any

import pytest

from schemas.values.rated_label import checksum, label_of, number_in, numbers_of, rated


def test_a_label_without_numbers_is_the_label_itself() -> None:
    assert rated("fraud", {}) == "fraud"
    assert label_of("fraud") == "fraud"
    assert numbers_of([1.0, 2.0]) == {}


def test_a_label_with_numbers_stays_itself_as_json() -> None:
    value = json.loads(json.dumps(rated([1.0, 2.0], {"escalated": 1.0, "cost": None})))
    assert label_of(value) == [1.0, 2.0]
    assert numbers_of(value) == {"escalated": 1.0, "cost": None}


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (True, 1.0),
        (0, 0.0),
        (2.5, 2.5),
        ("yes", 1.0),
        (" 0.25 ", 0.25),
        ("often", None),
        ("", None),
        (math.nan, None),
        (math.inf, None),
        (10**400, None),
        ([1, 2], None),
        ({"value": 1}, None),
    ],
)
def test_a_number_is_what_is_one_whatever_its_form(value: Any, number: float | None) -> None:
    assert number_in(value) == number


def test_a_checksum_tells_numbers_and_not_their_order() -> None:
    assert checksum({"a": 1.0, "b": None}) == checksum({"b": None, "a": 1.0})
    assert checksum({"a": 1.0}) != checksum({"a": 0.0})
    assert checksum({"a": None}) != checksum({"a": 0.0})
