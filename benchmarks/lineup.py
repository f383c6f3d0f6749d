"""Who takes part, and how many events each gets."""

from dataclasses import dataclass
from typing import Final

from benchmarks.contenders.task import Task

FLOOR: Final = "floor"
STOCK: Final = "faust"
DRIFTLINE: Final = "driftline"
FORGETFUL: Final = "forgetful"


@dataclass(frozen=True, slots=True)
class Contender:
    """One contender.

    Attributes
    ----------
    name, title
        On the command line, and in the table.
    module
        Its module within `benchmarks.contenders`.
    rate
        Events per second with 20 features that its first run is laid out for; later rounds go by
        what it reached.
    own_environment
        Whether it runs in the contenders' environment instead of Driftline's.
    quick
        Whether it is in the quick run.
    to_the_end
        Whether it reads a topic to its end: then it gets one of its own, with the first events.
    """

    name: str
    title: str
    module: str
    rate: int
    own_environment: bool = False
    quick: bool = True
    to_the_end: bool = False

    def expected(self, features: int) -> float:
        """Return the events per second to lay the first run out for."""
        # Decoding and detecting grow with the features, the rest does not.
        return self.rate * 24 / (features + 4)

    def command(self, task: Task) -> list[str]:
        """Return the arguments of the interpreter."""
        return ["-m", f"benchmarks.contenders.{self.module}", *task.arguments()]


LINEUP: Final = (
    Contender(FLOOR, "aiokafka, orjson: detects nothing", "floor", 290_000),
    Contender("confluent", "confluent-kafka, River", "confluent_river", 85_000),
    Contender("aiokafka", "aiokafka, River", "aiokafka_river", 75_000),
    Contender(
        "quix", "Quix Streams, River", "quix_river", 60_000, own_environment=True, quick=False
    ),
    Contender(
        "bytewax", "Bytewax, River", "bytewax_river", 60_000, own_environment=True, quick=False
    ),
    Contender(STOCK, "Faust, River", "faust_river", 11_000),
    Contender(DRIFTLINE, "Driftline", "driftline", 40_000, to_the_end=True),
    Contender(
        FORGETFUL, "Driftline, no state kept", "forgetful", 40_000, quick=False, to_the_end=True
    ),
)
