"""What is simulated of versions one after the other; the figures are no test's business."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pytest

from benchmarks.previous import (
    CASES,
    RATE,
    RATES,
    any_age,
    drawn,
    in_steps,
    lines_of,
    ours,
    over,
    rows_of,
    study,
)


@pytest.mark.parametrize("case", CASES)
def test_versions_are_as_good_as_they_are_said_to_be_and_labels_come_in_their_order(
    case: str,
) -> None:
    labels = drawn(np.random.default_rng(7), RATE, CASES[case], 1000)
    assert labels.errors.mean() == pytest.approx(RATE, abs=0.01)
    assert (np.diff(labels.times.labelled) >= 0).all()
    assert (labels.times.labelled >= labels.times.predicted).all()
    assert len(labels.until(10**9).errors) < len(labels.errors)


def test_at_an_equal_age_a_version_that_is_no_worse_is_no_worse() -> None:
    found = rows_of("wrong ones soon", RATES[0], range(3))
    assert over(found["ours"]) == 0.0
    # All that has come so far of a young version is what comes soon.
    assert over(found["labels of any age"]) == 5.0


def test_traffic_in_steps_is_what_labels_of_one_age_do_not_answer_for() -> None:
    found = rows_of("wrong ones soon", RATES[0], range(3), steps=True)
    assert over(found["ours"]) == 0.0
    assert over(found["estimate as truth"]) > 1.0
    rng = np.random.default_rng(0)
    before = drawn(rng, RATE, CASES["wrong ones soon"], 0)
    after = in_steps(rng, drawn(rng, RATE, CASES["wrong ones soon"], 0), 0)
    # Unless it is known that the first version has gone on meanwhile.
    assert ours(before, after) is not None


class Here:
    """What measures one after the other, in this process."""

    def map(self, job: Callable[..., Any], tasks: Iterable[Sequence[object]]) -> list[Any]:
        return [job(*each) for each in tasks]


def test_the_worst_of_all_cases_is_told() -> None:
    worst, lines = study(Here(), range(2))
    assert worst == 0.0
    assert sum("wrong ones soon" in line for line in lines) == 2


def test_a_version_that_is_worse_is_found_where_labels_say_so() -> None:
    rng = np.random.default_rng(7)
    before = drawn(rng, RATE, CASES["alike"], 0)
    after = drawn(rng, 0.3, CASES["alike"], 0)
    assert ours(before, after) is not None
    assert any_age(before, after) is not None


def test_every_watcher_has_a_line_of_each_case() -> None:
    lines = list(lines_of(range(1)))
    assert sum(line.startswith("| ") for line in lines) >= 9
