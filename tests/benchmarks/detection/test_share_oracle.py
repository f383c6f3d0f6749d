import numpy as np

from benchmarks.detection.share_oracle import oracle_delay


def test_it_is_as_soon_as_the_information_of_a_shift_allows() -> None:
    random = np.random.default_rng(1)
    delays = []
    for _ in range(20):
        values = random.normal(size=9000)
        values[5000:] += 1.0
        delays.append(oracle_delay(values, 5000, 1e6))
    # ln 1,000,000 over the 0.5 nats of a shift by one deviation.
    assert 20 < np.median(delays) < 40


def test_without_a_change_there_is_nothing_to_tell() -> None:
    values = np.random.default_rng(2).integers(0, 5, 6000).astype(np.float64)
    assert oracle_delay(values, 3000, 1e6) == np.inf
