"""What follows MLflow in a worker, put together from the settings."""

from collections.abc import Callable
from dataclasses import dataclass
from time import time

import orjson

from agents.transport.publisher import Publisher
from app.metrics import Metrics
from app.mlflow.access import MlflowAccess, webhook_secret
from app.mlflow.client import MlflowClient
from app.mlflow.follower import Follower
from app.mlflow.ownership import Ownership
from app.mlflow.service import MlflowService, Versions
from app.mlflow.webhooks import MlflowWebhooks
from app.settings import MlflowSettings
from schemas.events.model_event import ModelEvent


@dataclass(frozen=True, slots=True)
class MlflowParts:
    """What an app has of MLflow.

    Attributes
    ----------
    service
        Looks at it.
    webhooks
        Take its webhooks; None where there is no secret for them.
    """

    service: MlflowService
    webhooks: MlflowWebhooks | None


def mlflow_parts(
    settings: MlflowSettings,
    access: MlflowAccess,
    *,
    metrics: Metrics,
    publisher: Publisher,
    model_events: str,
    ownership: Ownership,
    versions: Versions,
    clock: Callable[[], float] = time,
) -> MlflowParts:
    """Return what follows an MLflow server; nothing connects before the service is started.

    Parameters
    ----------
    settings, access
        What is followed, and how it is reached.
    metrics
        Count what is done, and know how good versions are.
    publisher, model_events
        Send the events, and to which topic.
    ownership
        Tells which models are this worker's.
    versions
        Who knows of versions.
    clock
        Seconds since the epoch: when a move is seen. The event carries it; nothing else does.

    Raises
    ------
    InvalidConfiguration
        If the secret of webhooks cannot be used.
    """

    async def tell(event: ModelEvent) -> None:
        value = orjson.dumps(event.model_dump(mode="json", exclude_none=True))
        await (await publisher.send(model_events, key=event.model.encode(), value=value))

    told = metrics.mlflow
    client = MlflowClient(access, told.asked)
    service = MlflowService(
        Follower(client, settings, tell, told, clock),
        client,
        settings,
        versions=versions,
        performance_of=metrics.performance_of,
        owned=ownership.owned,
    )
    secret = webhook_secret(settings)
    if secret is None:
        return MlflowParts(service, None)
    webhooks = MlflowWebhooks(secret, settings.models, service.look_at, told.webhook_taken, clock)
    return MlflowParts(service, webhooks)
