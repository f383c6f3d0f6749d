import numpy as np

from detectors.performance.class_table import MOST_CLASSES, OTHERS, ClassTable


def test_classes_get_numbers_in_the_order_in_which_they_come() -> None:
    table = ClassTable(["cat"])
    assert [table.code(name) for name in ("dog", "cat", "cow")] == [2, 1, 3]
    assert (table.known("cow"), table.known("horse"), table.known(None)) == (3, -1, -1)


def test_those_beyond_the_first_are_others() -> None:
    table = ClassTable(f"c{number}" for number in range(MOST_CLASSES))
    assert table.code("late") == OTHERS
    assert len(table.names) == MOST_CLASSES


def test_numbers_are_numbered_as_their_names() -> None:
    one, other = ClassTable(["2"]), ClassTable(["2"])
    values = np.array([[1.0, 2.0], [0.5, -0.0], [1.0, 7.0]])
    codes = one.of_numbers(values)
    names = ["1", "2", "0.5", "0", "1", "7"]
    assert codes.reshape(-1).tolist() == [other.code(name) for name in names]
    assert one.names == other.names == ["2", "1", "0.5", "0", "7"]


def test_many_numbers_are_others_too() -> None:
    table = ClassTable()
    codes = table.of_numbers(np.arange(MOST_CLASSES + 68.0).reshape(-1, 2))
    assert codes.reshape(-1).tolist() == [*range(1, MOST_CLASSES + 1), *[OTHERS] * 68]
