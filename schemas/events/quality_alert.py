"""A quality alert: of one column, other values than before are missing or unusable."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from schemas.events.alert import AlertKind
from schemas.events.column_alert import ColumnAlert


class Quality(StrEnum):
    """What can be wrong with a value; more may come."""

    NULL = "null"
    ABSENT = "absent"
    MISTYPED = "mistyped"
    NON_FINITE = "non_finite"
    UNSEEN = "unseen"
    CONSTANT = "constant"


class QualityAlert(ColumnAlert):
    """The share of rows with one problem of quality changed in one watched column."""

    kind: Literal[AlertKind.QUALITY] = AlertKind.QUALITY
    quality: Quality = Field(
        strict=False,
        description="`null`, `absent`: there is no value; `mistyped`: one of another kind than the "
        "column's; `non_finite`: NaN or infinite; `unseen`: a category that the reference did not "
        "have; "
        "`constant`: one value in all rows since the change, whose own share is meant.",
    )
    share_before: float = Field(
        ge=0, le=1, description="Share of the rows with it before the estimated change."
    )
    share_after: float = Field(ge=0, le=1, description="Share of the rows with it since then.")
    rows_before: int = Field(ge=0, description="Rows that `share_before` is of.")
    rows_after: int = Field(ge=1, description="Rows that `share_after` is of.")
