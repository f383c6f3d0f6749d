"""Comparisons of two versions for tests."""

from typing import Any

from schemas.documents import examples
from schemas.events.codec import decode_event
from schemas.events.model_comparison import ModelComparison


def comparison_of(**changed: Any) -> ModelComparison:
    """Return a look at fraud 4, which is worse than 3 in a guardrail, with other members."""
    return decode_event(ModelComparison, {**examples.MODEL_COMPARISON, **changed})


def open_comparison(**changed: Any) -> ModelComparison:
    """Return a look at two versions of which nothing is known yet."""
    undecided = {"decision": "continue", "verdict": "inconclusive", "reason": "no_labels"}
    return comparison_of(**{**undecided, "metrics": [], **changed})


def good_comparison(**changed: Any) -> ModelComparison:
    """Return a look at a version that is better."""
    better = {"decision": "promote", "verdict": "successful", "reason": "better"}
    return comparison_of(
        **{**better, "metrics": examples.MODEL_COMPARISON["metrics"][:1], **changed}
    )
