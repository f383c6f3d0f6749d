"""The versions: as good and as bad as the story says."""

import numpy as np

from app.demo.canary.requests import Requests
from app.demo.canary.versions import BETTER, SERVING, WORSE, Version
from app.demo.scenario import FRAUD


def _figures(version: Version) -> tuple[float, float]:
    """Return accuracy and the recall of fraud."""
    rows = [each.judged_by(version) for each in Requests(5).take(4000)]
    right = np.array([not row.wrong for row in rows])
    is_fraud = np.array([row.label == FRAUD for row in rows])
    return float(right.mean()), float(right[is_fraud].mean())


def test_the_good_version_is_better_and_the_bad_one_worse_in_accuracy_and_recall() -> None:
    bad, serving, good = (_figures(each) for each in (WORSE, SERVING, BETTER))

    assert bad[0] < serving[0] - 0.02 < good[0] - 0.04
    assert bad[1] < serving[1] - 0.2
    assert good[1] > serving[1] + 0.05


def test_a_version_has_scores_between_0_and_1_and_says_what_they_say() -> None:
    for request in Requests(1).take(500):
        row = request.judged_by(WORSE)
        assert 0.0 <= row.score <= 1.0
        assert (row.prediction == FRAUD) is (row.score > 0.5)
