import numpy as np

from benchmarks.detection.error_oracle import oracle

_RANDOM = np.random.default_rng


def _errors(before: float, after: float, seed: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    random = _RANDOM(seed).random(6000)
    return (random < np.where(np.arange(6000) < 3000, before, after)).astype(np.float64)


def test_it_tells_as_soon_as_errors_are_a_million_times_likelier() -> None:
    rows = [oracle(_errors(0.1, 0.3, seed), 3000, 5999) for seed in range(20)]
    # ln 1,000,000 over the 0.154 nats of an error rate of 0.3 in place of 0.1.
    delays = [row - 3000 for (row,) in rows]
    assert 60 < np.median(delays) < 120


def test_fewer_errors_are_told_too_and_the_same_rate_is_not() -> None:
    assert oracle(_errors(0.3, 0.1, 1), 3000, 5999)
    assert sum(len(oracle(_errors(0.2, 0.2, seed), 3000, 5999)) for seed in range(50)) == 0


def test_a_drift_of_which_models_recover_is_told_by_its_beginning() -> None:
    errors = _errors(0.1, 0.1, 2)
    errors[3000:3200] = _RANDOM(3).random(200) < 0.4
    (row,) = oracle(errors, 3000, 5999)
    assert 3000 < row < 3150
