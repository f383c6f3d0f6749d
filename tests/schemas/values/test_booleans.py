import pytest

from schemas.values.booleans import boolean_of
from schemas.values.spellings import Spellings


@pytest.mark.parametrize("value", [True, 1, 1.0, "1", "1.0", "true", "TRUE", " True ", "t", "Yes"])
def test_usual_spellings_of_true_are_known(value: object) -> None:
    assert boolean_of(value) is True


@pytest.mark.parametrize("value", [False, 0, 0.0, -0.0, "0", "0.0", "False", "f", "NO", "off"])
def test_usual_spellings_of_false_are_known(value: object) -> None:
    assert boolean_of(value) is False


@pytest.mark.parametrize("value", [None, 2, 0.5, "", "maybe", "10", [], {}])
def test_other_values_are_no_booleans(value: object) -> None:
    assert boolean_of(value) is None


def test_other_spellings_can_be_named() -> None:
    french = Spellings(yes=frozenset({"oui"}), no=frozenset({"non"}))

    assert boolean_of("Oui", french) is True
    assert boolean_of("yes", french) is None
