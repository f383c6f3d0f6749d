from inspect import signature

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dead_letters.limits import RefusalLimits
from app import options
from app.settings import Settings, load_settings
from detectors.monitors.fleet import Fleet
from detectors.monitors.options import DEFAULT_DETECTORS, DetectorOptions, MonitorOptions
from detectors.performance.error import Task
from detectors.reference.told_season import ToldSeason
from detectors.retraining.options import PolicyOptions
from detectors.retraining.policy import RetrainPolicy
from schemas.events.detector_report import Stream
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.tables.columns import Kind
from schemas.values.spellings import Spellings
from tests.detectors.batches import table_of


def settings_with(**flags: str) -> Settings:
    dotted = {name.replace("__", "."): text for name, text in flags.items()}
    return load_settings(None, {"kafka.bootstrap_servers": "kafka:9092", **dotted}, {})


def test_the_defaults_are_those_of_the_agents_and_detectors() -> None:
    settings = settings_with()
    assert options.policy_options(settings) == PolicyOptions()
    assert options.monitor_options(settings, "any") == MonitorOptions()
    assert options.monitor_options(settings, "any").detectors == DEFAULT_DETECTORS
    assert options.intake_options(settings) == type(options.intake_options(settings))()


def test_the_events_after_which_references_begin_anew_are_those_of_the_model() -> None:
    settings = settings_with(
        monitor__reference_after="[rolled_back]",
        models="{fraud: {monitor: {reference_after: []}}, churn: {}}",
    )
    assert options.monitor_options(settings, "fraud").reference_after == frozenset()
    assert options.monitor_options(settings, "churn").reference_after == {
        ModelEventType.ROLLED_BACK
    }


def test_thresholds_of_distances_alone_say_that_a_model_regresses() -> None:
    settings = settings_with(
        models="{eta: {thresholds: [mae <= 2]}, fraud: {thresholds: [mae <= 2, recall >= .8]}}"
    )
    assert options.monitor_options(settings, "eta").task is Task.REGRESSION
    assert options.monitor_options(settings, "fraud").task is Task.AUTO


@pytest.mark.parametrize(
    "said",
    [
        "{classes: [genuine, fraud]}",
        "{label_names: {chargeback: fraud}}",
        "{thresholds: [recall >= .8, mae <= 2]}",
        "{performance: {positive: fraud}}",
        "{performance: {metrics: [accuracy]}}",
        "{comparison: {metrics: [{metric: accuracy}]}}",
    ],
)
def test_what_is_said_of_classes_says_that_whole_numbers_are_some(said: str) -> None:
    settings = settings_with(models=f"{{fraud: {said}, eta: {{}}}}")
    assert options.monitor_options(settings, "fraud").names_classes
    assert not options.monitor_options(settings, "eta").names_classes


def test_topics_carry_the_prefix() -> None:
    topics = options.agent_topics(settings_with(topics__prefix="blue."))
    assert (topics.predictions, topics.alerts) == ("blue.predictions", "blue.drift-alerts")


def test_a_model_differs_only_in_what_is_said_of_it() -> None:
    settings = settings_with(
        monitor__burn_in="500",
        monitor__false_alarms="1 per 100,000 rows per column",
        models="""{fraud: {critical: [amount], ignored: [id], learns_on: true,
                   kinds: {zip: category}, task: classification, seasons: {zip: none},
                   monitor: {bins: 32, season: daily+weekly, false_alarms: 1 per 30d,
                             detectors: [{kind: kswin, streams: [raw]}]}}}""",
    )
    fraud = options.monitor_options(settings, "fraud")
    assert (fraud.burn_in, fraud.bins) == (500, 32)
    assert fraud.false_alarms.text == "1 per 30d"
    assert fraud.critical == {"amount"}
    assert fraud.ignored == {"id"}
    assert (fraud.learns_on, options.monitor_options(settings, "churn").learns_on) == (True, False)
    assert fraud.detectors == (DetectorOptions("kswin", {}, (Stream.RAW,)),)
    assert options.declarations(settings).of("fraud").kinds == {"zip": Kind.CATEGORY}
    assert fraud.task is Task.CLASSIFICATION
    assert fraud.season is ToldSeason.DAILY_AND_WEEKLY
    assert fraud.seasons == {"zip": ToldSeason.NONE}
    other = options.monitor_options(settings, "churn")
    assert (other.burn_in, other.bins, other.detectors) == (500, 64, DEFAULT_DETECTORS)
    assert other.task is Task.AUTO
    assert other.false_alarms.text == "1 per 100,000 rows per column"


