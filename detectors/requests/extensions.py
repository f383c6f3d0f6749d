"""Who has taken requests on, and when, for requests that are made only after that is known."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

MOST_EXTENSIONS: Final = 100
"""Extensions of a model that are remembered, the latest to come."""


class Extensions:
    """The extensions of one model's requests, in the order in which they came.

    Alerts and model events come by two topics, in no order between them: after a kill an extension
    is taken again before the alert whose request it is about.

    Examples
    --------
    >>> extensions = Extensions()
    >>> extensions.note(7000, None)
    >>> extensions.note(8000, "b")
    >>> list(extensions.about("a", 6000)), list(extensions.about("a", 7500))
    ([7000], [])
    >>> list(extensions.about("b", 7500))
    [8000]
    """

    def __init__(self) -> None:
        self._known: deque[tuple[int, str]] = deque(maxlen=MOST_EXTENSIONS)

    def note(self, time: int, asked: str | None) -> None:
        """Remember an extension by its time, and the request that it names, None for none."""
        self._known.append((time, asked or ""))

    def about(self, request_id: str, requested_at: int) -> Iterator[int]:
        """Yield the times of those that name a request, or none and are not from before it."""
        for time, asked in self._known:
            if asked == request_id if asked else requested_at <= time:
                yield time

    def state(self) -> list[list[int | str]]:
        """Return the whole state."""
        return [[time, asked] for time, asked in self._known]

    def restore(self, state: Iterable[tuple[int, str]]) -> None:
        """Take over a state."""
        self._known.extend((time, asked) for time, asked in state)
