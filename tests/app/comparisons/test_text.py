from app.comparisons.text import lines_of
from tests.schemas.events.comparisons import comparison_of


def test_people_are_told_what_was_decided_and_on_which_evidence() -> None:
    found = comparison_of()
    lines = lines_of(found)
    assert lines[0] == found.message
    assert "rollback, failed (guardrail_worse)" in lines[1]
    assert "4120 labels of 4391 predictions of 3" in lines[3]
    assert lines[5] == (
        "  recall[1] (guardrail): worse; difference -0.1049 (-0.1921 to -0.0178), "
        "evidence 71.3 of 40"
    )


def test_people_are_told_of_each_segment() -> None:
    recall = {
        "metric": "recall[1]",
        "role": "guardrail",
        "baseline": 0.8,
        "candidate": 0.5,
        "rows": [100, 98],
        "difference": -0.3,
        "low": -0.5,
        "high": -0.1,
        "better": 0.0,
        "worse": 900.0,
        "threshold": 160.0,
        "finding": "worse",
        "is_harm": True,
    }
    few = recall | {"difference": None, "low": None, "high": None, "finding": "too_few_labels"}
    lines = lines_of(
        comparison_of(
            segments=[
                {"name": "country", "value": None, "metrics": [few]},
                {"name": "country", "value": "fr", "metrics": [recall]},
            ]
        )
    )
    assert lines[-2:] == [
        "  country of another value: recall[1] (guardrail): too_few_labels; 100 and 98 rows",
        (
            "  country fr: recall[1] (guardrail): worse; difference -0.3 (-0.5 to -0.1), "
            "evidence 900 of 160"
        ),
    ]
