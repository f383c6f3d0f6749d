"""What a run of the demo came to."""

from dataclasses import dataclass
from typing import Any

from app.demo.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a run.

    Attributes
    ----------
    ledger
        Every alert, judged, and the retrain requests.
    events
        Predictions and labels sent.
    seconds
        How long they were sent for.
    complete
        Whether the whole story was told: False where it was interrupted.
    """

    ledger: Ledger
    events: int
    seconds: float
    complete: bool

    @property
    def passed(self) -> bool:
        """Whether each drift was found, nothing else was, and a retraining was asked for."""
        return self.complete and self.ledger.passed

    @property
    def events_per_second(self) -> float:
        """Rate of the traffic."""
        return self.events / self.seconds if self.seconds else 0.0

    def document(self) -> dict[str, Any]:
        """Return the report as JSON has it."""
        ledger = self.ledger
        return {
            "passed": self.passed,
            "complete": self.complete,
            "events": self.events,
            "alerts": [one.document() for one in ledger.found],
            "repeated_alerts": sum(one.repeated for one in ledger.judged),
            "false_alerts": [one.document() for one in ledger.false],
            "missed": ledger.missed,
            "retrain_requests": [
                {
                    "request_id": request.request_id,
                    "trigger": str(request.trigger),
                    "features": request.features,
                    "delay_seconds": None if delay is None else round(delay, 3),
                }
                for request, delay in ledger.requests
            ],
            "events_per_second": round(self.events_per_second, 1),
        }

    def sentence(self) -> str:
        """Return the verdict for people."""
        ledger = self.ledger
        if not self.complete:
            return "Interrupted before the end of the story: no verdict."
        if self.passed:
            slowest = max(one.delay_events or 0 for one in ledger.found)
            return (
                f"Every drift was found, the slowest after {slowest} rows; no false alarm; "
                f"a retraining was asked for."
            )
        faults = []
        if ledger.missed:
            faults.append(f"missed: {', '.join(ledger.missed)}")
        if ledger.false:
            names = (one.alert.subject for one in ledger.false)
            faults.append(f"false alarms: {', '.join(names)}")
        if not ledger.requests:
            faults.append("no retraining was asked for")
        return f"Not as it should be: {'; '.join(faults) or 'an alert could not be judged'}."
