"""What intake takes: where the fields of users' events stand, and its bounds."""

from dataclasses import dataclass, field

from schemas.payloads.format import LabelFormat, PredictionFormat
from schemas.payloads.json_labels import JsonLabels
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap
from schemas.tables.declared import NO_DECLARATIONS, Declarations


@dataclass(frozen=True, slots=True)
class IntakeOptions:
    """What intake takes.

    Attributes
    ----------
    prediction_fields, label_fields
        Where the fields of the users' events stand.
    not_features
        Paths of members of predictions that are no features though they stand among them.
    message_bytes, features_per_event
        Above which a record is refused.
    clock_tolerance
        Milliseconds by which an event may be dated after its record before the record's time
        counts.
    declarations
        What the settings say of models.
    """

    prediction_fields: FieldMap = field(default_factory=FieldMap)
    label_fields: FieldMap = field(default_factory=FieldMap)
    not_features: frozenset[str] = frozenset()
    message_bytes: int = 1_000_000
    features_per_event: int = 2000
    clock_tolerance: int = 600_000
    declarations: Declarations = NO_DECLARATIONS

    def prediction_format(self) -> PredictionFormat:
        """Return a reader of predictions, for one thread."""
        return JsonPredictions(
            self.prediction_fields,
            most_features=self.features_per_event,
            largest=self.message_bytes,
            not_features=self.not_features,
            declarations=self.declarations,
        )

    def label_format(self) -> LabelFormat:
        """Return a reader of labels, for one thread."""
        return JsonLabels(self.label_fields, largest=self.message_bytes)
