import pytest

from schemas.values.threshold_texts import is_of_reference


@pytest.mark.parametrize(
    ("text", "is_it"),
    [
        ("recall[1] >= 0.8", False),
        ("mae <= 1.5e+06", False),
        ("accuracy >= previous - 0.02", False),
        ("accuracy >= 0.9 * previous", False),
        ("recall[= reference] >= 0.8", False),
        ("accuracy >= reference - 0.02", True),
        ("mae <= 1.1 * reference", True),
        ("performance mae <= reference + 1.5e+06", True),
    ],
)
def test_what_counts_from_a_reference_is_told_from_all_else(text: str, *, is_it: bool) -> None:
    assert is_of_reference(text) is is_it
