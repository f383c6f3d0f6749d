"""Answers of servers of models that are none: the request has failed.

What a server says of a failure is no outcome: taken for one, an outage would be a class, or two
columns of messages, that wait for labels.
"""

from collections.abc import Mapping
from typing import Any, Final

from schemas.payloads.optional_fields import says_nothing
from schemas.payloads.other_names import plain_step
from schemas.values.numbers import number_of

FAILED: Final = object()
"""Stands for the prediction of a request that has failed."""

_STATUS: Final = frozenset(
    {
        *("status", "statuscode", "httpstatus", "httpstatuscode", "httpcode"),
        *("responsecode", "responsestatus", "responsestatuscode", "responsehttpcode"),
    }
)
"""Members beside a request and its answer that may have HTTP's status."""

_SAYS: Final = frozenset({"error", "errors", "errormessage", "errorcode", "exception"})
_ABOUT: Final = frozenset(
    {
        *("message", "msg", "code", "status", "statuscode", "detail", "details", "reason", "type"),
        *("errortype", "stacktrace", "traceback", "trace", "title", "path", "timestamp"),
        *("requestid", "estimatedtime", "warnings", "success"),
        *("logstreamarn", "originalmessage", "originalstatuscode"),  # SageMaker
    }
)
"""Members of an answer that says why there is none."""

_FIRST, _LAST = 400, 599


def has_failed(record: Mapping[str, Any], answer: Any) -> bool:
    """Tell whether a request has failed, by the status beside its answer or by the answer.

    Parameters
    ----------
    record
        What stands beside request and answer.
    answer
        What the server has answered, out of a text where it is JSON; a list of one as what is in
        it.

    Examples
    --------
    >>> has_failed({"status_code": 500}, "Internal error"), has_failed({"status_code": 200}, 0.5)
    (True, False)
    >>> has_failed({}, {"error_code": "BAD_REQUEST", "message": "no column 'x'"})
    True
    >>> has_failed({}, {"error": 0.25, "threshold": 0.5}), has_failed({}, {"error": None})
    (False, False)
    """
    if any(plain_step(name) in _STATUS and _is_failure(record[name]) for name in record):
        return True
    while type(answer) is list and len(answer) == 1:
        (answer,) = answer
    if type(answer) is not dict:
        return False
    steps = {plain_step(name): value for name, value in answer.items()}
    if not steps.keys() <= _SAYS | _ABOUT:
        return False
    return any(_says_why(steps[name]) for name in _SAYS & steps.keys())


def _is_failure(status: Any) -> bool:
    """Tell whether a value is a status of HTTP of a request that has failed."""
    if type(status) is bool:
        return False
    number = number_of(status)
    return number is not None and number.is_integer() and _FIRST <= number <= _LAST


def _says_why(value: Any) -> bool:
    """Tell whether a value is a text, or an object or list with one: a number may be an outcome."""
    if type(value) is dict:
        return any(type(each) is str for each in value.values())
    if type(value) is list:
        return any(type(each) in {str, dict} for each in value)
    return type(value) is str and not says_nothing(value) and number_of(value) is None
