from benchmarks.performance import QUICK, WHOLE
from benchmarks.performance_cost import share_of


def test_a_quick_run_measures_less_of_the_same() -> None:
    assert WHOLE.runs == 1000
    assert all(quick < whole for quick, whole in zip(QUICK, WHOLE, strict=True))


def test_what_performance_costs_is_a_share_of_the_throughput() -> None:
    assert -0.5 < share_of(1) < 0.5
