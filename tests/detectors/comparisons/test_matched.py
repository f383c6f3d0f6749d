import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.comparisons.matched import BORROWED, MOST_HOURS, MatchedArms
from schemas.events.durations import MS_PER_HOUR as HOUR

Rows = tuple[int, int, float]
"""Arm, hour and what a row gives."""


def arms_of(rows: list[Rows], cuts: list[int], *, is_zero_one: bool = False) -> MatchedArms:
    arms = MatchedArms(is_zero_one=is_zero_one)
    for begin, end in zip([0, *cuts], [*cuts, len(rows)], strict=True):
        for arm in (0, 1):
            part = [row for row in rows[begin:end] if row[0] == arm]
            arms.add(
                arm,
                np.array([row[1] * HOUR for row in part], dtype=np.int64),
                np.array([row[2] for row in part]),
            )
    return arms


def test_rows_of_one_hour_are_compared_as_two_samples() -> None:
    random = np.random.default_rng(0)
    one, other = random.normal(3.0, 2.0, 200), random.normal(3.5, 1.0, 300)
    rows = [(0, 5, each) for each in one] + [(1, 5, each) for each in other]
    found = arms_of(rows, []).contrast()
    assert found is not None
    assert found.difference == pytest.approx(other.mean() - one.mean())
    # The variance that chance assignment gives: each version's by the other's share.
    weight = 200 * 300 / 500
    common = np.concatenate([one, other]).var(ddof=1)
    variances = [
        ((len(each) - 1) * each.var(ddof=1) + BORROWED * common) / (len(each) - 1 + BORROWED)
        for each in (one, other)
    ]
    spread = weight * (variances[0] * 300 + variances[1] * 200) / 500
    assert found.information == pytest.approx(weight**2 / spread)


def test_what_hours_have_in_common_cancels_out_whatever_the_shares() -> None:
    random = np.random.default_rng(1)
    rows = []
    for hour, share, level in ((0, 0.05, 0.9), (1, 0.5, 0.6), (2, 0.95, 0.3)):
        rows += [
            (int(random.random() < share), hour, float(random.random() < level))
            for _ in range(4000)
        ]
    arms = arms_of(rows, [], is_zero_one=True)
    found = arms.contrast()
    assert found is not None
    naive = (arms.mean(1) or 0.0) - (arms.mean(0) or 0.0)
    assert abs(naive) > 0.2
    assert abs(found.difference) * np.sqrt(found.information) < 2.5


def test_labels_that_come_late_for_one_class_do_not_favour_the_newer_version() -> None:
    """Frauds are known after 20 hours, the others after one; both versions miss a half of them."""
    random = np.random.default_rng(2)
    rows = []
    for hour in range(60):
        for arm, begins in ((0, 0), (1, 40)):  # the newer version begins in hour 40 of 60
            if hour < begins:
                continue
            for _ in range(200):
                is_fraud = random.random() < 0.3
                error = float(is_fraud and random.random() < 0.5)
                if hour + (20 if is_fraud else 1) <= 60:
                    rows.append((arm, hour, error))
    arms = arms_of(rows, [], is_zero_one=True)
    found = arms.contrast()
    assert found is not None
    # As they stand the newer one seems to have next to no errors.
    assert (arms.mean(0) or 0.0) - (arms.mean(1) or 0.0) > 0.05
    assert abs(found.difference) * np.sqrt(found.information) < 2.5


@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 900), st.sampled_from([0.0, 1.0])),
        min_size=1,
        max_size=400,
    ),
    st.integers(0, 400),
)
def test_cuts_and_restarts_change_nothing_but_the_last_digit(rows: list[Rows], cut: int) -> None:
    cut = min(cut, len(rows))
    whole, parts = arms_of(rows, []), MatchedArms()
    parts.restore(arms_of(rows[:cut], []).state())
    for arm in (0, 1):
        part = [row for row in rows[cut:] if row[0] == arm]
        parts.add(
            arm,
            np.array([row[1] * HOUR for row in part], dtype=np.int64),
            np.array([row[2] for row in part]),
        )
    assert parts.counts.tolist() == whole.counts.tolist()
    for arm in (0, 1):
        assert parts.mean(arm) == pytest.approx(whole.mean(arm))


def test_hours_beyond_the_most_become_wider_and_lose_no_row() -> None:
    rows = [(hour % 2, hour // 2, float(hour % 3 == 0)) for hour in range(4 * MOST_HOURS)]
    arms = arms_of(rows, [100, 600])
    state = arms.state()
    assert len(state["hours"]) <= MOST_HOURS
    assert state["cells"][:, :2].sum() == len(rows)
    assert state["width"] > HOUR


@pytest.mark.parametrize(
    "rows",
    [
        [(0, 0, 1.0)] * 100,
        [(0, 0, 1.0)] * 100 + [(1, 0, 1.0)] * 10,
        [(0, 0, 1.0)] * 100 + [(1, 0, 1.0)] * 100,
        [(0, 0, 1.0), (0, 0, 0.0)] * 100 + [(1, 7, 1.0), (1, 7, 0.0)] * 100,
        [(0, 0, 1e308), (0, 0, -1e308)] * 100 + [(1, 0, 1e308)] * 100,
    ],
    ids=["one version", "few of one", "no errors", "other hours", "beyond numbers"],
)
def test_what_cannot_be_compared_has_no_difference(rows: list[Rows]) -> None:
    assert arms_of(rows, [], is_zero_one=rows[0][2] < 2).contrast() is None


def test_traffic_that_shifts_within_an_hour_does_not_favour_the_newer_version() -> None:
    """Frauds are known after half an hour, the others at once; both versions miss a half of them.

    The newer version has a tenth of the traffic until the middle of an hour, and a half after it:
    in this hour its rows are younger than the others.
    """
    random = np.random.default_rng(3)
    arms = MatchedArms(is_zero_one=True)
    made = np.sort(random.integers(0, HOUR, 20_000))
    is_new = random.random(len(made)) < np.where(made < HOUR // 2, 0.1, 0.5)
    is_fraud = random.random(len(made)) < 0.3
    is_right = ~is_fraud | (random.random(len(made)) < 0.5)
    known = ~is_fraud | (made < HOUR // 2)
    for arm in (0, 1):
        own = known & (is_new == bool(arm))
        arms.add(arm, made[own], is_right[own].astype(np.float64))
    found = arms.contrast()
    assert found is not None
    assert abs((arms.mean(1) or 0.0) - (arms.mean(0) or 0.0)) > 0.03
    assert abs(found.difference) * np.sqrt(found.information) < 2.0


def test_a_canary_without_an_error_among_few_rows_is_not_known_to_be_better() -> None:
    rows = [(0, 0, float(row % 20 == 0)) for row in range(2000)] + [(1, 0, 0.0)] * 40
    found = arms_of(rows, [], is_zero_one=True).contrast()
    assert found is not None
    assert found.difference == pytest.approx(-0.05)
    # As far as chance takes 40 rows of that rate, and not as far as 40 equal ones would say.
    assert abs(found.difference) * np.sqrt(found.information) == pytest.approx(1.5, abs=0.2)
