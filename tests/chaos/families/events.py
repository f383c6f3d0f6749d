"""What happens to models, and workers that die of it."""

from typing import ClassVar, Final

from app.settings import TopicRole
from schemas.events.model_event import EFFECTS
from tests.chaos.families.family import Family
from tests.chaos.faults import Fault, FaultKind
from tests.chaos.traffic import TrafficOptions
from tests.chaos.world import World

_ANSWERS: Final = tuple(
    kind for kind, effects in EFFECTS.items() if effects.ends_request or effects.extends_request
)
_LATEST: Final = 20.0
"""Seconds after which a worker whose point does not come is killed all the same."""


class Events(Family):
    """Each model event is taken by those who come after the ones that died of it.

    An alert that races the answer to its request may count before or after it: answers come when
    no alert is on its way. Others come at any time.
    """

    name: ClassVar[str] = "events"
    title: ClassVar[str] = "deployments, retrainings and rollbacks, with kills around them"
    traffic: ClassVar[TrafficOptions] = TrafficOptions(eventful=0.01)

    def play(self, world: World) -> None:
        """Answer the requests of all models, and see workers die before, in and after it."""
        points = self._points(world)
        for first, second in world.draw.sample(points, 1 if self.quick else 3):
            world.wait_some(2.0, 4.0)
            world.feeder.stop()
            left = world.drain()
            assert not left, f"not read to the end: {left}"
            world.kill_all()
            for model in range(self.traffic.models):
                world.feeder.send(world.traffic.event(_ANSWERS, model))
            world.feeder.stop()
            for fault in (first, second):
                world.wait_for_end(world.crew.start([fault]), _LATEST)
            left = world.drain()
            assert not left, f"not read to the end: {left}"
            world.feed(self.rate)
        world.wait_some(2.0, 4.0)

    def _points(self, world: World) -> list[tuple[Fault, Fault]]:
        """Return deaths on the way of the events to both who take them, and deaths of these."""
        draw, log = world.draw, TopicRole.LIFECYCLE
        return [
            (
                world.fault(FaultKind.DIE_BEFORE_SEND, log, draw.randint(1, 4)),
                world.fault(FaultKind.DIE_AFTER_SEND, log, draw.randint(1, 4)),
            ),
            (
                world.fault(FaultKind.DIE_AFTER_ACK, TopicRole.MODEL_EVENTS),
                world.fault(FaultKind.DIE_BEFORE_ACK, log),
            ),
            (
                world.fault(FaultKind.DIE_BEFORE_ACK, TopicRole.OBSERVATIONS),
                world.fault(FaultKind.DIE_AFTER_SEND, TopicRole.POLICY_STATE, draw.randint(1, 2)),
            ),
        ]
