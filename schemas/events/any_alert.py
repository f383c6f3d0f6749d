"""Alerts of every kind as one type, discriminated by ``kind``, and its decoder.

A further kind of alert is a type of its own and a member here.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, get_args

from pydantic import Field

from schemas.events.alert import Alert, AlertKind
from schemas.events.codec import decode_event
from schemas.events.drift_alert import DriftAlert
from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.label_alert import LabelAlert
from schemas.events.model_alert import ModelAlert
from schemas.events.performance_alert import PerformanceAlert
from schemas.events.quality_alert import QualityAlert

ALERT_TYPES: Final[tuple[type[Alert], ...]] = (
    DriftAlert,
    QualityAlert,
    PerformanceAlert,
    ModelAlert,
    LabelAlert,
)
"""The types of alerts, each with kinds of its own."""

AnyAlert = Annotated[
    DriftAlert | QualityAlert | PerformanceAlert | ModelAlert | LabelAlert,
    Field(discriminator="kind"),
]

TYPE_OF_KIND: Final[Mapping[AlertKind, type[Alert]]] = {
    kind: alert for alert in ALERT_TYPES for kind in get_args(alert.model_fields["kind"].annotation)
}


def decode_alert(document: dict[str, Any]) -> Alert:
    """Return the alert that a decoded document describes, as the type of its kind.

    Raises
    ------
    InvalidMessage
        Naming the fields that are missing or of the wrong type, the first ten of them.
    """
    try:
        alert = TYPE_OF_KIND[AlertKind(document["kind"])]
    except KeyError:
        raise InvalidMessage(Reason.MISSING_FIELD, "kind: Field required") from None
    except ValueError:
        expected = ", ".join(TYPE_OF_KIND)
        raise InvalidMessage(Reason.WRONG_TYPE, f"kind: expected one of {expected}") from None
    return decode_event(alert, document)
