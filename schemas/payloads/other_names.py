"""Fields that stand under another name than the settings say: told of, and never taken by guess."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_PREDICTIONS: Final = frozenset(
    {
        *("prediction", "predictions", "predicted", "predictedclass", "predictedlabel"),
        *("predictedvalue", "pred", "ypred", "yhat", "modelprediction", "modeloutput"),
    }
)
_ANSWERS: Final = _PREDICTIONS | {"output", "outputs", "response", "result"}
"""Objects of what a model has answered."""

_LABELS: Final = frozenset(
    {
        *("label", "labels", "actual", "actuals", "actualvalue", "actuallabel", "truth"),
        *("groundtruth", "groundtruthlabel", "truelabel", "target", "ytrue", "outcome"),
    }
)


@lru_cache(maxsize=1 << 10)
def other_prediction(names: tuple[str, ...]) -> str | None:
    """Return the first of some features that is called as predictions are.

    Examples
    --------
    >>> other_prediction(("amount", "out.Y_Pred")), other_prediction(("amount", "result"))
    ('out.Y_Pred', None)
    >>> other_prediction(("input.amount", "output.score"))
    'output.score'
    """
    return next((name for name in names if _says_prediction(name)), None)


def _says_prediction(name: str) -> bool:
    above, dot, _ = name.partition(".")
    return _plain(name) in _PREDICTIONS or (bool(dot) and _plain(above) in _ANSWERS)


def other_label(names: Iterable[str]) -> str | None:
    """Return the first of some members that is called as labels are.

    Examples
    --------
    >>> other_label(["id", "ground_truth"]), other_label(["id", "reason"])
    ('ground_truth', None)
    """
    return next((name for name in names if _plain(name) in _LABELS), None)


@lru_cache(maxsize=1 << 14)
def _plain(name: str) -> str:
    """Return the last step of a path in small letters, without the marks between words."""
    last = name.rpartition(".")[2]
    return "".join(each for each in last.lower() if each.isalnum())
