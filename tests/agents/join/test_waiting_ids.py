from agents.join.waiting_ids import WaitingIds, all_of


def test_an_id_has_the_numbers_that_it_was_given() -> None:
    ids = WaitingIds({b"a": 3})
    ids.put(b"b", (4,))
    ids.put(b"a", (3, 5))
    assert [all_of(ids.get(name)) for name in (b"a", b"b", b"c")] == [(3, 5), (4,), ()]
    assert ids == {b"a": (3, 5), b"b": 4}


def test_what_is_before_the_memory_is_forgotten() -> None:
    ids = WaitingIds({b"a": 3, b"b": (2, 7), b"c": (5, 6, 8), b"d": 9})
    ids.forget_before(6, [b"a", b"b", b"c", b"d", b"e"])
    assert ids == {b"b": 7, b"c": (6, 8), b"d": 9}


def test_one_of_the_numbers_of_an_id_is_left_out() -> None:
    ids = WaitingIds()
    ids.put_others(b"a", (2, 7), 2)
    ids.put_others(b"b", (1, 2, 3), 2)
    ids.put_others(b"c", 2, 2)
    assert ids == {b"a": 7, b"b": (1, 3)}
