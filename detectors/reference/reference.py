"""The reference window of one column: what its values looked like, and where new ones fall."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.algorithms import rank_bets
from detectors.algorithms.multinomial import log_ratios
from detectors.algorithms.value_faults import Fault, fault_of, find
from detectors.arrays.addresses import address_of
from detectors.arrays.column import Numbers, as_column
from detectors.reference.bins import OUTER, NumberBins
from detectors.reference.burn_in import BurnIn, burn_in_size
from detectors.reference.category_bins import CategoryBins
from detectors.reference.category_choice import settled, standings
from detectors.reference.category_numbers import CategoryNumbers
from detectors.reference.column_block import (
    AGAIN_AT,
    AGAIN_SIZE,
    COUNT,
    ELSEWHERE,
    HELD,
    NARROW,
    READY,
    RECENT,
    SAMPLED,
    SEED,
    SKIP,
    SQUARES,
    STRIDE,
    UNWATCHED,
    WATCHED,
    WIDE,
    ColumnBlock,
)
from detectors.reference.dependence import MOST_STRIDE
from detectors.reference.early_ranks import Step
from detectors.reference.first_values import FirstValues
from detectors.reference.latest_faults import staying, unseen_among
from detectors.reference.latest_values import (
    earlier,
    held,
    ranked,
    ready_for,
    recent,
    recent_rows,
    take,
    with_rows,
)
from detectors.reference.moments import with_values
from detectors.reference.ranks import absorb_ranks, expected_ranks
from detectors.reference.remedy import UNSURE, Remedy, settled_sample
from detectors.reference.residuals import (
    DOUBT,
    LEVELS,
    LEVELS_AT,
    LOG,
    MEMORY,
    PART,
    SECOND,
    keep_residuals,
    kept_part,
    levels_of,
    residuals_of,
    restored_part,
    tallies_of,
)
from detectors.reference.season import SLOTS
from detectors.reference.season_slots import SeasonSlots
from detectors.reference.second_sample import SecondSample
from detectors.reference.stored_reference import judged_in
from detectors.reference.whitening import Whitening, is_coarse
from detectors.reference.window import ReferenceWindow
from detectors.snapshots.tree import State

VALUES_TO_A_BIN: Final = 8
"""Values of a thinned burn-in to a bin, at least."""

FEWEST_BINS: Final = 4
"""Bins of a thinned burn-in, at least."""

SLOT_SHARE: Final = 0.02
"""Share of the values from which on a category may have a slot."""

STILL: Final = 0.35
"""Share of values that are the one before from which on it is no wonder that one stays."""

Integers = NDArray[np.int64]

_NO_COUNTS: Final = np.empty(0, dtype=np.int64)


class Reference:
    """The values of one column since its reference began.

    The first ``burn_in`` values choose the bins, of categories the first half of them, and the
    other half is counted; from then on each value gets its randomised rank among all that are
    counted and joins them. Where values depend on those before them, their residuals are ranked
    (`detectors.reference.residuals`), or only every ``stride``-th value; a second sample of numbers
    is taken meanwhile, by which that is chosen anew.

    Parameters
    ----------
    burn_in
        Values before the first rank, at least 2.
    bins
        Bins of the reference, at least 4.
    categorical
        Whether the values are categories, as `categories` gives them.
    seed
        Seed of the ranks' random parts.
    finds_faults
        Whether a value that stays, or values never seen before, are faults.

    Attributes
    ----------
    block
        Where its numbers are, and those of the detectors; another one where parts have grown.
    categories
        What stands for categories; None for numbers.
    independent
        Whether the values that are judged are nearly independent.
    """

    __slots__ = (
        "_bins",
        "_burn_in",
        "_category_bins",
        "_category_counts",
        "_readiness",
        "_renewals",
        "_sample",
        "_second",
        "_seed",
        "block",
        "categories",
        "independent",
    )

    def __init__(
        self, *, burn_in: int, bins: int, categorical: bool, seed: int, finds_faults: bool = True
    ) -> None:
        self._readiness = WATCHED if finds_faults else UNWATCHED
        self._burn_in = burn_in
        self._bins = bins
        self.categories = CategoryNumbers() if categorical else None
        self._second: SecondSample | None = None
        self._seed = seed
        self._category_bins: CategoryBins | None = None
        self._category_counts = _NO_COUNTS
        self.independent = True
        # With the room that most columns need in the end, so that none of them leaves a hole.
        edges = 0 if categorical else bins - 1
        self.block = ColumnBlock(size=bins, edges=edges, latest=RECENT)
        self._sow(0)
        self.block.words[STRIDE] = 1
        self.block.autocorrelation = None
        self.block.range[:] = np.nan
        self._sample: BurnIn | None = BurnIn()

    @property
    def ready(self) -> bool:
        """Whether the burn-in is complete."""
        return self._sample is None

    @property
    def began(self) -> int | None:
        """The row of the first value of its burn-in; None where there is none yet, or no more."""
        rows = _NO_COUNTS if self._sample is None else self._sample.rows(self.block)
        return int(rows[0]) if len(rows) else None

    @property
    def count(self) -> int:
        """How many values it holds."""
        return earlier(self.block)[0] + held(self.block)

    @property
    def mean(self) -> float:
        """Mean of its values; 0 while it holds none."""
        return with_values(*earlier(self.block), recent(self.block))[1]

    @property
    def missing(self) -> int:
        """How many values the burn-in still needs."""
        return 0 if self.ready else self._burn_in - burn_in_size(self.block)

    @property
    def sampled(self) -> Numbers:
        """The values of the burn-in so far; none once it is complete."""
        return np.empty(0) if self._sample is None else self._sample.values(self.block)

    @property
    def until_look(self) -> int | None:
        """How many values the second sample still needs until it is looked at; None without one."""
        return None if self._second is None else self._second.missing(self.block)

    @property
    def until_turn(self) -> int | None:
        """How many values a kernel takes before it has to leave one to others; None for any."""
        if self.ready:
            return None if self._second is None else self._second.missing(self.block) - 1
        return self.missing - 1 if burn_in_size(self.block) else 0

    @property
    def stride(self) -> int:
        """One in so many values is judged."""
        return int(self.block.words[STRIDE])

    @property
    def is_filtered(self) -> bool:
        """Whether residuals are judged in place of values."""
        return len(self.block.apart) > 0

    @property
    def _family(self) -> str:
        """What the state of a filter is kept as."""
        if self.block.apart[DOUBT]:
            return "heavy"
        return "cyclic" if self.is_cyclic else "whitened"

    @property
    def is_cyclic(self) -> bool:
        """Whether these are what a cycle of so many values leaves."""
        return self.is_filtered and bool(self.block.apart[SECOND])

    @property
    def goes_by_factors(self) -> bool:
        """Whether these are residuals of the logarithms."""
        return self.is_filtered and bool(self.block.apart[LOG])

    @property
    def autocorrelation(self) -> float | None:
        """Lag-1 autocorrelation of the burn-in; None for a constant."""
        return self.block.autocorrelation

    def burn(self, values: Numbers, rows: Integers) -> tuple[int, Step | None]:
        """Take values into the burn-in up to the first change; return how many, and the change.

        Parameters
        ----------
        values, rows
            At most ``missing`` values and the numbers of their rows, shape ``(n,)`` each.
        """
        if self._sample is None:
            raise RuntimeError("the burn-in is complete")
        self._sample.add(self.block, values, rows, self._burn_in)
        step = self._sample.judge(self.block, rows)
        if step is not None:
            self._cut(self._sample, step)
            return step.at + 1, step
        if self.missing <= 0:
            sample, taken = self._sample.values(self.block), self._sample.rows(self.block)
            begin, remedy = self._remedy(
                sample, MOST_STRIDE if self.categories is not None else UNSURE
            )
            self._found(sample[begin:], taken[begin:], remedy)
            if (begin or remedy.is_needed) and self.categories is None:
                self._second = SecondSample(self._burn_in)
            # The ranks of what comes now are taken in bins, perhaps of residuals.
            rank_bets.begin(self.block.bets)
            self.block.look[:] = 0.0
        return len(values), None

    def burn_in_with(self, values: Numbers, rows: Integers) -> FirstValues:
        """Return the values of the burn-in, and the next ones, which are still to be taken."""
        if self._sample is None:
            raise RuntimeError("the burn-in is complete")
        known, known_rows = self._sample.values(self.block), self._sample.rows(self.block)
        categories, names = self.categories, {}
        if categories is not None:
            names = dict(zip(categories.keys.tolist(), categories.names, strict=True))
        whole = np.concatenate([known, values])
        return FirstValues(whole, np.concatenate([known_rows, rows]), names)

    def begin_with(
        self, sample: Numbers, rows: Integers, spacing: tuple[int, bool], like: "Reference"
    ) -> None:
        """Begin with values from outside, in no order, in place of a burn-in.

        Parameters
        ----------
        sample, rows
            Shape ``(n,)``: the values, of categories their keys, and numbers that precede those of
            the rows to come.
        spacing
            One in so many of the values to come is judged, and whether these are independent.
        like
            The reference that the values to come have by themselves.
        """
        plain = Remedy(None, 1, independent=True, correlation=like.autocorrelation)
        self._found(sample, rows, plain)
        self.block = with_rows(self.block)
        self.block.words[STRIDE], self.independent = spacing
        if like.until_look is not None:
            self._second = SecondSample(self._burn_in)

    def commonest(self) -> list[str]:
        """Return the categories that have slots by the values that it holds: the most frequent."""
        categories = self.categories
        if categories is None:
            return []
        counts = self._category_counts[categories.unnamed :]
        order = np.argsort(-counts, kind="stable")[:SLOTS]
        often = order[counts[order] >= max(SLOT_SHARE * self._category_counts.sum(), 2.0)]
        return [categories.names[categories.unnamed + at] for at in often.tolist()]

    def stand(self, slots: SeasonSlots) -> None:
        """Write what stands for the slots of its season's categories."""
        if self.categories is not None:
            slots.stand(self.categories, self.block.season)
            if self._category_bins is not None:
                self._category_bins.extend(self.categories)

    def judged(self, count: int) -> slice:
        """Return which of the next ``count`` values are judged."""
        return slice(self._skip, count, self.stride)

    def passed(self, values: Numbers, rows: Integers) -> bool:
        """Take note of values that have gone by, judged or not, at most `until_look`.

        Returns
        -------
        bool
            Whether the reference has begun anew by a second sample.
        """
        self._skip = (self._skip - len(values)) % self.stride
        return self._second is not None and self._look(self._second, values, rows)

    def fault(self, values: Numbers, bins: Integers) -> Fault | None:
        """Return the first fault that values show, by their bins, which are not ranked yet."""
        if self._readiness == UNWATCHED:
            return None
        counts = self.block.counts.astype(np.int64)
        bin_of, first_new = _NO_COUNTS, len(counts)
        if self._category_bins is not None:
            bin_of, first_new = self._category_bins.bin_of, self._category_bins.first_unseen
        return fault_of(
            find(as_column(values), bins, recent(self.block), bin_of, counts, first_new)
        )

    def stay(self, latest: int) -> Fault | None:
        """Return that the latest values, 1 to `RECENT` of them, are one that stays; else None.

        Of a change that was found by other means, so that fewer of them tell.
        """
        values = recent(self.block)[-latest:]
        if self._readiness == UNWATCHED or (values != values[0]).any():
            return None
        counts = self.block.counts
        (own,) = self._binning.of(ranked(self.block)[-latest:][:1]).tolist()
        if self._category_bins is not None and own >= self._category_bins.first_unseen:
            return None
        return staying(latest, own, counts)

    def unseen(self, latest: int) -> Fault | None:
        """Return that the latest values, 1 to `RECENT`, differ by values never seen; else None.

        Of a change that was found by other means, so that fewer of them tell: more than what has
        become of the shares of the others.
        """
        if self._readiness == UNWATCHED or self._category_bins is None:
            return None
        counts = self.block.counts.astype(np.int64)
        bins = self._binning.of(recent(self.block)[-latest:])
        return unseen_among(latest, bins, counts, self._category_bins.first_unseen)

    def bins(self, values: Numbers) -> Integers:
        """Return the bins of values or their residuals, shape ``(n,)``, to be judged next."""
        if self.count + len(values) >= NARROW and not self.block.length(WIDE):
            self.block = self.block.resized(wide=1)
        if self.categories is not None and self._category_bins is not None:
            self._category_bins.extend(self.categories)
        return self._binning.of(self._residuals(values)[0])

    def ranks(self, bins: Integers) -> Numbers:
        """Return the ranks of values by their bins, shape ``(n,)``, and count them there."""
        return absorb_ranks(bins, self.block.counts, int(self._sown))

    def absorb(self, values: Numbers, rows: Integers) -> None:
        """Take values and their row numbers, shape ``(n,)``, into the moments and the latest."""
        if len(values) == 0:
            return
        self.block = ready_for(rows, self.block)
        values = as_column(values)
        if len(self.block.apart):
            residuals, after = self._residuals(values)
            keep_residuals(values, residuals, after, self.block.apart, held(self.block))
        take(values, rows, self.block)
        if self.categories is not None:
            self._category_counts = _added(self._category_counts, values)

    def withdraw(self, values: Numbers) -> None:
        """Take values that were ranked, and come after those absorbed, out of the bins again."""
        counts, bins = self.block.counts, self._binning.of(self._residuals(values)[0])
        counts[:] = counts - np.bincount(bins, minlength=len(counts))

    @property
    def _skip(self) -> int:
        """How many values are passed over before the next one is judged."""
        return int(self.block.tally[SKIP])

    @_skip.setter
    def _skip(self, values: int) -> None:
        self.block.tally[SKIP] = values

    def _residuals(self, values: Numbers) -> tuple[Numbers, Numbers]:
        """Return the residuals of the next values, or these, and the memory after them."""
        apart = self.block.apart
        if len(apart) == 0:
            return values, apart
        residuals, after = np.empty(len(values)), np.empty(MEMORY)
        residuals_of(as_column(values), apart, self._sown, residuals, after)
        return residuals, after

    def pin(self, coming: int = 0) -> None:
        """Write into the block where the rest lies, until something other than a kernel changes.

        Parameters
        ----------
        coming
            Values for which a sample is to have room, if it may have so many.
        """
        if self._second is not None:
            self._second.tell(self.block, coming)
        if self._sample is not None:
            self._sample.tell(self.block, self._burn_in, coming)
        elif self._category_bins is not None:
            arrays = self._category_bins.bin_of, self._category_counts
            self.block.words[ELSEWHERE] = *map(address_of, arrays), *map(len, arrays)

    def latest(self, most: int) -> tuple[Numbers, Integers]:
        """Return the latest values and their row numbers, at most ``most`` and `RECENT`."""
        return recent(self.block)[-most:].copy(), recent_rows(self.block)[-most:].copy()

    def latest_ranks(self, most: int, *, fold: bool) -> Numbers:
        """Return the expected ranks of the latest values, at most ``most``, among all values.

        Parameters
        ----------
        most
            At least 1; no more than `RECENT` are kept.
        fold
            Whether the folded ranks are wanted.
        """
        return expected_ranks(
            self._binning.of(ranked(self.block)[-most:]), self.block.counts, fold=fold
        )

    def latest_ratios(self, after: int) -> Numbers:
        """Return how much likelier a change has made the bins of the latest `RECENT` values.

        Parameters
        ----------
        after
            How many of them are known to have come after it, at least 1.

        Returns
        -------
        Numbers
            Log-likelihood ratios, shape ``(n,)``.
        """
        return log_ratios(self._binning.of(ranked(self.block)), self.block.counts, after)

    def without(self, latest: int) -> "ReferenceWindow":
        """Return what the reference was before its latest values came, 1 to `RECENT` of them."""
        values, apart = recent(self.block)[-latest:], self.block.apart
        counts, bins = self.block.counts, self._binning.of(values)
        if len(apart):  # figures are of the values
            counts, bins = tallies_of(apart), NumberBins(levels_of(apart)).of(values)
        counts = counts - np.bincount(bins, minlength=len(counts))
        count, mean, squares = with_values(*earlier(self.block), recent(self.block)[:-latest])
        return ReferenceWindow(
            count=count,
            mean=mean,
            squares=squares,
            counts=counts,
            edges=self._edges(),
            category_counts=self._category_counts - _added(0 * self._category_counts, values)
            if self.categories is not None
            else self._category_counts,
        )

    def state(self) -> State:
        """Return the whole state."""
        block, sample, second = self.block, self._sample, self._second
        state: State = {
            "target": self._burn_in,
            "sampled_again": False,
            "sample": np.empty(0) if sample is None else sample.values(block).copy(),
            "sample_rows": _NO_COUNTS if sample is None else sample.rows(block).copy(),
            "skip": self._skip,
            "stride": self.stride,
            "independent": self.independent,
            "categories": None if self.categories is None else self.categories.state(),
            "binning": self._binning.state() if self.ready else None,
            "counts": block.counts.astype(np.int64) if self.ready else _NO_COUNTS,
            "range": block.range.copy(),
            "category_counts": self._category_counts.copy(),
            "recent": recent(self.block).copy(),
            "recent_rows": recent_rows(self.block).copy(),
            "earlier": list(earlier(self.block)),
            "autocorrelation": self.autocorrelation,
        }
        if second is not None or self._renewals or len(block.apart):
            state["dependent"] = {
                "renewals": self._renewals,
                "second": None if second is None else second.values(block),
                "second_rows": None if second is None else second.rows(block),
                "watched": self._readiness == WATCHED,
                "apart": kept_part(block.apart) if len(block.apart) else np.empty(0),
            }
        if len(block.apart):
            # A release that knows no residuals would judge values by their bins, and one that
            # knows no cycles, or no doubt, by other residuals: for it, the burn-in begins anew.
            fresh = Reference(
                burn_in=self._burn_in, bins=self._bins, categorical=False, seed=self._seed
            ).state()
            state = fresh | {self._family: state}
        return state

    def restore(self, state: State) -> None:
        """Take over a state of a new reference with the same options."""
        state = judged_in(state)
        # An earlier release may have judged fewer.
        stride = min(state["stride"], MOST_STRIDE)
        self.independent = state["independent"] and stride == state["stride"]
        self.block.words[STRIDE] = stride
        dependent = state.get("dependent")
        if dependent is not None:
            self._readiness = WATCHED if dependent["watched"] else UNWATCHED
            self._sow(dependent["renewals"])
        if self.categories is not None:
            self.categories.restore(state["categories"])
        if state["binning"] is not None:
            family = NumberBins if self.categories is None else CategoryBins
            self._begin(family.restored(state["binning"]), state["counts"])
        elif self._sample is not None:
            # An earlier release may have taken more than one burn-in.
            kept = slice(None, self._burn_in - 1)
            self._sample.add(
                self.block, state["sample"][kept], state["sample_rows"][kept], self._burn_in
            )
        self.block.range[:] = state["range"]
        self.block.autocorrelation = state["autocorrelation"]
        self.absorb(state["recent"], state["recent_rows"])
        self.block.tally[COUNT : SKIP + 1] = *state["earlier"], state["skip"] % stride
        self._category_counts = state["category_counts"].copy()
        if dependent is not None:
            if len(dependent["apart"]):
                self.block = self.block.resized(apart=PART)
                self.block.apart[:] = restored_part(dependent["apart"])
            if dependent["second"] is not None:
                self._second = SecondSample(self._burn_in)
                self._second.add(self.block, dependent["second"], dependent["second_rows"])

    def _remedy(self, sample: Numbers, unsure: int = MOST_STRIDE) -> tuple[int, Remedy]:
        """Return from where on a sample is to be the reference, and what it then needs."""
        numeric = self.categories is None
        places = sample if numeric else standings(sample)
        return settled_sample(places, int(self._sown), numeric=numeric, unsure=unsure)

    def _look(self, second: SecondSample, values: Numbers, rows: Integers) -> bool:
        """Take further values; where they are due, choose anew; tell whether that was done."""
        second.add(self.block, values, rows)
        if not second.is_due(self.block):
            return False
        sample, taken = second.values(self.block), second.rows(self.block)
        begin, remedy = self._remedy(sample)
        ends = second.is_whole(self.block) or not remedy.is_needed
        is_plain = self.stride == 1 and len(self.block.apart) == 0
        renews = remedy.is_needed == is_plain or (ends and remedy.is_needed)
        if renews and not remedy.is_needed and is_coarse(sample):
            # Of a few states the reference holds still: if they have another share by now, that is
            # told.
            self.block = with_rows(self.block)
            self.block.words[STRIDE] = 1
            self._skip = 0
            self.independent, renews = True, False
        if renews:
            self._sow(self._renewals + 1)
            self._found(sample[begin:], taken[begin:], remedy)
        self._second = None if ends else second
        self.block.tally[SAMPLED] = 0 if ends else len(sample)
        self.block.words[AGAIN_AT : AGAIN_SIZE + 1] = 0
        return renews

    @property
    def _sown(self) -> np.uint64:
        return np.uint64(self.block.words[SEED : SEED + 1].view(np.uint64)[0])

    def _sow(self, renewals: int) -> None:
        """Give the ranks a seed of their own after each renewal."""
        self._renewals = renewals
        seed = (self._seed + (renewals << 32)) % 2**64
        self.block.words[SEED] = np.uint64(seed).astype(np.int64)

    def _found(self, sample: Numbers, rows: Integers, remedy: Remedy) -> None:
        """Begin with a sample as the reference."""
        stride, whitening = remedy.stride, remedy.whitening
        kept, kept_rows = sample[::stride], rows[::stride]
        if self.categories is not None:
            kept, kept_rows = self._begin_categories(self.categories, sample, rows, stride, 0)
        elif whitening is None:
            bins = self._bins
            if stride > 1:
                bins = min(bins, max(len(kept) // VALUES_TO_A_BIN, FEWEST_BINS))
            binning = NumberBins.of_sample(sample, bins)
            self._begin(binning, np.bincount(binning.of(kept), minlength=binning.size))
        else:
            if (sample[1:] == sample[:-1]).mean() > STILL:
                self._readiness = UNWATCHED
            binning = NumberBins.of_sample(whitening.residuals, self._bins)
            bins_of = binning.of(whitening.residuals)
            self._begin(binning, np.bincount(bins_of, minlength=binning.size))
        self.independent = remedy.independent
        self.block.words[STRIDE] = stride
        self.block.autocorrelation = remedy.correlation
        self.block.range[:] = kept.min(), kept.max()
        self.absorb(kept, kept_rows)
        self._skip = -len(sample) % stride
        if whitening is not None:
            self._begin_residuals(sample, whitening)

    def _begin_residuals(self, sample: Numbers, whitening: Whitening) -> None:
        self.block = self.block.resized(apart=PART)
        part = self.block.apart
        levels = NumberBins.of_sample(sample, LEVELS + 1 - OUTER).edges[:LEVELS]
        part[LEVELS_AT : LEVELS_AT + LEVELS] = np.inf
        part[LEVELS_AT : LEVELS_AT + len(levels)] = levels
        keep_residuals(sample, whitening.residuals, whitening.memory, part, 0)

    def _cut(self, sampled: BurnIn, step: Step) -> None:
        """Let the values before a step be the reference, and those since then judged."""
        values, rows = sampled.values(self.block).copy(), sampled.rows(self.block).copy()
        before, before_rows, after = values[: step.before], rows[: step.before], rows[step.before :]
        if self.categories is None:
            binning = NumberBins.of_sample(before, self._bins)
            self._begin(binning, np.bincount(binning.of(before), minlength=binning.size))
            self.block.range[:] = before.min(), before.max()
            since = values[step.before :]
        else:
            numbers, kept = self._begin_categories(self.categories, values, rows, 1, len(after))
            begin = len(numbers) - len(after)
            before, before_rows, since = numbers[:begin], kept[:begin], numbers[begin:]
        self.independent = step.independent
        self.block.autocorrelation = step.correlation
        self.absorb(before, before_rows)
        self.ranks(self.bins(since))
        self.absorb(since, after)

    def _begin_categories(
        self, categories: CategoryNumbers, keys: Numbers, rows: Integers, stride: int, since: int
    ) -> tuple[Numbers, Integers]:
        """Take categories by their keys; return the numbers and the rows of those in the bins.

        All values of the first half choose the bins, of the others one in ``stride`` is counted;
        the last ``since`` ones belong to neither half, and are returned with their numbers.
        """
        half = (len(keys) - since) // 2
        half -= half % stride
        keys, rows = (np.concatenate([each[:half], each[half::stride]]) for each in (keys, rows))
        binning, numbers = settled(categories, keys, half, self._bins)
        counted = binning.of(numbers[half : len(numbers) - since])
        self._begin(binning, np.bincount(counted, minlength=binning.size))
        # Those that have chosen the bins count for the shares of the categories, not in the bins.
        self.block.tally[COUNT : SQUARES + 1] = with_values(0, 0.0, 0.0, numbers[:half])
        self._category_counts = _added(np.zeros(len(binning.bin_of), np.int64), numbers[:half])
        return numbers[half:], rows[half:]

    def _begin(self, binning: NumberBins | CategoryBins, counts: Integers) -> None:
        """Take bins, and how many values are in each; the sample has served its purpose."""
        edges = binning.edges if isinstance(binning, NumberBins) else np.empty(0)
        self._category_bins = binning if isinstance(binning, CategoryBins) else None
        self._sample = None
        self._renew()
        wide = int(counts.sum() >= NARROW)
        self.block = self.block.resized(
            size=len(counts), edges=len(edges), latest=RECENT, wide=wide
        )
        self.block.words[READY] = self._readiness
        self.block.words[ELSEWHERE] = 0
        self.block.counts[:] = counts
        self.block.edges[:] = edges

    def _renew(self) -> None:
        """Forget the values that are kept: a sample takes their place."""
        self.block.tally[HELD : SAMPLED + 1] = 0.0
        self.block.words[AGAIN_AT : AGAIN_SIZE + 1] = 0
        self.block = self.block.resized(apart=0)

    @property
    def _binning(self) -> NumberBins | CategoryBins:
        if not self.ready:
            raise RuntimeError("the reference is not ready: its burn-in is not complete")
        return self._category_bins or NumberBins(self.block.edges)

    def _edges(self) -> Numbers | None:
        """Return the edges of all bins, the outer ones from the burn-in; None for categories."""
        if self.categories is not None:
            return None
        apart = self.block.apart
        inner = levels_of(apart) if len(apart) else self.block.edges
        lowest, highest = self.block.range.tolist()
        if len(inner):
            lowest, highest = min(lowest, inner[0]), max(highest, inner[-1])
        return np.concatenate([[lowest], inner, [highest]])


def _added(counts: Integers, numbers: Numbers) -> Integers:
    """Return counts of category numbers with further ones added."""
    total = np.bincount(numbers.astype(np.int64), minlength=len(counts)).astype(np.int64)
    total[: len(counts)] += counts
    return total
