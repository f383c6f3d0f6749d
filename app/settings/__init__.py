"""Typed settings, from a YAML file, the environment and flags, with every error at once.

The sections are plain frozen models; `load_settings` is the only way from text to them. Nothing
here opens a connection or reads the environment by itself.
"""

from app.settings.dead_letters import DeadLetterSettings
from app.settings.detector import DetectorSettings
from app.settings.http import HttpSettings
from app.settings.intake import IntakeSettings, PendingSettings
from app.settings.kafka import KafkaSettings
from app.settings.limits import LimitSettings
from app.settings.load import CONFIG_VARIABLE, load_settings
from app.settings.logs import LogSettings
from app.settings.mlflow import MlflowSettings
from app.settings.model import ModelSettings
from app.settings.monitor import MonitorOverrides, MonitorSettings
from app.settings.policy import PolicySettings
from app.settings.problems import InvalidConfiguration, Problem
from app.settings.settings import Settings, settings_schema
from app.settings.topics import TopicRole, TopicSettings

__all__ = [
    "CONFIG_VARIABLE",
    "DeadLetterSettings",
    "DetectorSettings",
    "HttpSettings",
    "IntakeSettings",
    "InvalidConfiguration",
    "KafkaSettings",
    "LimitSettings",
    "LogSettings",
    "MlflowSettings",
    "ModelSettings",
    "MonitorOverrides",
    "MonitorSettings",
    "PendingSettings",
    "PolicySettings",
    "Problem",
    "Settings",
    "TopicRole",
    "TopicSettings",
    "load_settings",
    "settings_schema",
]
