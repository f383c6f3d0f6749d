import pytest

from app.play.roles import ColumnRoles, UnknownColumns


def test_all_unknown_columns_are_named_with_those_of_the_file() -> None:
    roles = ColumnRoles(prediction="q", features=("r", "a", "q"))

    with pytest.raises(UnknownColumns, match="no column 'q', 'r' in the file; it has: a, b"):
        roles.check(["a", "b"])
    with pytest.raises(UnknownColumns, match="--delimiter"):
        roles.check(["q;r;a"])


def test_only_the_named_features_are_taken() -> None:
    roles = ColumnRoles(prediction="p", features=("b", "a"))

    assert roles.features_of({"a": 1, "b": 2, "c": 3, "p": 0}) == {"b": 2, "a": 1}
    assert roles.features_of({"a": 1, "p": 0}) == {"a": 1}


def test_features_are_what_has_no_role() -> None:
    roles = ColumnRoles(id="i", label="y", segment=("s",), version="v", ignored=("z",))

    assert roles.feature_columns(("i", "v", "s", "y", "z", "x")) == ("x",)
    assert roles.without(["x"]).feature_columns(("x", "w")) == ("w",)
