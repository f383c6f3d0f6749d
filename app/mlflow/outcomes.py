"""What becomes of requests to MLflow, and of webhooks from it."""

from enum import StrEnum


class RequestOutcome(StrEnum):
    """How a request to MLflow ended, as it is counted."""

    OK = "ok"
    UNREACHABLE = "unreachable"
    """No connection, or one that broke off; a certificate that is not trusted as well."""
    TIMEOUT = "timeout"
    """No whole answer within `mlflow.timeout_seconds`."""
    DENIED = "denied"
    """401 or 403: the token or password is wrong, or may not do this."""
    NOT_FOUND = "not_found"
    """404: there is no such registered model or version, or no MLflow at that path."""
    THROTTLED = "throttled"
    """429: too many requests."""
    REFUSED = "refused"
    """Another status from 400 to 499."""
    FAILED = "failed"
    """A status from 500 on."""
    REDIRECTED = "redirected"
    """A status from 300 to 399, which is not followed: it would take the password elsewhere."""
    UNREADABLE = "unreadable"
    """An answer that is no JSON of MLflow's, such as the page of a login, or too large."""


STOPS_ALL = frozenset(
    {
        RequestOutcome.UNREACHABLE,
        RequestOutcome.TIMEOUT,
        RequestOutcome.THROTTLED,
        RequestOutcome.FAILED,
    }
)
"""After these, no other model is asked for: it would fare no better."""


class MlflowFailure(Exception):
    """A request to MLflow that came to nothing.

    Attributes
    ----------
    outcome
        How it ended.
    """

    def __init__(self, outcome: RequestOutcome, said: str) -> None:
        super().__init__(said)
        self.outcome = outcome


class WebhookOutcome(StrEnum):
    """What became of a webhook, as it is counted."""

    TAKEN = "taken"
    """The model is looked at now."""
    OTHER_EVENT = "other_event"
    """Of an event that moves no alias."""
    OTHER_MODEL = "other_model"
    """Of a registered model that is not followed; MLflow's test is one."""
    UNSIGNED = "unsigned"
    """A header of the signature, the time or the id is missing, or there are two of one."""
    WRONG_SIGNATURE = "wrong_signature"
    """It is not signed by the secret."""
    WRONG_TIME = "wrong_time"
    """It was signed more than five minutes ago, or for later."""
    REPEATED = "repeated"
    """Its delivery was taken before."""
    UNREADABLE = "unreadable"
    """Its signed body is no event of MLflow's, or is not compressed as its header says."""
    TOO_LARGE = "too_large"
    """Its body is longer than that of any event."""
    TOO_SLOW = "too_slow"
    """Its body did not come in time."""
