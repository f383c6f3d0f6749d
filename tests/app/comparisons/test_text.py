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
