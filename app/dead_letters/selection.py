"""Which dead letters are meant."""

from dataclasses import dataclass, field

from app.dead_letters.letter import Letter


@dataclass(frozen=True, slots=True)
class Selection:
    """Filters; all of them must hold.

    Attributes
    ----------
    ids
        Letters by their ids; empty for any.
    topics, reasons
        Source topics by their full names, and reasons; empty for any.
    partition
        Of the source topic; None for any.
    since, until
        When the record was refused, milliseconds since the epoch: from the first, before the
        second; None for no bound.
    """

    ids: frozenset[str] = field(default_factory=frozenset)
    topics: frozenset[str] = field(default_factory=frozenset)
    reasons: frozenset[str] = field(default_factory=frozenset)
    partition: int | None = None
    since: int | None = None
    until: int | None = None

    def takes(self, letter: Letter) -> bool:
        """Tell whether a letter is meant."""
        return (
            (not self.ids or letter.id in self.ids)
            and (not self.topics or letter.topic in self.topics)
            and (not self.reasons or letter.reason in self.reasons)
            and (self.partition is None or letter.partition == self.partition)
            and (self.since is None or letter.refused_at >= self.since)
            and (self.until is None or letter.refused_at < self.until)
        )
