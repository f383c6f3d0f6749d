from collections.abc import Sequence

import numpy as np
import orjson
import pytest

from detectors.comparisons.options import ComparedMetric, ComparisonOptions
from detectors.comparisons.pairing import LabelledRows
from detectors.comparisons.segments import (
    FROM_ROWS,
    MOST_COUNTED,
    MOST_PLACES,
    SegmentLook,
    Segments,
    groups_of,
)
from detectors.performance.threshold import ThresholdMetric
from schemas.events.model_comparison import ComparisonMode, Finding, MetricRole
from schemas.events.position import Position
from schemas.tables.coded import Coded
from schemas.tables.observations import Source

AT = Position(topic="labels", partition=0, offset=1, time="2026-03-01T12:00:00.000Z")
ACCURACY = ComparedMetric(metric=ThresholdMetric.ACCURACY, margin=0.01)
OPTIONS = ComparisonOptions(metrics=(ACCURACY,), segments=("country",))


def rows_of(countries: Sequence[str | None], losses: Sequence[float] | None = None) -> LabelledRows:
    rows = len(countries)
    segments = [
        None if each is None else orjson.dumps({"country": each}).decode() for each in countries
    ]
    return LabelledRows(
        (Source("labels", 0),),
        np.zeros(rows, dtype=np.int64),
        np.arange(rows),
        np.zeros(rows, dtype=np.int64),
        np.array([losses or [0.0] * rows]),
        Coded.of(segments),
    )


def take(segments: Segments, *arms: LabelledRows) -> None:
    places = segments.places(arms)
    for arm, (rows, own) in enumerate(zip(arms, places, strict=True)):
        segments.add(arm, rows, own)


def counts(looks: Sequence[SegmentLook]) -> dict[str | None, int]:
    return {each.value: sum(each.known[0][0].rows) for each in looks}


def look(segments: Segments) -> list[SegmentLook]:
    return segments.look(ComparisonMode.AB, AT)


def test_rows_count_in_the_segment_of_their_value_and_rare_ones_together() -> None:
    segments = Segments(OPTIONS)
    take(segments, rows_of(["de"] * 40 + ["fr"] * 3 + [None] * 5), rows_of(["de"] * 20))
    assert counts(look(segments)) == {None: 3, "de": 60}
    take(segments, rows_of(["fr"] * 30), rows_of(["it"]))
    assert counts(look(segments)) == {None: 4, "de": 60, "fr": 30}


def test_the_commonest_values_get_the_places_and_ids_never_do() -> None:
    segments = Segments(OPTIONS)
    for begin in range(0, 3 * MOST_COUNTED, 500):
        take(segments, rows_of([f"user-{begin + each}" for each in range(500)]), rows_of([]))
    assert counts(look(segments)) == {None: 3 * MOST_COUNTED}
    values = [f"c{each:02}" for each in range(MOST_PLACES + 5)]
    common = [each for place, each in enumerate(values) for _ in range(FROM_ROWS + place)]
    take(segments, rows_of(common), rows_of([]))
    assert set(counts(look(segments))) == {None, *values[5:]}
    assert segments.state()["counts"] == []


def test_a_version_that_is_worse_in_one_segment_is_found_there_alone() -> None:
    random = np.random.default_rng(0)
    segments = Segments(OPTIONS)
    for _ in range(20):
        countries = random.choice(["de", "fr"], 400, p=[0.9, 0.1]).tolist()
        halves = countries[:200], countries[200:]
        wrong = [
            [float(random.random() < (0.5 if arm and each == "fr" else 0.1)) for each in half]
            for arm, half in enumerate(halves)
        ]
        take(segments, *map(rows_of, halves, wrong))
        found = look(segments)
    of = {each.value: each.known[0][1] for each in found}
    assert of["fr"].finding is Finding.WORSE
    assert of["fr"].exceeds_margin
    assert of["de"].finding is not Finding.WORSE


def test_what_is_known_survives_a_restart_and_is_looked_at_again_at_the_same_rows() -> None:
    segments = Segments(OPTIONS)
    random = np.random.default_rng(1)
    for _ in range(5):
        wrong = (random.random((2, 150)) < 0.2).astype(float).tolist()
        take(segments, *(rows_of(["de"] * 100 + ["fr"] * 50, each) for each in wrong))
        look(segments)
    other = Segments(OPTIONS)
    other.restore(segments.state())
    few = rows_of(["de"], [1.0])
    for each in (segments, other):
        take(each, few, few)
    assert [each.known[0][1] for each in look(other)] == [
        each.known[0][1] for each in look(segments)
    ]


def test_a_text_is_read_by_its_names_and_is_cut_off() -> None:
    written = orjson.dumps({"a": "x" * 1000, "b": "1"}).decode()
    assert groups_of(written, ("b", "a", "c")) == ("1", "x" * 256, None)
    assert groups_of(None, ("a",)) == (None,)


@pytest.mark.parametrize("names", [("country",), ("country", "channel", "tier", "age")])
def test_all_metrics_and_segments_together_have_the_level(names: tuple[str, ...]) -> None:
    recall = ComparedMetric(metric=ThresholdMetric.RECALL, role=MetricRole.GUARDRAIL)
    options = ComparisonOptions(metrics=(ACCURACY, recall), segments=names)
    # Both sides of the primary metric; of all else harm alone decides.
    overall = options.metric_level * 1.5
    each = [options.level_of_segment(place) for place in range(1, MOST_PLACES + 1)]
    rests = [options.level_of_segment(None)] * len(names)
    assert overall + sum(each + rests) * 2 / 2 <= options.level
    assert overall + sum(each + rests) >= 0.95 * options.level
    alone = ComparisonOptions(metrics=(ACCURACY,))
    assert alone.metric_level == alone.level
