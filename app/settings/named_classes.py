"""Classes that settings name and that are none of the model's: nothing would ever be about them."""

from collections.abc import Iterator, Sequence
from typing import Final

from app.settings.section import Detail
from detectors.performance.threshold import Threshold, ThresholdMetric
from schemas.values.classes import same_class
from schemas.values.spellings import Spellings

_BOTH: Final = 2


def strange_classes(
    thresholds: Sequence[str], positive: str | None, classes: Sequence[str], spellings: Spellings
) -> Iterator[Detail]:
    """Yield thresholds of a class that there is not, and a positive class that is none.

    Parameters
    ----------
    thresholds
        As they are written; each can be used by itself.
    positive
        The class that is looked for; None where it is not named.
    classes
        Those of the model; where there are none any may come.
    spellings
        Which texts are one class.
    """
    if not classes:
        return
    listed = ", ".join(classes)
    for place, text in enumerate(thresholds):
        threshold = Threshold.of(text)
        path = ("thresholds", str(place))
        if threshold.metric is ThresholdMetric.ROC_AUC and len(classes) > _BOTH:
            yield Detail(path, repr(text), f"a metric of any number of classes: there are {listed}")
        elif threshold.of_class is not None and not _is_one(threshold.of_class, classes, spellings):
            named = f"{threshold.metric}[{classes[-1]}]"
            yield Detail(path, repr(text), f"one of the classes, such as `{named}`: {listed}")
    if positive is not None and not _is_one(positive, classes, spellings):
        path = ("performance", "positive")
        yield Detail(path, repr(positive), f"one of the classes: {listed}")


def _is_one(name: str, classes: Sequence[str], spellings: Spellings) -> bool:
    return any(same_class(each, name, spellings) for each in classes)
