import pytest

from app.kafka.operation import Operation
from app.kafka.topic_catalogue import CATALOGUE, TopicSpec, together
from app.settings import TopicRole, load_settings

SPEC = pytest.mark.parametrize("spec", CATALOGUE.values(), ids=lambda spec: spec.role)


def test_every_topic_is_described_once_under_a_name_of_its_own() -> None:
    assert set(CATALOGUE) == set(TopicRole)
    assert len({spec.default_name for spec in CATALOGUE.values()}) == len(TopicRole)


@SPEC
def test_a_topic_has_the_default_name_of_its_setting(spec: TopicSpec) -> None:
    settings = load_settings(None, {"kafka.bootstrap_servers": "kafka:9092"}, {})
    assert settings.topics.full_name(spec.role) == spec.default_name


@SPEC
def test_a_topic_is_like_one_that_is_like_no_other(spec: TopicSpec) -> None:
    if spec.same_as is not None:
        assert CATALOGUE[spec.same_as].same_as is None


@SPEC
def test_what_an_agent_takes_may_be_read_and_what_is_kept_for_later_is_written_too(
    spec: TopicSpec,
) -> None:
    assert spec.rights
    if spec.handled:
        assert Operation.READ in spec.rights
    if spec.is_state or spec.shortest_retention is not None:
        assert spec.rights == {Operation.READ, Operation.WRITE}


def test_records_meet_in_three_groups() -> None:
    assert together() == (
        (TopicRole.PREDICTIONS, TopicRole.LABELS, TopicRole.PENDING),
        (TopicRole.ALERTS, TopicRole.LIFECYCLE, TopicRole.POLICY_STATE),
        (TopicRole.OBSERVATIONS, TopicRole.STATE),
    )
