from hypothesis import given
from hypothesis import strategies as st

from detectors.seen_events import SeenEvents


@given(st.lists(st.sampled_from("abcdef")), st.integers(1, 4))
def test_an_id_is_new_unless_it_is_among_the_latest_new_ones(ids: list[str], most: int) -> None:
    seen = SeenEvents(most)
    latest: list[str] = []
    for each in ids:
        assert seen.is_new(each) is (each not in latest)
        latest = latest if each in latest else [*latest, each][-most:]
        restored = SeenEvents(most)
        restored.restore(seen.state())
        seen = restored
    assert seen.state() == latest
