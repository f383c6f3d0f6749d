from aiokafka.errors import InvalidTimestampError, KafkaError, TopicAuthorizationFailedError

from agents.transport.delivery import DeliveryFailed
from agents.transport.denial import ClockRefused, clock_refusal_of, denial_of


def test_a_denial_is_found_behind_what_came_of_it() -> None:
    denial = TopicAuthorizationFailedError("alerts")
    error = DeliveryFailed("an earlier output failed")
    error.__cause__ = denial
    assert denial_of(error) is denial_of(denial) is denial


def test_other_errors_are_none() -> None:
    for error in (None, KafkaError(), DeliveryFailed()):
        assert denial_of(error) is None


def test_a_clock_that_brokers_refuse_is_found_behind_what_came_of_it() -> None:
    error = DeliveryFailed("an earlier output failed")
    error.__cause__ = InvalidTimestampError()
    assert isinstance(clock_refusal_of(error), ClockRefused)
    assert clock_refusal_of(DeliveryFailed()) is clock_refusal_of(None) is None
