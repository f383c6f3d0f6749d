"""Why records were refused, by topic and reason, and what the present settings make of them."""

from dataclasses import dataclass, field
from typing import Any, Final

from app.dead_letters.judge import EXPECTED, Judge, Verdict
from app.dead_letters.letter import Letter
from app.dead_letters.scan import without_content
from schemas.events.invalid import Reason

MOST_EXAMPLES: Final = 3


@dataclass(slots=True)
class Explanation:
    """Letters of one topic that were refused for one reason.

    Attributes
    ----------
    topic, reason
        Of the letters.
    expected
        What the reason found missing.
    letters
        How many were judged.
    accepted, refused, unknown
        How many of them would be taken now, would not, and of how many it cannot be told.
    examples
        Some of them, with what would become of each; those that would still be refused first.
    """

    topic: str
    reason: str
    expected: str
    letters: int = 0
    accepted: int = 0
    refused: int = 0
    unknown: int = 0
    examples: list[tuple[Letter, Verdict]] = field(default_factory=list)

    def add(self, letter: Letter, verdict: Verdict) -> None:
        """Count a letter; those with the same fault are one example."""
        self.letters += 1
        self.accepted += verdict.accepted is True
        self.refused += verdict.accepted is False
        self.unknown += verdict.accepted is None
        known = {(each.detail, said.detail) for each, said in self.examples}
        if (letter.detail, verdict.detail) not in known:
            self.examples.append((without_content(letter), verdict))
            self.examples.sort(key=lambda each: each[1].accepted is True)
            del self.examples[MOST_EXAMPLES:]

    def document(self) -> dict[str, Any]:
        """Return what JSON says of it."""
        return {
            "topic": self.topic,
            "reason": self.reason,
            "expected": self.expected,
            "letters": self.letters,
            "accepted_now": self.accepted,
            "refused_now": self.refused,
            "unknown": self.unknown,
            "examples": [
                {
                    "id": letter.id,
                    "partition": letter.partition,
                    "offset": letter.offset,
                    "found": letter.detail,
                    "now": verdict.document(),
                }
                for letter, verdict in self.examples
            ],
        }


class Explainer:
    """Judges letters one after the other, and keeps what is to be said of them.

    Parameters
    ----------
    judge
        Knows the present settings.
    """

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._found: dict[tuple[str, str], Explanation] = {}

    def take(self, letter: Letter) -> None:
        """Judge a letter."""
        place = (letter.topic, letter.reason)
        explanation = self._found.get(place)
        if explanation is None:
            known = letter.reason in set(Reason)
            expected = EXPECTED[Reason(letter.reason)] if known else "unknown to this version"
            explanation = self._found[place] = Explanation(*place, expected)
        explanation.add(letter, self._judge.judge(letter))

    def explanations(self) -> list[Explanation]:
        """Return what is to be said of each topic and reason, in order."""
        return [self._found[place] for place in sorted(self._found)]