def test_columns_are_watched_together_unless_a_model_says_otherwise() -> None:
    settings = settings_with(monitor__joint="none", models="{fraud: {monitor: {joint: auto}}}")
    assert options.monitor_options(settings, "fraud").joint_limit is None
    assert options.monitor_options(settings, "churn").joint_limit == 0.0


def test_each_partition_has_an_equal_share_of_the_limits_of_models_and_columns() -> None:
    settings = settings_with(limits__models="8", limits__columns="15")
    fleet, policy = options.new_fleet(settings), options.new_policy(settings)
    for model in ("a", "b", "c"):
        fleet.update(table_of([{"x": 1.0, "y": 1.0}], model=model))
        policy.on_model_event(
            ModelEvent(
                type=ModelEventType.RETRAIN_COMPLETED,
                model=model,
                timestamp="2026-01-01T00:00:00Z",
            )
        )
    assert (len(fleet), fleet.columns, len(policy)) == (1, 2, 2)
    fleet.update(table_of([{"x": 1.0}], model="d"))
    fleet.update(table_of([{"x": 1.0}], model="e"))
    assert len(fleet) == 2


@given(
    st.integers(1, 9),
    st.integers(1, 40),
    st.lists(st.tuples(st.integers(0, 8), st.sampled_from("abcdefghi"), st.integers(1, 4))),
)
def test_a_worker_stays_within_its_limits_with_whichever_partitions_it_has(
    partitions: int, limit: int, rows: list[tuple[int, str, int]]
) -> None:
    settings = settings_with(
        topics__partitions=str(partitions), limits__models=str(limit), limits__columns=str(limit)
    )
    fleets = [options.new_fleet(settings) for _ in range(partitions)]
    for place, model, columns in rows:
        features = {f"x{number}": 1.0 for number in range(columns)}
        fleets[place % partitions].update(table_of([features], model=model))
    most = max(limit, partitions)  # no partition is without room
    assert sum(len(fleet) for fleet in fleets) <= most
    assert sum(fleet.columns for fleet in fleets) <= most


def test_the_default_shares_are_the_defaults_of_the_detectors() -> None:
    settings = settings_with()
    partitions, fleet = settings.topics.partitions, signature(Fleet).parameters
    models = settings.limits.models // partitions
    assert models == fleet["most_models"].default
    assert models == signature(RetrainPolicy).parameters["most_models"].default
    assert settings.limits.columns // partitions == fleet["most_columns"].default


def test_fields_are_read_where_they_stand() -> None:
    settings = settings_with(
        intake__prediction_fields="{features: payload.x}", intake__model="fraud"
    )
    document = {"payload": {"x": {"a": 1}}}
    assert options.prediction_fields(settings).apply(document) == {
        **document,
        "features": {"a": 1},
        "model": "fraud",
    }
    assert options.label_fields(settings).apply({"label": 1}) == {"label": 1}


def test_the_limit_of_dead_letters_is_what_the_settings_say() -> None:
    assert options.refusal_limits(settings_with()) == RefusalLimits()
    settings = settings_with(
        dead_letters__max_run="null",
        dead_letters__max_ratio="0.1",
        dead_letters__window_records="50",
        dead_letters__min_records="20",
    )
    assert options.refusal_limits(settings) == RefusalLimits(None, 0.1, 50, 20)


def test_spellings_reach_all_that_reads_values() -> None:
    settings = settings_with(
        values__missing_numbers="[n.v.]", models="{fraud: {values: {ignore_case: true}}, b: {}}"
    )
    own = Spellings(missing_numbers=frozenset({"n.v."}), ignore_case=True)
    general = Spellings(missing_numbers=frozenset({"n.v."}))
    declared = options.intake_options(settings).declarations
    assert declared == options.pending_options(settings).declarations
    assert declared.spellings == (general, own)
    for model, spellings in (("fraud", own), ("b", general), ("c", general)):
        assert declared.of(model).spellings == spellings
        assert options.monitor_options(settings, model).spellings == spellings
