"""A sighting: where and when a column was seen to change, whatever the change is."""

from dataclasses import dataclass
from typing import Final

from schemas.events.identity import stable_id
from schemas.events.position import Position
from schemas.tables.columns import Role

_SUBJECTS: Final = {
    Role.FEATURE: "Feature {feature!r}",
    Role.PREDICTION: "The predictions",
    Role.SCORE: "The scores",
    Role.ERROR: "The errors",
}


@dataclass(frozen=True, slots=True)
class Sighting:
    """The column that changed, and the rows at which it did and was found to.

    Attributes
    ----------
    model, version, role, feature
        Which column.
    critical
        Whether the configuration marks the feature as critical.
    change_at, detected_at
        Source positions of the estimated change and of the detection.
    learns_on
        Whether the version goes on learning, as the configuration says.
    """

    model: str
    version: str
    role: Role
    feature: str
    critical: bool
    change_at: Position
    detected_at: Position
    learns_on: bool = False

    @property
    def subject(self) -> str:
        """What a sentence about it begins with."""
        column = _SUBJECTS[self.role].format(feature=self.feature)
        return f"{column} of {self.model} {self.version}"

    def alert_id(self, *found: str) -> str:
        """Return the id of the alert that something, named in ``found``, gives of this."""
        at = self.detected_at
        position = (at.topic, at.partition, at.offset)
        return stable_id(self.model, self.version, self.role, self.feature, *found, *position)
