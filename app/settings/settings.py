"""All settings."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from app.settings.cdevents import CDEventsSettings
from app.settings.dead_letters import DeadLetterSettings
from app.settings.http import HttpSettings
from app.settings.intake import IntakeSettings
from app.settings.kafka import KafkaSettings
from app.settings.limits import LimitSettings
from app.settings.logs import LogSettings
from app.settings.mlflow import MlflowSettings
from app.settings.model import ModelSettings
from app.settings.monitor import MonitorSettings
from app.settings.performance import PerformanceSettings
from app.settings.policy import PolicySettings
from app.settings.section import Section
from app.settings.state import StateSettings
from app.settings.topics import TopicSettings
from app.settings.values import ValueSettings

ModelName = Annotated[str, Field(min_length=1, max_length=249)]


class Settings(Section):
    """The configuration of Driftline; everything but the brokers' address has a default."""

    kafka: KafkaSettings
    """The connection to Kafka."""

    topics: TopicSettings = TopicSettings()
    """The topics."""

    intake: IntakeSettings = IntakeSettings()
    """How the users' events are read."""

    limits: LimitSettings = LimitSettings()
    """Bounds on what one worker takes."""

    dead_letters: DeadLetterSettings = DeadLetterSettings()
    """How many refused records a worker bears."""

    monitor: MonitorSettings = MonitorSettings()
    """How every model is watched."""

    values: ValueSettings = ValueSettings()
    """Which spellings mean one value."""

    models: Mapping[ModelName, ModelSettings] = {}
    """What is known of single models, by name."""

    performance: PerformanceSettings = PerformanceSettings()
    """How good model versions are."""

    policy: PolicySettings = PolicySettings()
    """When a retraining is asked for."""

    state: StateSettings = StateSettings()
    """How state is kept over restarts."""

    http: HttpSettings = HttpSettings()
    """Where metrics and health are served."""

    mlflow: MlflowSettings = MlflowSettings()
    """The MLflow registry that says what serves, and is told of it; none by default."""

    cdevents: CDEventsSettings = CDEventsSettings()
    """What is published a second time for tools that follow deliveries; nothing by default."""

    logging: LogSettings = LogSettings()
    """What is logged and how."""


def settings_schema() -> dict[str, Any]:
    """Return the JSON Schema of the configuration file, for editors."""
    schema = Settings.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Driftline configuration",
    }
