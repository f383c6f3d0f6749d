from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np

from benchmarks.detection import young
from benchmarks.detection.section import Plan

Result = TypeVar("Result")


class Here:
    """Makes each measurement at once."""

    def map(self, job: Callable[..., Result], tasks: Iterable[Sequence[object]]) -> list[Result]:
        return [job(*task) for task in tasks]


def test_a_constant_that_moves_is_told_within_tens_of_rows() -> None:
    own, peer = young.delays_of("constant, then moving", 100, 0)
    assert own < 40
    assert peer > own


def test_streams_without_a_change_are_quiet() -> None:
    assert young.alarms_of("counts", 0) == 0


def test_each_kind_draws_as_many_values_as_are_asked_for() -> None:
    rng = np.random.default_rng(0)
    for short in young.SHORT.values():
        assert short.draw(rng, young.ROWS).shape == (young.ROWS,)


def test_its_section_has_a_line_for_every_stream_and_change() -> None:
    lines = young.measure(Here(), Plan(range(1), 1000, 1, None)).lines
    assert lines[0] == "## Young references"
    for name in [*young.SHORT, *young.CHANGES]:
        assert sum(line.startswith(f"| {name} |") for line in lines) == 1
