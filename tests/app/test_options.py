from inspect import signature

from agents.errors import Task
from agents.refusals import RefusalLimits
from agents.topics import Topics
from app import options
from app.settings import Settings, load_settings
from detectors.fleet import Fleet
from detectors.options import DEFAULT_DETECTORS, DetectorOptions, MonitorOptions
from detectors.policy import PolicyOptions, RetrainPolicy
from schemas.alert import Stream
from schemas.columns import Kind
from schemas.model_event import ModelEvent, ModelEventType
from tests.detectors.batches import table_of


def settings_with(**flags: str) -> Settings:
    dotted = {name.replace("__", "."): text for name, text in flags.items()}
    return load_settings(None, {"kafka.bootstrap_servers": "kafka:9092", **dotted}, {})


def test_the_defaults_are_those_of_the_agents_and_detectors() -> None:
    settings = settings_with()
    assert options.agent_topics(settings) == Topics()
    assert options.policy_options(settings) == PolicyOptions()
    assert options.monitor_options(settings, "any") == MonitorOptions()
    assert options.monitor_options(settings, "any").detectors == DEFAULT_DETECTORS
    assert options.intake_options(settings) == type(options.intake_options(settings))()


def test_topics_carry_the_prefix() -> None:
    topics = options.agent_topics(settings_with(topics__prefix="blue."))
    assert (topics.predictions, topics.alerts) == ("blue.predictions", "blue.drift-alerts")


def test_a_model_differs_only_in_what_is_said_of_it() -> None:
    settings = settings_with(
        monitor__burn_in="500",
        models="""{fraud: {critical: [amount], ignored: [id], kinds: {zip: category},
                   task: classification,
                   monitor: {bins: 32, detectors: [{kind: kswin, streams: [raw]}]}}}""",
    )
    fraud = options.monitor_options(settings, "fraud")
    assert (fraud.burn_in, fraud.bins) == (500, 32)
    assert fraud.critical == {"amount"}
    assert fraud.ignored == {"id"}
    assert fraud.detectors == (DetectorOptions("kswin", {}, (Stream.RAW,)),)
    assert options.declared_kinds(settings, "fraud") == {"zip": Kind.CATEGORY}
    assert options.task_of(settings, "fraud") is Task.CLASSIFICATION
    other = options.monitor_options(settings, "churn")
    assert (other.burn_in, other.bins, other.detectors) == (500, 64, DEFAULT_DETECTORS)
    assert options.task_of(settings, "churn") is Task.AUTO


def test_the_limits_of_models_and_columns_hold_in_each_partition() -> None:
    settings = settings_with(limits__models="2", limits__columns="3")
    fleet, policy = options.new_fleet(settings), options.new_policy(settings)
    for model in ("a", "b", "c"):
        fleet.update(table_of([{"x": 1.0, "y": 1.0}], model=model))
        policy.on_model_event(
            ModelEvent(type=ModelEventType.RETRAIN_COMPLETED, model=model, timestamp=1)
        )
    assert (len(fleet), fleet.columns, len(policy)) == (1, 2, 2)
    fleet.update(table_of([{"x": 1.0}], model="d"))
    fleet.update(table_of([{"x": 1.0}], model="e"))
    assert len(fleet) == 2


def test_the_defaults_of_the_limits_are_those_of_the_detectors() -> None:
    limits = settings_with().limits
    fleet = signature(Fleet).parameters
    assert limits.models == fleet["most_models"].default
    assert limits.columns == fleet["most_columns"].default
    assert limits.models == signature(RetrainPolicy).parameters["most_models"].default


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
