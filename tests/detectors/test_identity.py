from uuid import UUID

from detectors.identity import stable_id, stable_seed


def test_ids_never_change() -> None:
    # Written down: consumers dedupe by them across versions of this program.
    assert stable_id("fraud", "3", 7) == "721b4daa-6302-539e-8628-802b61170003"
    assert UUID(stable_id("fraud")).version == 5


def test_parts_are_told_apart_by_type_and_border() -> None:
    ids = {stable_id(*parts) for parts in [("a", "b"), ("ab",), ("a", 1), ("a", "1"), ("b", "a")]}
    assert len(ids) == 5


def test_seeds_never_change_and_fill_64_bits() -> None:
    assert stable_seed("fraud", "3", "feature", "amount", 0) == 4_278_254_168_477_409_822
    assert max(stable_seed(number) for number in range(100)) > 2**62
