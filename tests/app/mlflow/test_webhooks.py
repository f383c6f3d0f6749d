import base64
import hashlib
import hmac
import json
from collections.abc import Sequence

import pytest

from app.mlflow.outcomes import WebhookOutcome
from app.mlflow.webhooks import MOST_DELIVERIES, TOLERANCE, MlflowWebhooks

SECRET = "a secret of MLflow's"  # noqa: S105 - of a test
NOW = 1_772_366_400


class Port:
    """Takes webhooks, and remembers what they brought about."""

    def __init__(self) -> None:
        self.now = float(NOW)
        self.looked: list[str] = []
        self.counted: list[WebhookOutcome] = []
        self.webhooks = MlflowWebhooks(
            SECRET.encode(),
            {"fraud": "Fraud model", "churn": "churn"},
            self._look,
            self.counted.append,
            lambda: self.now,
        )

    def _look(self, models: Sequence[str]) -> None:
        self.looked += models

    def take(self, body: bytes, **changed: str) -> WebhookOutcome:
        return self.webhooks.take(headers(body, **changed), body)


def event(name: object = "Fraud model", entity: object = "model_version_alias") -> bytes:
    data = {"name": name, "alias": "champion", "version": "2"}
    return json.dumps({"entity": entity, "action": "created", "data": data}).encode()


def headers(
    body: bytes, *, delivery: str = "d1", time: str = str(NOW), secret: str = SECRET
) -> dict[str, list[str]]:
    """As MLflow makes them."""
    signed = f"{delivery}.{time}.{body.decode('utf-8', 'surrogateescape')}"
    digest = hmac.new(secret.encode(), signed.encode("utf-8", "surrogateescape"), hashlib.sha256)
    return {
        "x-mlflow-signature": [f"v1,{base64.b64encode(digest.digest()).decode()}"],
        "x-mlflow-timestamp": [time],
        "x-mlflow-delivery-id": [delivery],
    }


def test_a_webhook_has_its_model_looked_at() -> None:
    port = Port()
    assert port.take(event()) is WebhookOutcome.TAKEN
    assert port.looked == ["fraud"]
    assert port.counted == [WebhookOutcome.TAKEN]


def test_a_delivery_is_taken_once() -> None:
    port = Port()
    port.take(event())
    assert port.take(event()) is WebhookOutcome.REPEATED
    assert port.take(event(), delivery="d2") is WebhookOutcome.TAKEN
    assert len(port.looked) == 2


@pytest.mark.parametrize("seconds", [-TOLERANCE - 1, TOLERANCE + 1])
def test_a_delivery_of_another_time_is_refused(seconds: int) -> None:
    port = Port()
    assert port.take(event(), time=str(NOW + seconds)) is WebhookOutcome.WRONG_TIME
    assert port.looked == []


@pytest.mark.parametrize("time", ["-1", "1e9", " 1", "nan", "9" * 150, "١٢٣"])
def test_a_signed_time_that_is_none_is_refused(time: str) -> None:
    assert Port().take(event(), time=time) is WebhookOutcome.WRONG_TIME


def test_a_replay_after_its_time_is_refused_when_its_delivery_is_forgotten() -> None:
    port = Port()
    port.take(event())
    port.now += TOLERANCE + 1
    port.take(event(), delivery="d2", time=str(int(port.now)))
    assert port.take(event()) is WebhookOutcome.WRONG_TIME


def test_deliveries_that_are_remembered_are_bounded() -> None:
    port = Port()
    for number in range(MOST_DELIVERIES + 10):
        port.take(event(), delivery=str(number))
    assert len(port.webhooks._deliveries) == MOST_DELIVERIES
    assert port.take(event(), delivery=str(MOST_DELIVERIES + 9)) is WebhookOutcome.REPEATED


def test_another_secret_body_time_or_delivery_is_refused() -> None:
    port, right = Port(), headers(event())
    assert port.take(event(), secret="another") is WebhookOutcome.WRONG_SIGNATURE  # noqa: S106
    assert port.webhooks.take(right, event("churn")) is WebhookOutcome.WRONG_SIGNATURE
    for name, value in (("timestamp", str(NOW + 1)), ("delivery-id", "d2"), ("signature", "é")):
        changed = {**right, f"x-mlflow-{name}": [value]}
        assert port.webhooks.take(changed, event()) is WebhookOutcome.WRONG_SIGNATURE
    assert port.looked == []


@pytest.mark.parametrize("name", ["signature", "timestamp", "delivery-id"])
@pytest.mark.parametrize("values", [[], [""], ["v1,a", "v1,b"], ["x" * 201]])
def test_headers_that_are_missing_or_twice_there_are_unsigned(name: str, values: list[str]) -> None:
    changed = {**headers(event()), f"x-mlflow-{name}": values}
    assert Port().webhooks.take(changed, event()) is WebhookOutcome.UNSIGNED


@pytest.mark.parametrize(
    "body", [b"", b"x", b"[]", b"{}", b"null", b"\xff", event(1), event(entity=None)]
)
def test_a_signed_body_that_is_no_event_is_unreadable(body: bytes) -> None:
    assert Port().take(body) is WebhookOutcome.UNREADABLE


def test_what_moves_no_alias_has_nothing_looked_at() -> None:
    port = Port()
    assert port.take(event(entity="model_version_tag")) is WebhookOutcome.OTHER_EVENT
    assert port.take(event("example_model"), delivery="d2") is WebhookOutcome.OTHER_MODEL
    assert port.looked == []
