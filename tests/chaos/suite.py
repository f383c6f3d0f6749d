"""Many runs, one after the other, on brokers that they share."""

import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from tests.chaos.cluster import chaos_cluster, three_brokers
from tests.chaos.display import Display
from tests.chaos.families import FAMILIES, PLANTED, Family
from tests.chaos.run import Result, run_once
from tests.chaos.world import Broker

ALL: dict[str, type[Family]] = {**FAMILIES, **PLANTED}
"""The families, and the planted bugs, by their names."""


class Scenario(NamedTuple):
    """What to run: a family, and a seed."""

    family: type[Family]
    seed: int


def planned(names: Sequence[str], *, seed: int, runs: int) -> list[Scenario]:
    """Return so many runs of each family times its weight, in turn; planted bugs once.

    A single run has the very seed, so that one that failed can be repeated by itself.
    """
    draw = random.Random(seed)
    plan = []
    for turn in range(runs):
        for name in names:
            for _ in range(ALL[name].weight):
                drawn = draw.randrange(10**6)
                if turn == 0 or not ALL[name].is_planted:
                    plan.append(Scenario(ALL[name], drawn))
    if runs == len(names) == 1:
        return [Scenario(plan[0].family, seed)]
    # Those with three brokers come last: not all four run at the same time.
    return sorted(plan, key=lambda scenario: scenario.family.wants_three)


def results_of(
    plan: Sequence[Scenario], display: Display, folder: Path, *, quick: bool
) -> Iterator[Result]:
    """Run all, and yield what came of each."""
    with ExitStack() as stack:
        brokers: dict[bool, Broker] = {}
        for number, (family, seed) in enumerate(plan):
            display.begin(family.title, seed)
            broker = brokers.get(family.wants_three)
            if broker is None:
                stack.close()
                broker = three_brokers() if family.wants_three else chaos_cluster()
                broker.start()
                stack.callback(broker.close)
                brokers = {family.wants_three: broker}
            result = run_once(family(quick=quick), broker, seed, folder / f"{number}-{family.name}")
            display.end(result)
            yield result
