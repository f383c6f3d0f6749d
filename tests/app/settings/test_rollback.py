"""When the rollback of a model is asked for, as the settings say."""

import pytest

from app.options import rollback_options
from app.settings import InvalidConfiguration, load_settings
from detectors.rollback.options import RollbackOptions, RollbackSource

KAFKA = {"kafka.bootstrap_servers": "kafka:9092"}


def named(**own: str) -> dict[str, str]:
    return KAFKA | {f"models.fraud.rollback.{name}": value for name, value in own.items()}


def test_it_is_asked_for_unless_the_settings_of_a_model_say_otherwise() -> None:
    settings = load_settings(None, named(enabled="false"), {})

    assert rollback_options(settings, "fraud") is None
    assert rollback_options(settings, "churn") == RollbackOptions()


def test_sources_and_durations_are_those_of_the_model() -> None:
    own = {"cooldown_seconds": "60", "expiry_seconds": "120", "threshold_within_seconds": "null"}
    settings = load_settings(None, named(sources='["threshold"]', **own), {})

    assert rollback_options(settings, "fraud") == RollbackOptions(
        sources=frozenset({RollbackSource.THRESHOLD}),
        threshold_within=None,
        cooldown=60.0,
        expiry=120.0,
    )


def test_histories_without_the_metrics_of_comparisons_are_refused_at_the_start() -> None:
    settings = named(sources='["history"]') | {"models.fraud.comparison.enabled": "false"}
    with pytest.raises(InvalidConfiguration, match=r"comparison\.enabled"):
        load_settings(None, settings, {})
    load_settings(None, settings | {"models.fraud.rollback.enabled": "false"}, {})


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"sources": "[]"}, "enabled: false"),
        ({"sources": '["drift"]'}, "comparison"),
        ({"expiry_seconds": "0"}, "expiry_seconds"),
        ({"threshold_within_seconds": "-1"}, "threshold_within_seconds"),
        ({"cooldown_seconds": "1000000000000"}, "ten years"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_the_start(own: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidConfiguration, match=said):
        load_settings(None, named(**own), {})
