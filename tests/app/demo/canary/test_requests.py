"""The requests: seeded, with customers who come again."""

from collections import Counter

from app.demo.canary.requests import CUSTOMERS, Requests
from app.demo.scenario import FRAUD


def test_a_seed_gives_the_same_requests_however_many_are_taken_at_once() -> None:
    one, other = Requests(3), Requests(3)

    at_once = list(one.take(300))

    assert at_once == [each for size in (1, 99, 0, 200) for each in other.take(size)]
    assert at_once != list(Requests(4).take(300))
    assert one.produced == other.produced == 300


def test_customers_come_again_and_some_requests_are_frauds() -> None:
    requests = list(Requests(1).take(5000))
    times = Counter(each.customer for each in requests)

    assert 0.85 * CUSTOMERS < len(times) <= CUSTOMERS
    frauds = sum(each.transaction.label == FRAUD for each in requests)
    assert 0.08 < frauds / len(requests) < 0.25
