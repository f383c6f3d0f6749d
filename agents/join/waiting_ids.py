"""The ids of the predictions that are in memory, and where in the log these are."""

from collections.abc import Iterable, Mapping

Found = Mapping[bytes, tuple[int, ...]]
"""Numbers of predictions on disk, of ids that were looked up."""


class WaitingIds(dict[bytes, int | tuple[int, ...]]):
    """Numbers of predictions in memory; of ids that several model versions scored, all of them.

    It is a dictionary, for it is asked for every record.
    """

    __slots__ = ()

    def put(self, name: bytes, numbers: tuple[int, ...]) -> None:
        """Take the numbers of an id, at least one, in place of those before."""
        self[name] = numbers if len(numbers) > 1 else numbers[0]

    def put_others(self, name: bytes, numbers: int | tuple[int, ...], number: int) -> None:
        """Take those of the numbers of an id, which is not there, that are not some one."""
        rest = tuple(other for other in all_of(numbers) if other != number)
        if rest:
            self.put(name, rest)

    def forget_before(self, first: int, ids: Iterable[bytes]) -> None:
        """Forget the numbers before some one, which are of these ids."""
        take = self.pop
        for name in ids:
            numbers = take(name, None)
            if type(numbers) is int and numbers < first:
                continue
            rest = tuple(number for number in all_of(numbers) if number >= first)
            if rest:
                self.put(name, rest)


def all_of(numbers: int | tuple[int, ...] | None) -> tuple[int, ...]:
    """Return the numbers of an id as it has them; none where it is not there."""
    if numbers is None:
        return ()
    return numbers if isinstance(numbers, tuple) else (numbers,)
