"""Comparisons as the evidence of rollback requests."""

from detectors.rollback.compared import baseline_is_worse, candidate_is_worse
from schemas.documents import examples
from schemas.events.rollback_request import RollbackCause
from tests.schemas.events.comparisons import comparison_of

METRIC = examples.MODEL_COMPARISON["metrics"][1]
SEGMENT = {
    "name": "country",
    "value": "CH",
    "metrics": [
        {
            "metric": "recall[1]",
            "role": "guardrail",
            "baseline": 0.9,
            "candidate": 0.5,
            "rows": [40, 41],
            "difference": -0.4,
            "low": -0.6,
            "high": -0.2,
            "better": 0.0,
            "worse": 90.0,
            "threshold": 80.0,
            "finding": "worse",
            "is_harm": True,
        }
    ],
}


def test_a_guardrail_that_is_broken_has_both_values_the_interval_and_the_rows() -> None:
    look = comparison_of()

    (found,) = candidate_is_worse(look, {"recall[1]"})

    assert found.cause is RollbackCause.GUARDRAIL
    assert (found.found_in, found.metric) == (look.comparison_id, "recall[1]")
    assert (found.value, found.expected, found.difference) == (0.741, 0.846, -0.1049)
    assert (found.low, found.high, found.statistic, found.limit) == (-0.1921, -0.0178, 71.3, 40.0)
    assert (found.rows, found.expected_rows, found.at) == (398, 403, look.as_of)


def test_a_guardrail_that_is_worse_within_its_margin_is_no_evidence() -> None:
    assert candidate_is_worse(comparison_of(), ()) == []


def test_a_primary_metric_that_is_worse_is_evidence() -> None:
    look = comparison_of(metrics=[{**METRIC, "role": "primary"}])

    assert [each.cause for each in candidate_is_worse(look, ())] == [RollbackCause.WORSE]


def test_harm_in_a_segment_says_in_which() -> None:
    (found,) = candidate_is_worse(comparison_of(metrics=[], segments=[SEGMENT]), ())

    assert found.segment is not None
    assert (found.segment.name, found.segment.value) == ("country", "CH")
    assert (found.value, found.expected, found.rows, found.expected_rows) == (0.5, 0.9, 41, 40)


def test_a_candidate_that_is_better_is_evidence_against_its_baseline_with_the_signs_turned() -> (
    None
):
    better = {**METRIC, "role": "primary", "finding": "better", "better": 99.0}
    mirrored = {"difference": 0.1, "low": 0.02, "high": 0.3}
    look = comparison_of(metrics=[{**better, **mirrored}])

    (found,) = baseline_is_worse(look)

    assert (found.value, found.expected, found.rows) == (0.846, 0.741, 403)
    assert (found.difference, found.low, found.high, found.statistic) == (-0.1, -0.3, -0.02, 99.0)
