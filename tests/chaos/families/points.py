"""Workers that are killed at each point of a batch's way."""

from collections.abc import Mapping
from typing import ClassVar, Final

from app.settings import TopicRole
from tests.chaos.families.family import Family
from tests.chaos.faults import Fault, FaultKind
from tests.chaos.traffic import EXTENDING, TrafficOptions
from tests.chaos.world import NEVER_EXPIRES, World

_SENT: Final = tuple(
    role
    for role in TopicRole
    if role not in {TopicRole.PREDICTIONS, TopicRole.LABELS, TopicRole.MODEL_EVENTS}
)
_READ: Final = (
    TopicRole.PREDICTIONS,
    TopicRole.LABELS,
    TopicRole.MODEL_EVENTS,
    TopicRole.OBSERVATIONS,
    TopicRole.LIFECYCLE,
    TopicRole.ALERTS,
)
_LATEST: Final = 15.0
"""Seconds after which a worker whose point does not come is killed all the same."""


class Points(Family):
    """Each worker kills itself at a point that is drawn; in turn, all of them."""

    name: ClassVar[str] = "points"
    title: ClassVar[str] = "kill -9 at each point: send, ack, commit"
    weight: ClassVar[int] = 2
    settings: ClassVar[Mapping[str, object]] = NEVER_EXPIRES
    traffic: ClassVar[TrafficOptions] = TrafficOptions(
        repeated=0.1, eventful=0.004, racing=EXTENDING
    )

    def play(self, world: World) -> None:
        """See two workers at a time to their deaths."""
        points = self._points(world)
        world.draw.shuffle(points)
        for first, second in zip(points[::2], points[1::2], strict=False):
            doomed = [world.crew.start([fault]) for fault in (first, second)]
            # The two before are replaced by these: who is left from the beginning goes.
            for member in list(world.crew.members):
                if member not in doomed:
                    world.crew.kill(member)
            world.wait_until(lambda: not any(m.is_alive for m in doomed), _LATEST, tend=False)  # noqa: B023 - within the turn
            for member in doomed:
                if member in world.crew.members:
                    world.crew.kill(member)

    def _points(self, world: World) -> list[Fault]:
        draw = world.draw
        points = [
            world.fault(kind, role, draw.randint(1, 8))
            for kind in (FaultKind.DIE_BEFORE_SEND, FaultKind.DIE_AFTER_SEND)
            for role in _SENT
        ]
        points += [
            world.fault(kind, role, draw.randint(1, 8))
            for kind in (FaultKind.DIE_BEFORE_ACK, FaultKind.DIE_AFTER_ACK)
            for role in _READ
        ]
        points += [
            world.fault(kind, None, draw.randint(1, 4))
            for kind in (FaultKind.DIE_BEFORE_COMMIT, FaultKind.DIE_AFTER_COMMIT)
            for _ in range(2)
        ]
        if not self.quick:
            return points
        # Those that come soon.
        early = {"", *map(world.name, (TopicRole.PREDICTIONS, TopicRole.OBSERVATIONS))}
        return draw.sample([point for point in points if point.topic in early], 4)
