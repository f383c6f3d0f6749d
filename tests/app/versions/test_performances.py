from typing import Any

import orjson
import pytest

from app.versions.performance_text import lines_of
from app.versions.performances import KnownPerformances
from schemas.documents import examples
from schemas.events.codec import decode_event
from schemas.events.model_performance import ModelPerformance
from schemas.events.times import format_time, parse_time

TOLD = examples.MODEL_PERFORMANCE
DAY = 86_400_000
BEGIN = parse_time(TOLD["window"]["begin"])


def window(kind: str, number: int, days: float = 1, revision: int = 0) -> dict[str, Any]:
    begin = BEGIN + round(number * days * DAY)
    span = {"begin": format_time(begin), "end": format_time(begin + round(days * DAY))}
    return {**TOLD, "revision": revision, "window": {"kind": kind, "number": number, **span}}


def known(*windows: dict[str, Any]) -> KnownPerformances:
    performances = KnownPerformances()
    for each in windows:
        performances.read(orjson.dumps(each))
    return performances


def found(performances: KnownPerformances, time: int | None) -> list[tuple[str, int, int]]:
    told = performances.at(TOLD["version"], time)
    return [(each.window.kind, each.window.number, each.revision) for each in told]


def test_how_good_a_version_was_is_in_the_windows_that_the_time_is_in() -> None:
    time = [window("time", number) for number in range(4)]
    rows = [window("rows", number, days=1.5) for number in range(2)]
    estimated = [window("estimated", 3)]
    performances = known(*time, *rows, *estimated, window("time", 1, revision=2), time[1])

    assert found(performances, BEGIN + DAY) == [("time", 1, 2), ("rows", 0, 0)]
    assert found(performances, BEGIN + round(3.5 * DAY)) == [
        ("time", 3, 0),
        ("rows", 1, 0),  # had ended by then
        ("estimated", 3, 0),
    ]
    assert found(performances, None) == [("time", 3, 0), ("rows", 1, 0), ("estimated", 3, 0)]
    assert found(performances, BEGIN - 1) == []
    assert performances.at("another", None) == []


def test_records_that_are_none_are_counted() -> None:
    performances = known(window("time", 1), {"model": "fraud"})
    assert (len(performances.windows), performances.strange) == (1, 1)


def test_people_are_told_figures_with_intervals_reasons_and_what_is_expected() -> None:
    text = list(lines_of([decode_event(ModelPerformance, TOLD)]))
    recall = TOLD["metrics"]["recall"]
    assert text[0].startswith("  by the labels of its predictions, ")
    assert f"{TOLD['rows']} labels, {TOLD['share_labelled']:.1%} of the predictions" in text[0]
    corrected = TOLD["maturity"]["corrected"]["recall"]["value"]
    assert (
        f"    recall {recall['value']:.4g} ({recall['low']:.4g} to {recall['high']:.4g}); "
        f"{corrected:.4g} is expected once all labels have come"
    ) in text


@pytest.mark.parametrize("name", ["roc_auc", "escalation"])
def test_a_metric_without_a_value_says_why_and_so_does_what_was_not_judged(name: str) -> None:
    none = {"value": None, "low": None, "high": None, "error": None, "reason": "one_class"}
    told = {**TOLD, "metrics": {name: none}, "unusable": {"escalation.absent": 3}}
    assert list(lines_of([decode_event(ModelPerformance, told)]))[1:] == [
        f"    {name} has no value: one class",
        "    not judged, escalation absent: 3",
    ]


def test_windows_of_another_length_than_before_are_in_their_order_in_time() -> None:
    hour = window("time", 500, days=1 / 24)
    day = window("time", 40)
    performances = known(hour, day)

    assert found(performances, None) == [("time", 40, 0)]
