import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.algorithms.false_alarms import DEFAULT, FalseAlarms, InvalidBudget

DAY = 86_400_000


@pytest.mark.parametrize(
    ("text", "amount", "timed", "per_column"),
    [
        ("1 per 1,000,000 rows per column", 1e6, False, True),
        ("1 per 1000000 rows", 1e6, False, False),
        ("2 per 1_000_000 rows", 5e5, False, False),
        ("0.5 per 30d", 60 * DAY, True, False),
        (" 1  PER 2 w Per Column ", 14 * DAY, True, True),
        ("3 per 12h", 4 * DAY / 24, True, False),
    ],
)
def test_a_budget_is_read_as_it_is_meant(
    text: str, amount: float, timed: bool, per_column: bool
) -> None:
    budget = FalseAlarms.of(text)
    assert (budget.amount, budget.timed, budget.per_column) == (amount, timed, per_column)
    assert FalseAlarms.of(budget.text) == budget


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "never",
        "1 per month",
        "1 per 30 days",
        "-1 per 30d",
        "1e3 per 30d",
        "1 per 1.5 rows",
        "1 per 30d per feature",
        "1 per 1,000,000 rows, 1 per 30d",
        "1 per ,000 rows",
        "\u0661 per 30d",
        "0 per 30d",
        "0.0 per 1,000,000 rows",
        f"{'9' * 400} per 30d",
        "1 per 999 rows",
        "1000 per 999,999 rows",
        "1 per 1,000,000,000,001 rows",
        "1 per 0.5h",
        "1 per 4000d",
        f"1 per {'9' * 400} rows",
        f"1 per {'9' * 400}d",
    ],
)
def test_what_cannot_be_kept_or_read_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(InvalidBudget, match=r"."):
        FalseAlarms.of(text)


def test_what_is_stated_of_a_model_is_shared_by_its_columns() -> None:
    assert FalseAlarms.of("1 per 1,000,000 rows").rows_of(columns=20, pace=1.0) == 2e7
    assert DEFAULT.rows_of(columns=20, pace=1.0) == 1e6


def test_time_is_turned_into_rows_by_the_pace() -> None:
    budget = FalseAlarms.of("1 per 1d")
    assert budget.rows_of(columns=1, pace=0.001) == 86_400
    assert budget.rows_of(columns=3, pace=0.001) == 3 * 86_400


@given(
    st.floats(0.001, 1e6),
    st.integers(1, 10**6),
    st.sampled_from(["h", "d", "w"]),
    st.integers(1, 5000),
    st.floats(0.0, float("inf")),
)
def test_whatever_the_pace_the_rows_are_within_bounds(
    alarms: float, count: int, unit: str, columns: int, pace: float
) -> None:
    try:
        budget = FalseAlarms.of(f"{alarms:.3f} per {count}{unit}")
    except InvalidBudget:
        return
    assert 1_000 <= budget.rows_of(columns=columns, pace=pace) <= 10**12


@given(st.text(max_size=60))
def test_a_text_is_read_or_refused(text: str) -> None:
    try:
        assert FalseAlarms.of(text).amount > 0.0
    except InvalidBudget as refused:
        assert str(refused)  # noqa: PT017 - either way will do
