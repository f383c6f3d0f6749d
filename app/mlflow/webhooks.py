"""MLflow's webhooks: whether one is MLflow's, is new, and which models it is about.

MLflow signs ``{delivery id}.{time}.{body}`` with HMAC-SHA256 by the secret that it shares with
whoever takes the webhook, and sends the signature as ``v1,`` and Base64.
"""

import base64
import hmac
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import orjson

from app.mlflow.outcomes import WebhookOutcome

PATH: Final = "/v1/mlflow/webhook"

LARGEST_BODY: Final = 65_536
"""Bytes: an event of an alias has some hundred, one of a version a description as well."""

TOLERANCE: Final = 300
"""Seconds that a signature may be old, or early where a clock is slow."""

MOST_DELIVERIES: Final = 10_000
"""Deliveries that are remembered, the latest; only those with a right signature are."""

_SIGNATURE: Final = "X-MLflow-Signature"
_TIME: Final = "X-MLflow-Timestamp"
_DELIVERY: Final = "X-MLflow-Delivery-Id"

_LONGEST_HEADER: Final = 200
_NUMBER: Final = re.compile(r"[0-9]{1,12}", re.ASCII)

_MOVES: Final = frozenset({"model_version_alias", "model_version", "registered_model"})
"""Entities whose events may move an alias. Tags are none: Driftline itself writes them."""


class MlflowWebhooks:
    """Takes webhooks.

    Parameters
    ----------
    secret
        Shared with MLflow.
    models
        That are followed: their registered names by theirs.
    look_at
        Told which models a webhook is about.
    counted
        Told what became of each webhook.
    clock
        Seconds since the epoch.
    """

    def __init__(
        self,
        secret: bytes,
        models: Mapping[str, str],
        look_at: Callable[[Sequence[str]], None],
        counted: Callable[[WebhookOutcome], None],
        clock: Callable[[], float],
    ) -> None:
        self._secret = secret
        self._models = {name: model for model, name in models.items()}
        self._look_at = look_at
        self._counted = counted
        self._clock = clock
        self._deliveries: OrderedDict[str, int] = OrderedDict()

    def take(self, headers: Mapping[str, Sequence[str]], body: bytes) -> WebhookOutcome:
        """Take a webhook, and say what became of it.

        Parameters
        ----------
        headers
            All values of each header, by its name in small letters.
        body
            As it came.
        """
        outcome, models = self._judge(headers, body)
        if models:
            self._look_at(models)
        return self.note(outcome)

    def note(self, outcome: WebhookOutcome) -> WebhookOutcome:
        """Count what became of a webhook, and return it."""
        self._counted(outcome)
        return outcome

    def _judge(
        self, headers: Mapping[str, Sequence[str]], body: bytes
    ) -> tuple[WebhookOutcome, Sequence[str]]:
        found = [headers.get(name.lower(), ()) for name in (_SIGNATURE, _TIME, _DELIVERY)]
        if any(len(each) != 1 or not 0 < len(each[0]) <= _LONGEST_HEADER for each in found):
            return WebhookOutcome.UNSIGNED, ()
        signature, time, delivery = (each[0] for each in found)
        if not hmac.compare_digest(
            signature.encode("utf-8", "surrogateescape"),
            signature_of(self._secret, delivery, time, body),
        ):
            return WebhookOutcome.WRONG_SIGNATURE, ()
        now = self._clock()
        if _NUMBER.fullmatch(time) is None or abs(now - int(time)) > TOLERANCE:
            return WebhookOutcome.WRONG_TIME, ()
        if delivery in self._deliveries:
            return WebhookOutcome.REPEATED, ()
        self._remember(delivery, int(time), now)
        return self._models_of(body)

    def _remember(self, delivery: str, time: int, now: float) -> None:
        self._deliveries[delivery] = time
        while len(self._deliveries) > MOST_DELIVERIES or self._is_over(now):
            self._deliveries.popitem(last=False)

    def _is_over(self, now: float) -> bool:
        """Tell whether the one that came first would be refused for its time by now."""
        return now - next(iter(self._deliveries.values()), int(now)) > TOLERANCE

    def _models_of(self, body: bytes) -> tuple[WebhookOutcome, Sequence[str]]:
        try:
            document = orjson.loads(body)
            entity, name = document["entity"], document["data"]["name"]
        except (ValueError, TypeError, KeyError):
            return WebhookOutcome.UNREADABLE, ()
        if not isinstance(entity, str) or not isinstance(name, str):
            return WebhookOutcome.UNREADABLE, ()
        if entity not in _MOVES:
            return WebhookOutcome.OTHER_EVENT, ()
        model = self._models.get(name)
        if model is None:
            return WebhookOutcome.OTHER_MODEL, ()
        return WebhookOutcome.TAKEN, (model,)


def signature_of(secret: bytes, delivery: str, time: str, body: bytes) -> bytes:
    """Return the signature that MLflow gives a delivery.

    Examples
    --------
    >>> signature_of(b"secret", "1", "1700000000", b"{}")[:7]
    b'v1,B4wX'
    """
    signed = f"{delivery}.{time}.".encode("utf-8", "surrogateescape") + body
    return b"v1," + base64.b64encode(hmac.digest(secret, signed, "sha256"))
