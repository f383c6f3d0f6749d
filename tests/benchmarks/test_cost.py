from benchmarks.comparing.cost import shares_of


def test_what_a_comparison_costs_is_less_of_a_worker_than_of_its_detection() -> None:
    whole, own = shares_of(2)
    assert 0.5 < whole < own < 3.0
