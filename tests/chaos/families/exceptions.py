"""Handlers that raise in the midst of a batch, and commits that the broker refuses."""

from typing import ClassVar, Final

from app.settings import TopicRole
from tests.chaos.checkpoint import unfounded
from tests.chaos.families.family import Family
from tests.chaos.faults import FaultKind
from tests.chaos.world import World

CRASHED: Final = 1
_OUTPUTS: Final = (
    TopicRole.OBSERVATIONS,
    TopicRole.ALERTS,
    TopicRole.MODEL_PERFORMANCE,
    TopicRole.RETRAIN_REQUESTS,
    TopicRole.DEAD_LETTERS,
)


class Exceptions(Family):
    """The worker must end with 1, and the offset must not be past the batch in hand."""

    name: ClassVar[str] = "exceptions"
    title: ClassVar[str] = "handler exceptions in the midst of a batch, refused commits"
    workers: ClassVar[int] = 1

    def play(self, world: World) -> None:
        """Let a handler of each stage fail."""
        world.wait_some(1.0, 4.0)
        for role in world.draw.sample(_OUTPUTS, 1 if self.quick else len(_OUTPUTS)):
            world.kill_all()
            fault = world.fault(FaultKind.RAISE, role, world.draw.randint(1, 20))
            code = world.wait_for_end(world.crew.start([fault]))
            assert code == CRASHED, f"the handler raised, and the exit code is {code}"
            gone = unfounded(world)
            assert not gone, f"committed past what was observed: {gone[:5]}"
        refusing = world.crew.start([world.fault(FaultKind.REFUSE_COMMITS, None, 5)])
        world.wait_some(4.0, 8.0)
        world.crew.stop(refusing)
