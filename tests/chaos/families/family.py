"""What every family of scenarios says of itself."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from tests.chaos.traffic import TrafficOptions
from tests.chaos.verdict import Verdict
from tests.chaos.world import DRAIN, World


class Family(ABC):
    """Scenarios of one kind; each run of it draws another one.

    Attributes
    ----------
    name
        For the command line.
    title
        For the table.
    weight
        How often it runs for each time that it is asked for.
    workers, rate
        How many workers, and events a second.
    settings, traffic
        Of the workers, over those of all families, and of what is sent.
    may_crash
        Whether workers may end by themselves: the brokers let them down.
    wants_three
        Whether it is about three brokers.
    has_predecessor
        Whether workers of the release before take part: what these find is theirs, and only rows,
        joins, letters and model events are compared.
    is_planted
        Whether the workers have a bug, so that the oracle must find something.
    patience
        Seconds that may pass in the end, while not all is read, without any progress.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    weight: ClassVar[int] = 1
    workers: ClassVar[int] = 2
    rate: ClassVar[float] = 1500.0
    settings: ClassVar[Mapping[str, object]] = {}
    traffic: ClassVar[TrafficOptions] = TrafficOptions()
    may_crash: ClassVar[bool] = False
    wants_three: ClassVar[bool] = False
    has_predecessor: ClassVar[bool] = False
    is_planted: ClassVar[bool] = False
    patience: ClassVar[float] = DRAIN

    def __init__(self, *, quick: bool = False) -> None:
        self.quick = quick

    def begin(self, world: World) -> None:
        """Start the workers and the traffic."""
        world.crew.tend(world.workers)
        world.feed(self.rate)

    @abstractmethod
    def play(self, world: World) -> None:
        """Do what is to be survived; traffic flows, workers run, and are replaced while it waits.

        Raises
        ------
        AssertionError
            If something did not go as promised.
        """

    def judge(self, world: World, verdict: Verdict) -> None:  # noqa: B027 - most add nothing
        """Look at what is special to the family; workers have stopped."""
