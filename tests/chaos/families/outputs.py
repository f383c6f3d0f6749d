"""Topics that take no more, and topics that do not fit together."""

from typing import ClassVar, Final

from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewPartitions

from app.settings import TopicRole
from tests.chaos.checkpoint import unfounded
from tests.chaos.families.family import Family
from tests.chaos.topic_settings import change_topic
from tests.chaos.world import World

_WRONG_TOPICS: Final = 3
_OUTPUTS: Final = (
    TopicRole.ALERTS,
    TopicRole.OBSERVATIONS,
    TopicRole.MODEL_PERFORMANCE,
    TopicRole.RETRAIN_REQUESTS,
    TopicRole.DEAD_LETTERS,
)
_TOO_SMALL: Final = "150"
"""Bytes of a record that the topic takes: less than any that is sent."""


class Outputs(Family):
    """An output topic refuses what it is sent: the workers end, and commit nothing past it."""

    name: ClassVar[str] = "outputs"
    title: ClassVar[str] = "a failing output topic"
    may_crash: ClassVar[bool] = True

    def play(self, world: World) -> None:
        """Let topics fail in turn."""
        for role in world.draw.sample(_OUTPUTS, 1 if self.quick else 3):
            world.wait_ready()
            topic, bootstrap = world.name(role), world.broker.bootstrap
            before = change_topic(bootstrap, topic, {"max.message.bytes": _TOO_SMALL})
            # Waiting without tending: the workers must end by themselves.
            ended = world.wait_until(
                lambda: not any(each.is_alive for each in world.crew.members), 40.0, tend=False
            )
            assert ended, f"workers live on although {role} refuses what they send"
            gone = unfounded(world)
            assert not gone, f"committed past what was observed: {gone[:5]}"
            change_topic(bootstrap, topic, before)
            world.wait_some(2.0, 5.0)
        assert set(world.crew.exits) == {_WRONG_TOPICS}, f"exit codes: {world.crew.exits}"


class Partitions(Family):
    """Someone adds a partition to one of two topics that belong together."""

    name: ClassVar[str] = "partitions"
    title: ClassVar[str] = "partition counts that do not match"
    may_crash: ClassVar[bool] = True

    def play(self, world: World) -> None:
        """Add one to the predictions, then to what must have as many."""
        world.wait_ready()
        self._add(world, TopicRole.PREDICTIONS)
        world.crew.kill(world.any_member())
        refused = world.wait_until(lambda: _WRONG_TOPICS in world.crew.exits, 60.0)
        assert refused, f"unequal partition counts were not refused; exits: {world.crew.exits}"
        for role in _WITH_PREDICTIONS:
            self._add(world, role)
        assert world.wait_until(world.is_ready, 90.0), "no worker starts with equal counts again"

    def _add(self, world: World, role: TopicRole) -> None:
        admin = AdminClient({"bootstrap.servers": world.broker.bootstrap, "log_level": 0})
        name = world.name(role)
        more = NewPartitions(name, world.settings.topics.partitions + 1)
        admin.create_partitions([more])[name].result(20.0)


_WITH_PREDICTIONS: Final = tuple(role for role in TopicRole if role.name in {"LABELS", "PENDING"})
"""Topics that must have as many partitions as the predictions."""
