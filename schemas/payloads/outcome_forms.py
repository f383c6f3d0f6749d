"""Outcomes, what was predicted or true, in the forms in which models and stores write them."""

from typing import Any, Final

from schemas.events.codec import json_in_text
from schemas.events.digits import is_code
from schemas.payloads.positions import unwrapped
from schemas.payloads.printed_values import printed
from schemas.values.numbers import number_of

OPENINGS: Final = ("[", "{")
"""First characters of a text that is read as JSON: tables hold lists and objects as texts."""


def plain_outcome(value: Any) -> Any:
    """Return an outcome without what it is wrapped in; anything else as it is.

    A list of one is what is in it. A list or an object in a text is that. In a list of several,
    numbers in text are numbers, codes excepted, and booleans are 1 and 0. So is what programs print
    (`schemas.payloads.printed_values`), which ``json.dumps(..., default=str)`` writes.

    Examples
    --------
    >>> plain_outcome([[1]]), plain_outcome("[0.25, 0.75]"), plain_outcome(["0.1", "0.9"])
    (1, [0.25, 0.75], [0.1, 0.9])
    >>> plain_outcome([True, False]), plain_outcome(["new", "old"]), plain_outcome("[new]")
    ([1, 0], ['new', 'old'], '[new]')
    >>> plain_outcome("[0.2 0.8]"), plain_outcome("[[1.]]"), plain_outcome("[0.1 ... 0.9]")
    ([0.2, 0.8], 1.0, '[0.1 ... 0.9]')
    """
    if type(value) is str:
        value = in_text(value)
    value = unwrapped(value)
    return [_number(each) for each in value] if type(value) is list else value


def in_text(text: str) -> Any:
    """Return what stands in a text as JSON, or as programs print it; any other text as it is.

    Examples
    --------
    >>> in_text('{"a": 1}'), in_text("tensor(0.5)"), in_text("fraud")
    ({'a': 1}, 0.5, 'fraud')
    """
    value = json_in_text(text) if text.lstrip()[:1] in OPENINGS else text
    return printed(value) if type(value) is str else value


def _number(value: Any) -> Any:
    if type(value) is bool:
        return int(value)
    if type(value) is not str or is_code(value):
        return value
    number = number_of(value, exact=True)
    return value if number is None else number
