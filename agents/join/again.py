"""Labels that came again for a prediction that had its label."""

from typing import NamedTuple

from schemas.tables.model_version import ModelVersion


class Again(NamedTuple):
    """A label that came again, of one of the predictions that it is for.

    Attributes
    ----------
    offset, time
        Of its record: where it stands, and its event time, milliseconds since the epoch.
    owner
        Whose prediction it is.
    is_corrected
        Whether it is another label than the prediction had; else it is the same one.
    """

    offset: int
    time: int
    owner: ModelVersion
    is_corrected: bool
