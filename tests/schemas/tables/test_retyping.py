import numpy as np
import pytest

from schemas.tables.columns import Column, Flag, Kind, Role, column_of
from schemas.tables.retyping import KINDS, kinds_of, retyped
from schemas.values.spellings import Spellings


@pytest.mark.parametrize("kind", Kind)
def test_a_column_of_the_kind_stays_as_it_is(kind: Kind) -> None:
    column = column_of("x", Role.FEATURE, [1], kind)
    assert retyped(column, kind) is column


def test_what_was_missing_stays_so_when_the_rest_is_mistyped() -> None:
    flags = np.array([Flag.OK, Flag.NULL, Flag.NAN], np.uint8)
    column = Column("age", Role.FEATURE, Kind.BOOLEAN, np.zeros(3), flags=flags)
    found = retyped(column, Kind.NUMBER)
    assert found.kind is Kind.NUMBER
    assert found.flags is not None
    assert found.flags.tolist() == [Flag.MISTYPED, Flag.NULL, Flag.NAN]
    assert flags.tolist() == [Flag.OK, Flag.NULL, Flag.NAN]


def test_numbers_and_booleans_are_named_for_a_category() -> None:
    numbers = column_of("x", Role.FEATURE, [2.0, 0.5, None, 2])
    found = retyped(numbers, Kind.CATEGORY)
    assert [found.categories[code] for code in found.values.tolist()] == ["2", "0.5", "0", "2"]
    assert found.flags is numbers.flags
    booleans = retyped(column_of("x", Role.FEATURE, [True, False]), Kind.CATEGORY)
    assert [booleans.categories[code] for code in booleans.values.tolist()] == ["true", "false"]


def test_other_words_can_be_booleans() -> None:
    column = column_of("x", Role.FEATURE, ["oui", "non", "yes"])
    french = Spellings(yes=frozenset({"oui"}), no=frozenset({"non"}))
    found = retyped(column, Kind.BOOLEAN, french)
    assert (found.values.tolist(), found.flags is not None and found.flags.tolist()) == (
        [1.0, 0.0, 0.0],
        [0, 0, Flag.MISTYPED],
    )


@pytest.mark.parametrize("kind", [Kind.NUMBER, Kind.BOOLEAN])
@pytest.mark.parametrize("mark", ["NA", "-", " NA "])
def test_marks_of_missing_numbers_are_null_in_numbers_and_values_in_texts(
    kind: Kind, mark: str
) -> None:
    mixed = column_of("x", Role.FEATURE, [1, mark, "DE", True])
    declared = column_of("x", Role.FEATURE, [1, mark], kind)
    texts = column_of("x", Role.FEATURE, ["DE", mark], Kind.CATEGORY)

    assert mixed.flags is None
    for column in (retyped(mixed, kind), declared):
        assert column.flags is not None
        assert column.flags[:2].tolist() == [Flag.OK, Flag.NULL]
    assert [KINDS[each] if each >= 0 else None for each in kinds_of(mixed)] == [
        *(Kind.NUMBER, None, Kind.CATEGORY, Kind.BOOLEAN),
    ]
    assert (texts.flags, texts.categories) == (None, ("DE", mark.strip()))


def test_a_predicted_class_may_be_named_as_a_missing_number_is() -> None:
    column = column_of("prediction", Role.PREDICTION, ["NA", "-"])
    found = retyped(column, Kind.NUMBER)

    assert found.flags is not None
    assert found.flags.tolist() == [Flag.MISTYPED] * 2
    assert (kinds_of(column) >= 0).all()
