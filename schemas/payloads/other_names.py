"""Fields that stand under another name than the settings say: told of, and never taken by guess."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from schemas.values.classes import LONGEST_REMEMBERED, MOST_REMEMBERED

_PREDICTIONS: Final = frozenset(
    {
        *("prediction", "predictions", "predicted", "predictedclass", "predictedlabel"),
        *("predictedvalue", "pred", "ypred", "yhat", "modelprediction", "modeloutput"),
        *("output", "outputs", "predict", "forecast", "outputlabel"),
        *("scoredlabels", "scoredlabel", "sagemakeroutput"),
    }
)
_WORDS: Final = frozenset({"prediction", "predictions", "predicted", "pred", "preds"})
"""Words of which the name of a prediction has one: ``predicted_churn``, ``y_pred_proba``."""

_ABOUT: Final = frozenset({"id", "ids", "key", "time", "timestamp", "date", "at", "version"})
"""Last words of what is about a prediction: ``prediction_id``."""

_ANSWERS: Final = _PREDICTIONS | {"response", "resp", "result"}
"""Objects of what a model has answered."""

_BESIDE: Final = _ANSWERS | frozenset(
    {
        *("results", "answer", "decision", "class", "classname", "score", "confidence"),
        *("probability", "probabilities", "proba", "probs"),
    }
)
"""What a model has answered, where it is beside the features and so none of them."""

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

_LABELS: Final = frozenset(
    {
        *("label", "labels", "actual", "actuals", "actualvalue", "actuallabel", "truth"),
        *("groundtruth", "groundtruthlabel", "truelabel", "target", "ytrue", "outcome"),
    }
)


_MAY_BE_LABELS: Final = frozenset(
    {
        *("chargeback", "verdict", "feedback", "thumbs", "rating", "result", "resolution"),
        *("disposition", "annotation", "annotations", "newlabel", "finallabel", "correctedlabel"),
        *("labelvalue", "actualclass", "trueclass", "truevalue", "correctanswer", "converted"),
        *("clicked", "clicks", "churned", "isfraud", "fraud", "class"),
    }
)
"""What a label may be called, though what is called so may be something else beside one."""


def other_prediction(names: tuple[str, ...]) -> str | None:
    """Return the first of some features that is called as predictions are.

    Examples
    --------
    >>> other_prediction(("amount", "out.Y_Pred")), other_prediction(("amount", "result"))
    ('out.Y_Pred', None)
    >>> other_prediction(("input.amount", "output.score")), other_prediction(("predictedChurn",))
    ('output.score', 'predictedChurn')
    """
    is_short = sum(map(len, names)) <= MOST_REMEMBERED
    return (_other_prediction if is_short else _other_prediction.__wrapped__)(names)


@lru_cache(maxsize=1 << 10)
def _other_prediction(names: tuple[str, ...]) -> str | None:
    return next((name for name in names if _says_prediction(name)), None)


def _says_prediction(name: str) -> bool:
    above, dot, _ = name.partition(".")
    if plain_step(name) in _PREDICTIONS or (bool(dot) and plain_step(above) in _ANSWERS):
        return True
    words = [word.lower() for word in _WORD.findall(name.rpartition(".")[2])]
    return not _WORDS.isdisjoint(words) and words[-1] not in _ABOUT


def answer_beside(names: Iterable[str]) -> str | None:
    """Return the first of the members beside the features that is called as answers are.

    Examples
    --------
    >>> answer_beside(("id", "result")), answer_beside(("id", "user"))
    ('result', None)
    """
    return next(
        (name for name in names if _says_prediction(name) or plain_step(name) in _BESIDE), None
    )


def other_label(names: Iterable[str]) -> str | None:
    """Return the first of some members that is called as labels are.

    Examples
    --------
    >>> other_label(["id", "ground_truth"]), other_label(["id", "reason"])
    ('ground_truth', None)
    """
    return next((name for name in names if plain_step(name) in _LABELS), None)


def may_be_label(name: str) -> bool:
    """Tell whether a member of a label event that has no label is called as one may be.

    Examples
    --------
    >>> may_be_label("Charge_Back"), may_be_label("analyst")
    (True, False)
    """
    return plain_step(name) in _MAY_BE_LABELS


def is_of_label(name: str) -> bool:
    """Tell whether a member is called as labels are, or as one may be.

    Examples
    --------
    >>> is_of_label("outcome"), is_of_label("Feedback"), is_of_label("user")
    (True, True, False)
    """
    return plain_step(name) in _LABELS or may_be_label(name)


def plain_step(name: str) -> str:
    """Return the last step of a path in small letters, without the marks between words."""
    return (_plain_step if len(name) <= LONGEST_REMEMBERED else _plain_step.__wrapped__)(name)


@lru_cache(maxsize=1 << 14)
def _plain_step(name: str) -> str:
    last = name.rpartition(".")[2]
    return "".join(each for each in last.lower() if each.isalnum())
