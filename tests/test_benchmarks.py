"""The benchmarks say what they measure and can be started; their figures are no test's business."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from benchmarks import calibrate, estimates, pending, thresholds
from benchmarks.contenders.task import Task
from benchmarks.events import Events
from benchmarks.kernels import kernel_table, measure_kernels
from benchmarks.labels import LabelCost, labels_of
from benchmarks.lineup import DRIFTLINE, LINEUP
from benchmarks.memory import Memory
from benchmarks.report import headline, labels_line
from benchmarks.rounds import Outcome
from benchmarks.runner import Run
from benchmarks.throughput import plan_from
from detectors.algorithms import calibrated
from schemas.events.codec import decode_event, decode_object
from schemas.events.prediction import Prediction


def _outcomes(rates: dict[str, list[float]]) -> dict[str, Outcome]:
    contenders = {contender.name: contender for contender in LINEUP}
    return {
        name: Outcome(
            contenders[name], [Run(round(rate), 1.0, 1.0, peak_rss=1, alerts=0) for rate in runs]
        )
        for name, runs in rates.items()
    }


def test_every_kernel_has_its_cost_and_those_of_river_are_beside_them() -> None:
    costs = measure_kernels(columns=2, values=50, repeats=1)

    assert list(costs) == ["adwin", "page_hinkley", "bins", "ranks", "column_monitor"]
    assert all(cost.kernel > 0 for cost in costs.values())
    assert {name for name, cost in costs.items() if cost.river} == {"adwin", "page_hinkley"}
    assert len(kernel_table(costs).splitlines()) == 2 + len(costs)


def test_the_events_are_predictions_of_some_600_bytes_with_20_numbers() -> None:
    keys, values = zip(*Events(features=20, models=3, drawn=2000).take(300), strict=True)

    events = [decode_event(Prediction, decode_object(value)) for value in values]

    assert {event.model for event in events} == {"model-0000", "model-0001", "model-0002"}
    assert all(len(event.features or ()) == 20 for event in events)
    assert [event.prediction_id for event in events] == [key.decode() for key in keys]
    assert 550 < sum(map(len, values)) / len(values) < 650


def test_the_events_are_the_same_every_time() -> None:
    first, second = (Events(features=5, drawn=100).take(100) for _ in range(2))

    assert list(first) == list(second)


def test_the_events_begin_to_differ_where_the_first_feature_moves() -> None:
    # The rows repeat after 10 events.
    stream = Events(features=5, drawn=50, move_every=20).take(21)
    events = [orjson.loads(value) for _, value in stream]

    before, after = events[0]["features"], events[20]["features"]
    assert {name for name in before if before[name] != after[name]} == {"feature_00"}


def test_a_quick_run_leaves_out_what_needs_an_environment_of_its_own() -> None:
    plan = plan_from(["--quick"])

    assert not any(contender.own_environment for contender in plan.contenders)
    assert DRIFTLINE in {contender.name for contender in plan.contenders}
    assert (plan.growth, plan.workers) == ((), 1)


def test_the_whole_run_has_all_contenders_and_all_parts(tmp_path: Path) -> None:
    plan = plan_from(["--output", str(tmp_path / "figures.json")])

    assert plan.contenders == LINEUP
    assert plan.rounds >= 3
    assert plan.growth
    assert plan.workers == 2


def test_contenders_can_be_chosen() -> None:
    plan = plan_from(["--quick", "--contenders", "floor", "quix"])

    assert [contender.name for contender in plan.contenders] == ["floor", "quix"]


def test_an_unknown_contender_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        plan_from(["--contenders", "flink"])

    assert "flink" in capsys.readouterr().err


def test_a_ratio_is_the_median_of_the_rounds_and_the_best_peer_is_not_stock_faust() -> None:
    costs = measure_kernels(columns=1, values=10, repeats=1)
    outcomes = _outcomes(
        {
            "faust": [1000.0, 1000.0, 500.0],
            "aiokafka": [100.0, 200.0, 100.0],
            "confluent": [300.0, 150.0, 300.0],
            "driftline": [600.0, 600.0, 300.0],
        }
    )

    figures = headline(outcomes, None, costs)

    assert figures["vs_best_river"] == 2.0
    assert figures["vs_stock"] == 0.6
    assert figures["vs_floor"] is None
    assert figures["p99_ms"] is None
    assert figures["labels_rate"] is None


def test_what_a_label_costs_is_the_median_of_rounds_in_turns() -> None:
    without = tuple(Run(100, seconds, 1e-3, 0, 0) for seconds in (1.0, 2.0, 4.0))
    labelled = tuple(Run(200, seconds, 1.4e-3, 0, 0) for seconds in (2.0, 2.5, 5.0))
    cost = LabelCost(without, labelled)

    assert cost.rate == pytest.approx(0.8)
    assert cost.microseconds == pytest.approx(4.0)
    assert "0.80 of the rate of predictions without, 4.0 us" in labels_line(cost)


def test_each_label_is_for_its_prediction_and_some_are_wrong() -> None:
    events = tuple(Events(2).take(40))
    found = [orjson.loads(value) for _, value in labels_of(events)]
    said = [orjson.loads(value) for _, value in events]
    assert [each["prediction_id"] for each in found] == [each["prediction_id"] for each in said]
    wrong = [one["label"] != other["prediction"] for one, other in zip(found, said, strict=True)]
    assert [number for number, is_wrong in enumerate(wrong) if is_wrong] == [0, 20]


def test_a_task_is_passed_as_options() -> None:
    task = Task("127.0.0.1:9092", "predictions", "alerts", "group", 7)

    assert task.arguments() == [
        "--bootstrap=127.0.0.1:9092",
        "--topic=predictions",
        "--alerts=alerts",
        "--group=group",
        "--events=7",
        "--settling=0",
        "--labels=",
    ]


def test_the_memory_of_columns_is_that_of_all_that_are_watched() -> None:
    # In a process of its own: what other tests have set free would count as taken back.
    flags = ("--columns=1500", "--missing=.2", "--beyond=50")
    run = subprocess.run(  # noqa: S603 - our own program and arguments
        (sys.executable, "-m", "benchmarks.memory", *flags), capture_output=True, check=True
    )
    memory = Memory(**orjson.loads(run.stdout))
    assert memory.columns == 2000
    assert 0 < memory.steady <= memory.peak


def test_what_waiting_costs_is_measured_to_the_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pending.measure(100_000, tmp_path)
    said = dict(re.findall(r"^(.+?) {2,}([\d.]+) ", capsys.readouterr().out, re.MULTILINE))
    assert 50 < float(said["disk"]) < 500
    assert {"join in memory", "restore from the disk", "restore from the changelog"} <= set(said)


def test_a_bad_model_is_found_by_its_labels_long_before_its_running_mean_is() -> None:
    case, seeds = (0.06, 0.05, 0.08), range(10)
    ours, false = thresholds.labels_to_alarm(thresholds.e_detector(100_000.0), case, seeds)
    theirs, _ = thresholds.labels_to_alarm(thresholds.running_mean, case, seeds)
    assert ours < 3600 < theirs
    assert false <= 1
    assert thresholds.labels_to_alarm(thresholds.window, case, seeds)[1] > 10


def test_what_is_calibrated_is_a_module_of_the_same_names_and_points() -> None:
    written: dict[str, Any] = {}
    exec("\n".join(calibrate.lines(2_000, 1)), written)  # noqa: S102 - what `make calibrate` writes
    for name, known in (("ADWIN", calibrated.ADWIN), ("PAGE_HINKLEY", calibrated.PAGE_HINKLEY)):
        assert [delta for delta, _ in written[name]] == [delta for delta, _ in known]
    committed = calibrate.TARGET.read_text()
    assert [line for line in committed.splitlines() if line[:1] not in {" ", "S"}] == [
        line
        for line in "\n".join(calibrate.lines(2_000, 1)).splitlines()
        if line[:1] not in {" ", "S"}
    ]


def test_estimates_without_labels_are_nearer_to_them_than_the_figures_before() -> None:
    found, before = estimates.errors_of(estimates.CASES["harder"], range(10))
    assert found < 0.03
    assert found < before / 3
