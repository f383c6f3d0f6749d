"""Runs of rows as the sources that tables hold."""

from schemas.tables.observations import Integers, Run, Source, number_sources


def sources_of(*runs: Run) -> tuple[tuple[Source, ...], Integers]:
    """Return the sources of runs, and which each of their rows came from."""
    return number_sources(Source(run.topic, run.partition) for run in runs for _ in range(run.rows))
