"""The topic of comparisons as it is now."""

from app.comparisons.known_comparisons import KnownComparisons
from app.kafka.whole_topic import read_all
from app.settings import Settings, TopicRole


async def read_comparisons(settings: Settings) -> KnownComparisons:
    """Read the topic to its end; it fails as `read_all`."""
    known = KnownComparisons()
    await read_all(settings, TopicRole.MODEL_COMPARISONS, known.take)
    return known
