"""Waiting for what is on its way."""

from itertools import count

from app.demo.stillness import until_done_or_still


async def test_what_moves_is_waited_for_and_what_is_still_is_given_up() -> None:
    seconds = count()  # the clock: a second passes whenever it is read
    moves = iter([0, 1, 2, 3, *[4] * 100])

    await until_done_or_still(
        lambda: False, lambda: next(moves), seconds=4.0, clock=lambda: float(next(seconds))
    )

    # Four seconds after the last move, and not after the first look.
    assert 8 < next(seconds) < 20


async def test_what_is_done_is_not_waited_for() -> None:
    await until_done_or_still(lambda: True, lambda: 0, seconds=1e9)
