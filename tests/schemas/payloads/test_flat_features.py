from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.payloads.flat_features import AMBIGUOUS, DEEPEST, flat_features
from schemas.payloads.positions import MOST_POSITIONS
from schemas.tables.columns import Flag, Role, column_of
from schemas.values.classes import feature_name, without_margins

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
B = {"tags.b[0]": 2, "tags.b[1]": 3}
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("features", "flat"),
    [
        ({"user": {"age": 41, "home": {"zip": "8001"}}}, {"user.age": 41, "user.home.zip": "8001"}),
        (
            {"box": [1, 2.5, None, True]},
            {"box[0]": 1, "box[1]": 2.5, "box[2]": None, "box[3]": True},
        ),
        ({"x": [3]}, {"x": 3}),
        ({"x": [[{"y": [4]}]]}, {"x.y": 4}),
        (
            {"grid": [[1, 2], [3, 4]]},
            {f"grid[{i}][{j}]": 2 * i + j + 1 for i in (0, 1) for j in (0, 1)},
        ),
        ({"user": {}, "box": []}, {"user": None, "box": None}),
        ({"tags": ["a", "b"]}, {"tags": ["a", "b"]}),
        ({"tags": [{"key": "a", "value": 1}]}, {"tags.a": 1}),
        ({"tags": [{"k": "a", "v": 1}, {"k": "b", "v": [2, 3]}]}, {"tags.a": 1} | B),
        ({"tags": [{"k": "a", "v": 1}, {"k": "a", "v": 2}]}, {"tags.a": AMBIGUOUS}),
        ({"v": {"type": 1, "values": [2, 3]}}, {"v[0]": 2, "v[1]": 3}),
        (
            {"v": {"type": 0, "size": 3, "indices": [2], "values": [5]}},
            {"v[0]": 0.0, "v[1]": 0.0, "v[2]": 5},
        ),
        ({"pets": [{"age": 1}, {"age": 2}]}, {"pets": [{"age": 1}, {"age": 2}]}),
    ],
)
def test_nested_features_get_names_of_their_own(
    features: dict[str, Any], flat: dict[str, Any]
) -> None:
    assert flat_features(features) == flat


def test_plain_features_are_not_copied() -> None:
    features = {"x": 1, "y": None}
    assert flat_features(features) is features


def test_long_lists_are_summed_up() -> None:
    found = flat_features({"text": [3.0, 4.0] * MOST_POSITIONS})
    assert found == {"text[count]": 32, "text[mean]": 3.5, "text[norm]": pytest.approx(20.0)}
    odd = flat_features({"text": [3.0, None] * MOST_POSITIONS})
    column = column_of("text[mean]", Role.FEATURE, [odd["text[mean]"]])
    assert column.flags is not None
    assert column.flags.tolist() == [Flag.NAN]


def test_two_members_of_one_name_are_mistyped() -> None:
    found = flat_features({"a.b": 1, "a": {"b": 2}, "c": 3})
    assert found == {"a.b": AMBIGUOUS, "c": 3}


def test_what_is_too_deep_is_one_mistyped_feature() -> None:
    features: dict[str, Any] = {"x": 1}
    for _ in range(DEEPEST + 5):
        features = {"x": features}
    (name,) = flat_features(features)
    assert name.count(".") == DEEPEST - 1


@given(st.dictionaries(st.text(max_size=2), VALUES))
def test_no_feature_is_left_out_and_each_is_a_column(features: dict[str, Any]) -> None:
    found = flat_features(features)
    assert (len(found) > 0) == (len(features) > 0)
    for name, value in found.items():
        column_of(name, Role.FEATURE, [value])
    for name in features:
        assert any(
            each.startswith((name, feature_name(name), without_margins(name))) for each in found
        )


def test_one_name_is_one_feature_however_it_is_encoded_and_padded() -> None:
    assert flat_features({" amount": 1}) == flat_features({"amount\ufeff": 1}) == {"amount": 1}
    assert flat_features({"gro\u0308sse": {"x": 1}}) == {"gr\u00f6sse.x": 1}
    assert flat_features({"a": 1, " a": 2}) == {"a": AMBIGUOUS}
    assert flat_features({"": 1, " ": 2}) == {"": 1, " ": 2}
