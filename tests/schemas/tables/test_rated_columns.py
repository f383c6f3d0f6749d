from schemas.tables.columns import Flag, Kind, Role
from schemas.tables.rated_columns import rated_columns, rated_labels
from schemas.values.rated_label import label_of, rated

LABELS = [
    rated("a", {"escalated": 1.0, "errors": 3.0}),
    "b",
    rated(None, {"escalated": None}),
    rated([1.0, 2.0], {"errors": 0.0}),
]


def test_each_field_is_a_column_in_which_what_is_no_number_is_mistyped() -> None:
    errors, escalated = rated_columns(LABELS)
    assert (errors.name, errors.role, errors.kind) == ("errors", Role.FEATURE, Kind.NUMBER)
    assert errors.usable.tolist() == [True, False, False, True]
    assert errors.values[errors.usable].tolist() == [3.0, 0.0]
    assert escalated.flags is not None
    assert escalated.flags.tolist() == [Flag.OK, Flag.ABSENT, Flag.MISTYPED, Flag.ABSENT]


def test_labels_without_numbers_have_no_columns() -> None:
    assert list(rated_columns(["a", 1, None])) == []


def test_columns_give_back_what_they_were_made_of() -> None:
    alone = [label_of(each) for each in LABELS]
    assert rated_labels(rated_columns(LABELS), alone) == LABELS
