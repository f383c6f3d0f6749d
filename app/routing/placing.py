"""A route that is put in force: read, decided, sent, and looked at again."""

from dataclasses import dataclass
from typing import Any

from app.kafka.keyed_sending import Outgoing, prepare, send_keyed
from app.kafka.permissions import ROUTE
from app.routing.doubts import doubts
from app.routing.order import Order, decide
from app.routing.reader import ReadRoutes, read_routes
from app.settings import Settings, TopicRole
from app.versions.document import champion_of, now_or_at
from app.versions.reader import KnownVersions, read_versions
from schemas.events.codec import encode_event
from schemas.events.routing import ModelRoute


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of an order.

    Attributes
    ----------
    route
        That was asked for.
    is_new
        Whether it is to be written: it is another one than was in force, or is asked for again.
    sent
        Whether it is in force.
    doubts
        What speaks against it.
    overtaken
        Routes of others that came in between and are replaced by it unseen.
    """

    route: ModelRoute
    is_new: bool
    sent: bool
    doubts: tuple[str, ...]
    overtaken: tuple[ModelRoute, ...] = ()

    def document(self) -> dict[str, Any]:
        """Return what JSON says of it."""
        return {
            "route": self.route.model_dump(mode="json"),
            "is_new": self.is_new,
            "sent": self.sent,
            "warnings": list(self.doubts),
            "overtaken": [each.route_id for each in self.overtaken],
        }


async def place(settings: Settings, model: str, order: Order, now: int, *, dry_run: bool) -> Placed:
    """Put the route of an order in force, unless it is a dry run or in force already.

    Raises
    ------
    RouteRefused
        If it cannot be made.
    aiokafka.errors.KafkaError
        If the record was refused.
    WrongTopics, TopicRefused, NotAuthorized, BrokersUnreachable
        If the topics cannot be used.
    """
    missing = await prepare(settings, ROUTE, dry_run=dry_run)
    read = ReadRoutes() if TopicRole.MODEL_ROUTING in missing else await read_routes(settings)
    unknown = TopicRole.MODEL_VERSIONS in missing
    versions = KnownVersions() if unknown else await read_versions(settings)
    current = read.known.of(model)
    route = decide(order, model, current, _champion(versions, model), now)
    told = tuple(doubts(route, versions))
    is_there = route is current and not order.again
    if is_there or dry_run:
        return Placed(route, is_new=not is_there, sent=is_there, doubts=told)
    record = Outgoing(encode_event(route), route.headers())
    await send_keyed(settings, TopicRole.MODEL_ROUTING, route.key, [record])
    again = await read_routes(settings)
    return Placed(
        route,
        is_new=True,
        sent=True,
        doubts=told,
        overtaken=tuple(_between(again.history.get(model, []), current, route)),
    )


def _champion(versions: KnownVersions, model: str) -> str | None:
    records = versions.of(model)
    return champion_of(now_or_at(records, None)) if records else None


def _between(
    history: list[ModelRoute], seen: ModelRoute | None, route: ModelRoute
) -> list[ModelRoute]:
    """Return the routes that were written after the one that was seen, and before this one."""
    ids = [each.route_id for each in history]
    end = ids.index(route.route_id) if route.route_id in ids else len(ids)
    begin = ids.index(seen.route_id) + 1 if seen is not None and seen.route_id in ids else 0
    return history[begin:end]
