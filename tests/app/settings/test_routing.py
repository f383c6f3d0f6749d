import pytest

from app.options import routing_options
from app.settings import InvalidConfiguration, load_settings
from detectors.routing.options import RoutingOptions

KAFKA = {"kafka.bootstrap_servers": "kafka:9092"}


def test_driftline_writes_no_route_unless_it_is_allowed_to_for_a_model() -> None:
    own = {"automatic": "true", "step_seconds": "90", "labels": "7", "proxy_predictions": "900"}
    named = {f"models.fraud.routing.{name}": value for name, value in own.items()}
    settings = load_settings(None, {**KAFKA, **named}, {})
    expected = RoutingOptions(step=90_000, labels=7, proxy_predictions=900)
    assert routing_options(settings, "fraud") == expected
    assert routing_options(settings, "churn") is None


@pytest.mark.parametrize(
    ("comparison", "said"),
    [
        ({"enabled": "false"}, "comparison.enabled"),
        ({"share": "0.5"}, "comparison.share"),
        ({"mode": "shadow"}, "comparison.mode"),
    ],
)
def test_a_ramp_that_could_not_go_on_is_refused_at_the_start(
    comparison: dict[str, str], said: str
) -> None:
    named = {f"models.fraud.comparison.{name}": value for name, value in comparison.items()}
    named["models.fraud.routing.automatic"] = "true"
    with pytest.raises(InvalidConfiguration, match=said):
        load_settings(None, {**KAFKA, **named}, {})
    named["models.fraud.routing.automatic"] = "false"
    load_settings(None, {**KAFKA, **named}, {})
