"""The agents of the stages: which handler takes which topic, and what sees to the acks."""

from collections.abc import Mapping
from typing import Any

from agents.state.checkpoints import Checkpoints, Handler
from agents.transport.app import BatchApp, batch_agent
from agents.transport.delivery import Delivery
from agents.transport.rounds import BatchEvent


def register(
    app: BatchApp,
    name: str,
    handlers: Mapping[str, Handler],
    checkpoints: Checkpoints[Any] | None = None,
) -> None:
    """Register the agent of a stage.

    Parameters
    ----------
    handlers
        Topic to what takes its batches.
    checkpoints
        What holds back the acks until the state is safe; None where there is none.
    """
    delivery = Delivery(app, settled=None if checkpoints is None else checkpoints.settled)

    async def handle(event: BatchEvent) -> None:
        handler = handlers[event.message.topic]
        if checkpoints is None:
            await handler(event, delivery)
        else:
            await checkpoints.take(event, handler, delivery)

    batch_agent(app, name=name, topics=list(handlers), handler=handle)
