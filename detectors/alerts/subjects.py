"""What an alert's sentence begins with: the column that it is about."""

from typing import Final

from schemas.tables.columns import Role

_SUBJECTS: Final = {
    Role.FEATURE: "Feature {feature!r}",
    Role.PREDICTION: "The predictions",
    Role.SCORE: "The scores",
    Role.ERROR: "The errors",
}


def subject_of(role: Role, feature: str) -> str:
    """Return how a sentence names a column."""
    return _SUBJECTS[role].format(feature=feature)
