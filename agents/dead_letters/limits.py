"""How many of a partition's records were refused, in a row and of the latest, and when to stop."""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from schemas.events.invalid import Reason


@dataclass(frozen=True, slots=True)
class RefusalLimits:
    """What a worker bears of one partition; it stops above.

    Attributes
    ----------
    max_run
        Records refused one after the other; None for no limit.
    max_ratio
        Share of the latest records that were refused, from 0 to 1; None for no limit.
    window
        How many records are the latest.
    min_records
        Records read before the ratio counts.
    """

    max_run: int | None = 1000
    max_ratio: float | None = 0.5
    window: int = 10_000
    min_records: int = 1000

    @property
    def telling(self) -> int:
        """How many records in a row, if all are refused, tell all that more of them would."""
        return self.window + (self.max_run or 0) + 1


class Refused(NamedTuple):
    """A refused record: how many were read before it, its offset, and why."""

    number: int
    offset: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Excess:
    """More refusals than are borne.

    Attributes
    ----------
    limit
        Which one was passed.
    refused, records
        The refused records of the stretch, and how many it has in all.
    first, last
        Offsets of the first and the last refused record of the stretch.
    reasons
        How often each reason was given.
    """

    limit: Literal["max_run", "max_ratio"]
    refused: int
    records: int
    first: int
    last: int
    reasons: Mapping[Reason, int]


class Refusals:
    """The count of one partition.

    A function of the records alone: however they are cut into batches, it says the same. Records
    that come again, as after a rebalance, are taken back first; where the first of them was not a
    refused one, the count begins anew.

    Parameters
    ----------
    limits
        What is borne.
    """

    def __init__(self, limits: RefusalLimits) -> None:
        self._limits = limits
        self._read = 0
        self._last_offset = -1
        self._run = 0
        self._latest: deque[Refused] = deque()

    def take(self, offsets: Sequence[int], refused: Mapping[int, Reason]) -> Excess | None:
        """Count a batch; return what was too much, at the first record where it was.

        Parameters
        ----------
        offsets
            Of all its records, in order, at least one.
        refused
            Offsets of those that were refused, and why.
        """
        if offsets[0] <= self._last_offset:
            self._go_back(offsets[0])
        self._last_offset = offsets[-1]
        if not refused:
            self._read += len(offsets)
            self._run = 0
            self._forget()
            return None
        for offset in offsets:
            self._read += 1
            reason = refused.get(offset)
            if reason is None:
                self._run = 0
                continue
            self._run += 1
            self._latest.append(Refused(self._read, offset, reason))
            self._forget()
            excess = self._excess()
            if excess is not None:
                return excess
        return None

    @property
    def used(self) -> float:
        """How much of the limits is used up, from 0 to 1; of the one that is nearer."""
        limits = self._limits
        run = self._run / limits.max_run if limits.max_run else 0.0
        ratio = 0.0
        if limits.max_ratio and self._sample >= limits.min_records:
            ratio = self._refused / self._sample / limits.max_ratio
        return min(max(run, ratio), 1.0)

    @property
    def stretch(self) -> int | None:
        """Offset of the first record of what may become too much; None where nothing may.

        That is the present run, or, where the ratio is beyond its limit though too few records were
        read for it to count, the first refused record of the latest.
        """
        limits = self._limits
        if limits.max_ratio is not None and self._refused > limits.max_ratio * self._sample:
            return self._latest[-self._refused].offset
        return self._latest[-min(self._run, len(self._latest))].offset if self._run else None

    @property
    def _sample(self) -> int:
        return min(self._read, self._limits.window)

    @property
    def _refused(self) -> int:
        """How many of the sample were refused: beyond it only a run is kept, without a gap."""
        return min(len(self._latest), self._sample)

    def _go_back(self, offset: int) -> None:
        """Take back what was counted from an offset on: its records come again."""
        first: Refused | None = None
        while self._latest and self._latest[-1].offset >= offset:
            first = self._latest.pop()
        if first is None or first.offset != offset:
            # How many were read before a record that was taken is not known.
            self._latest.clear()
            self._read = self._run = 0
            return
        self._read = first.number - 1
        self._run = 0
        for each in reversed(self._latest):
            if each.number != self._read - self._run:
                break
            self._run += 1

    def _forget(self) -> None:
        # Of a run that may become too long all records are kept: an excess tells where it began.
        run = self._run if self._limits.max_run is not None else 0
        oldest = self._read - max(self._limits.window, run)
        while self._latest and self._latest[0].number <= oldest:
            self._latest.popleft()

    def _excess(self) -> Excess | None:
        limits, sample = self._limits, self._sample
        if limits.max_run is not None and self._run > limits.max_run:
            return _excess("max_run", list(self._latest)[-self._run :], self._run)
        if limits.max_ratio is None or sample < limits.min_records:
            return None
        if self._refused > limits.max_ratio * sample:
            return _excess("max_ratio", list(self._latest)[-self._refused :], sample)
        return None


def _excess(
    limit: Literal["max_run", "max_ratio"], refused: Sequence[Refused], records: int
) -> Excess:
    return Excess(
        limit=limit,
        refused=len(refused),
        records=records,
        first=refused[0].offset,
        last=refused[-1].offset,
        reasons=Counter(each.reason for each in refused),
    )
