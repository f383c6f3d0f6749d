"""Summary of a play: what was sent, and what was left out, and why."""

from dataclasses import dataclass, field
from typing import Any

from app.play.events import Tally
from app.play.files.line import BadRow


@dataclass(slots=True)
class Reason:
    """Rows that could not be played for one reason: how many, and the first of them."""

    count: int
    first: BadRow


@dataclass(slots=True)
class Summary:
    """What was played.

    Attributes
    ----------
    rows, labels
        Predictions and labels sent and acknowledged.
    reasons
        Rows that could not be played, by reason.
    tally
        What was met while events were made.
    seconds
        From the first row to the last acknowledgement.
    """

    rows: int = 0
    labels: int = 0
    reasons: dict[str, Reason] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    seconds: float = 0.0

    def refuse(self, row: BadRow) -> None:
        """Count a row that cannot be played."""
        known = self.reasons.get(row.reason)
        if known is None:
            self.reasons[row.reason] = Reason(1, row)
        else:
            known.count += 1

    @property
    def bad_rows(self) -> int:
        """Rows that could not be played."""
        return sum(reason.count for reason in self.reasons.values())

    @property
    def unlike(self) -> int:
        """Values that are not of their column's kind, and were sent as text."""
        return sum(unlike.count for unlike in self.tally.unlike.values())

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds if self.seconds else 0.0

    def document(self) -> dict[str, Any]:
        """Return the summary as JSON has it."""
        return {
            "rows": self.rows,
            "labels": self.labels,
            "bad_rows": self.bad_rows,
            "bad_rows_by_reason": [
                {
                    "reason": reason,
                    "rows": found.count,
                    "first_line": found.first.line,
                    "found": found.first.found or None,
                }
                for reason, found in self.reasons.items()
            ],
            "values_unlike_their_column": self.unlike,
            "unlike_by_column": {
                name: {
                    "values": found.count,
                    "first_line": found.first.line,
                    "first": found.first.text,
                }
                for name, found in self.tally.unlike.items()
            },
            "rows_without_id": self.tally.numbered,
            "seconds": round(self.seconds, 3),
            "rows_per_second": round(self.rate, 1),
        }

    def words(self, *, sent: bool) -> list[str]:
        """Return the summary as lines for people."""
        parts = [f"{self.rows:,} predictions and {self.labels:,} labels"]
        if sent:
            parts.append(f"{self.seconds:.1f} s, {self.rate:,.0f} rows/s")
        else:
            parts[0] += " would be sent"
        lines = ["; ".join(parts)]
        if self.bad_rows:
            lines.append(f"{self.bad_rows:,} rows left out:")
        lines += [
            f"  {found.count:,} {_rows(found.count)}: {reason}; the first is {_at(found.first)}"
            for reason, found in self.reasons.items()
        ]
        lines += [
            f"column {name}: {found.count:,} values unlike the others, sent as text where they are "
            f"features; the first is {found.first.text[:80]!r} in line {found.first.line}"
            for name, found in self.tally.unlike.items()
        ]
        if self.tally.numbered:
            lines.append(f"{self.tally.numbered:,} rows have no id, and got one by their number")
        return lines


def _rows(count: int) -> str:
    return "row" if count == 1 else "rows"


def _at(row: BadRow) -> str:
    return f"line {row.line}" + (f": {row.found}" if row.found else "")
