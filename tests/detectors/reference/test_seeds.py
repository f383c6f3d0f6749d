from detectors.reference.seeds import Seeds, stable_seed


def test_seeds_never_change_and_fill_64_bits() -> None:
    assert stable_seed("fraud", "3", "feature", "amount", 0) == 4_278_254_168_477_409_822
    assert max(stable_seed(number) for number in range(100)) > 2**62


def test_the_seeds_of_a_column_are_those_of_its_whole_name() -> None:
    seeds = Seeds(("fraud", "3"), ("feature", "amount"))
    assert seeds(0) == stable_seed("fraud", "3", "feature", "amount", 0)
    assert seeds(0) != seeds(1)
