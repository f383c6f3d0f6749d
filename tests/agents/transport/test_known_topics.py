from hypothesis import given
from hypothesis import strategies as st

from agents.transport.known_topics import NO_ID, KnownTopic, note_of, read_note

NAMES = st.text("abcXYZ019._-", min_size=1, max_size=30)
KNOWN = st.builds(
    KnownTopic,
    id=st.one_of(st.just(NO_ID), st.text("0123456789abcdef", min_size=32, max_size=32)),
    partitions=st.integers(1, 10_000),
    renewals=st.integers(0, 99),
)


@given(st.dictionaries(NAMES, KNOWN, max_size=11))
def test_a_note_tells_the_topics_that_it_was_made_of(topics: dict[str, KnownTopic]) -> None:
    assert read_note(note_of(topics)) == topics


@given(st.text(max_size=80))
def test_what_is_no_note_tells_of_no_topic(text: str) -> None:
    assert text.startswith("driftline/1") or read_note(text) == {}


def test_a_damaged_entry_costs_itself() -> None:
    note = note_of({"a": KnownTopic("1", 2), "b": KnownTopic("3", 4)}).replace("1:2:0", "1:x:0")
    assert read_note(note) == {"b": KnownTopic("3", 4)}


def test_the_notes_of_the_longest_names_fit_beside_an_offset() -> None:
    topics = {f"{n:x}" * 249: KnownTopic("f" * 32, 10_000, 9) for n in range(11)}
    assert len(note_of(topics).encode()) < 4096


def test_a_topic_is_another_one_only_where_both_ids_are_told() -> None:
    first, other, unknown = KnownTopic("a", 1), KnownTopic("b", 1), KnownTopic(NO_ID, 1)
    assert first.is_other_than(other)
    assert not first.is_other_than(KnownTopic("a", 5))
    assert not first.is_other_than(unknown)
    assert not unknown.is_other_than(first)


def test_rows_of_a_topic_that_was_made_anew_have_a_source_of_their_own() -> None:
    assert KnownTopic("a", 1).source_name("predictions") == "predictions"
    assert KnownTopic("a", 1, 2).source_name("predictions") == "predictions#2"
