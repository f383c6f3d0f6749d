"""A label alert: the labels of a model version stay away, or fewer come in time than used to."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from schemas.events.alert import Alert, AlertKind
from schemas.events.position import EventTime


class LabelProblem(StrEnum):
    """What can be wrong with how labels come; more may come."""

    STOPPED = "stopped"
    FEWER = "fewer"
    UNLIKE = "unlike"
    BACKDATED = "backdated"


class LabelAlert(Alert):
    """The labels of one model version do not come as they used to.

    ``opened`` when that is found, ``resolved`` when they do again; no other of the same problem
    comes in between.
    """

    kind: Literal[AlertKind.LABELS] = AlertKind.LABELS
    problem: LabelProblem = Field(
        strict=False,
        description="`stopped`: predictions go on, and no label comes; `fewer`: of fewer "
        "predictions than before the label has come by a certain age, so that labels thin out, or "
        "come later; `unlike`: labels and predictions call classes by other names, so that no "
        "error and no metric made of them is true; `backdated`: many labels are dated before their "
        "predictions, so that nothing is known of how late they come.",
    )
    before: float = Field(
        ge=0,
        description="Of `stopped` the longest silence so far, in seconds; of `fewer` the share of "
        "the predictions of the reference whose labels came by the age; of `unlike` the share of "
        "labelled predictions that would be right with `label_names`, 0 where none are likely; of "
        "`backdated` the share of such labels before the latest hundred.",
    )
    after: float = Field(
        ge=0,
        description="The same now: the silence so far, or the share of the latest windows; of "
        "`unlike` the share that is right; of `backdated` the share of the latest hundred.",
    )
    limit: float = Field(ge=0, description="What `after` had to exceed, or to fall below.")
    age_seconds: float | None = Field(
        ge=0,
        description="Of `fewer` the age by which labels count as in time: that by which nine in "
        "ten had come.",
    )
    label_names: dict[str, str] = Field(
        default={},
        description="Of `unlike` what labels say, to the class that the model seems to say for it: "
        "for the setting `models.<name>.label_names`, once somebody has looked at it.",
    )
    since_time: EventTime = Field(
        description="Event time of the last label before the silence; of the first prediction of "
        "the latest windows; of the first labelled row; of the first of the latest hundred labels."
    )

    @property
    def subject(self) -> str:
        """The problem."""
        return f"labels {self.problem}"

    @property
    def found_by(self) -> str:
        """The name of the rule."""
        return f"labels_{self.problem}"

    @property
    def since(self) -> str:
        """Event time of the first row that it is about, RFC 3339."""
        return self.since_time
