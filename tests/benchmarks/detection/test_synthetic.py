import pytest

from benchmarks.detection.synthetic import CHANGE_AT, GENERATORS, ROWS, rows_of


@pytest.mark.parametrize("generator", GENERATORS)
def test_concepts_are_the_same_for_a_seed_and_change(generator: str) -> None:
    first, again = (list(rows_of(generator, 50, 4)) for _ in range(2))

    assert first == again
    assert len(first) == ROWS
    assert {label for _, label in first} == {0, 1}
    assert first[:CHANGE_AT] != first[CHANGE_AT : 2 * CHANGE_AT]
