"""Topics of the users that are deleted and made anew under the workers."""

from typing import ClassVar, Final

from app.settings import TopicRole
from tests.chaos.families.family import Family
from tests.chaos.world import World

_WRONG_TOPICS: Final = 3
_RENEWED: Final = (TopicRole.PREDICTIONS, TopicRole.LABELS)


class Renewals(Family):
    """The workers end, and those after them read the new topic from its beginning.

    Its offsets begin at 0 and its rows are as old as those before: they are no replays.
    """

    name: ClassVar[str] = "renewals"
    title: ClassVar[str] = "topics that are deleted and made anew"
    may_crash: ClassVar[bool] = True

    def play(self, world: World) -> None:
        """Make topics anew, and fill them with more and with less than was in them."""
        for role in world.draw.sample(_RENEWED, 1 if self.quick else 2):
            world.wait_ready()
            world.wait_some(1.0, 3.0)
            left = world.renew(role)
            assert not left, f"not read to the end: {left}"
            world.crew.exits.clear()
            world.feed(self.rate)
            ended = world.wait_until(lambda: len(world.crew.exits) > 0, 30.0)
            assert ended, f"workers live on although {role} is another topic"
            world.wait_some(1.0, 6.0)
            assert set(world.crew.exits) == {_WRONG_TOPICS}, f"exit codes: {world.crew.exits}"
