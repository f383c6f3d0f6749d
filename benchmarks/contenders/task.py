"""What a contender is told on its command line."""

import argparse
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Task:
    """One run of a contender.

    Attributes
    ----------
    bootstrap
        The broker's address.
    topic, alerts
        Read and written; they exist.
    group
        A consumer group that is new.
    events
        How many to process; the topic has at least so many.
    settling
        How many of these come before what is measured; Driftline alone heeds it.
    labels
        A topic of their labels, which count as events, too; Driftline alone heeds it.
    """

    bootstrap: str
    topic: str
    alerts: str
    group: str
    events: int
    settling: int = 0
    labels: str = ""

    def arguments(self) -> list[str]:
        """Return the command line that `from_arguments` reads."""
        return [f"--{field.name}={getattr(self, field.name)}" for field in fields(self)]


def task_from_arguments() -> Task:
    """Return the task of this process."""
    parser = argparse.ArgumentParser()
    for field in fields(Task):
        parser.add_argument(f"--{field.name}", type=field.type, required=True)
    return Task(**vars(parser.parse_args()))
