"""One pass over the dead-letter topic."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from app.dead_letters.letter import Letter, StrangeLetter, read_letter, replayed_letter
from app.dead_letters.selection import Selection
from app.kafka.whole_topic import WholeTopic


@dataclass(slots=True)
class Scan:
    """What the dead-letter topic holds, of what was asked for.

    Attributes
    ----------
    letters
        The selected ones by their ids, in the order in which they were written, at most as many as
        the limit; a letter that was written several times, as after a restart, is one.
    matching
        How many are selected in all.
    copies
        Further letters about the same records.
    by_reason
        How many are selected, by source topic and reason.
    replayed
        Ids of letters that were replayed, selected or not.
    strange
        Records of the topic that are no letters.
    """

    letters: dict[str, Letter] = field(default_factory=dict)
    matching: int = 0
    copies: int = 0
    by_reason: Counter[tuple[str, str]] = field(default_factory=Counter)
    replayed: set[str] = field(default_factory=set)
    strange: int = 0

    def document(self, letter: Letter) -> dict[str, Any]:
        """Return what JSON says of one letter."""
        return letter.document() | {"replayed": letter.id in self.replayed}


async def scan(
    reader: WholeTopic,
    selection: Selection,
    *,
    limit: int | None = None,
    newest: bool = True,
    keep: Callable[[Letter], Letter] | None = None,
    see: Callable[[Letter], object] | None = None,
) -> Scan:
    """Read the dead letters that there are by now.

    Parameters
    ----------
    reader
        Of the dead-letter topic.
    selection
        Which letters are wanted.
    limit
        Most letters kept; None for all.
    newest
        Which of them: the newest, or the oldest.
    keep
        What is kept of each, such as `without_content`; all of it by default.
    see
        Gets each selected letter once, whole, be it kept or not.

    Notes
    -----
    All of the topic is read, from `Selection.since` on: what was replayed stands after the letters.
    """
    found = Scan()
    seen: set[str] = set()
    async for record in reader.records(since=selection.since):
        identity = replayed_letter(record)
        if identity is not None:
            found.replayed.add(identity)
            continue
        try:
            letter = read_letter(record)
        except StrangeLetter:
            found.strange += 1
            continue
        if not selection.takes(letter):
            continue
        if letter.id in seen:
            found.copies += 1
            continue
        seen.add(letter.id)
        found.matching += 1
        found.by_reason[letter.topic, letter.reason] += 1
        if see is not None:
            see(letter)
        if limit is not None and len(found.letters) >= limit:
            if not newest:
                continue
            del found.letters[next(iter(found.letters))]
        found.letters[letter.id] = letter if keep is None else keep(letter)
    return found


def without_content(letter: Letter) -> Letter:
    """Return a letter without the bytes of its record."""
    return replace(letter, key=None, value=None, headers=[])
