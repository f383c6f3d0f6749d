"""The comparisons of the versions of all models of one partition.

A version is compared with its model's champion from the model event on that names it a challenger
or a candidate, as the settings name both, or as a route has them share the traffic or the requests.
A version that nothing has named is not: whose traffic it takes is for the registry to tell.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from detectors.comparisons.assignment import Assignment, assignment_of, pairs_of
from detectors.comparisons.comparison import Comparison, Look
from detectors.comparisons.options import ComparisonOptions
from detectors.comparisons.telling import comparison_event
from detectors.monitors.arrived_rows import Arrived
from detectors.monitors.compared_rollbacks import rollback_by
from detectors.monitors.compared_rows import ComparedRows, Gathered, TableRows, by_table
from detectors.monitors.histories import Histories
from detectors.monitors.ramp_evidence import ramp_evidence
from detectors.monitors.rollbacks import Rollbacks
from detectors.monitors.standing_thresholds import standing_requests
from detectors.monitors.turned_thresholds import by_their_tables
from detectors.performance.options import ScoreOf
from detectors.routing.router import Router
from detectors.snapshots.tree import State
from detectors.versions.registry import VersionRegistry
from schemas.events.published import PublishedEvent
from schemas.events.times import format_time
from schemas.events.version_status import VersionStatus
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationTable
from schemas.values.class_order import Classes

COMPARED: Final = "comparison"
"""With what the names of the parts of a snapshot begin: model, baseline and candidate follow."""

MOST_CANDIDATES: Final = 8
"""Of one model that are compared at once: challengers first, then by their names."""

Pair = tuple[str, str, str]
"""Model, baseline and candidate."""


class Comparisons:
    """All pairs of versions that are compared, with what their rows have said so far.

    Parameters
    ----------
    options_of
        Gives how the versions of a model are compared; None where they are not.
    registry
        What the versions are to their models.
    router
        Which versions are to serve; has ramps go on by what is found.
    rollbacks
        Asks for a rollback where a version that serves is worse.

    Attributes
    ----------
    histories
        Versions that serve, against those before them.
    """

    def __init__(
        self,
        options_of: Callable[[str], ComparisonOptions | None],
        registry: VersionRegistry,
        router: Router,
        rollbacks: Rollbacks,
    ) -> None:
        self.options_of = options_of
        self._registry = registry
        self._router = router
        self._routes = router.routes
        self._rollbacks = rollbacks
        self.histories = Histories(options_of, registry, rollbacks)
        self._versions: dict[str, dict[str, None]] = {}
        """The watched versions of each model."""
        self._pairs: dict[str, list[Pair]] = {}
        """Those of each model, made when they are asked for."""
        self._comparisons: dict[Pair, Comparison] = {}
        self._waiting: dict[Pair, Arrived] = {}
        """Pairs that are to be looked at once all is there that was read together; nothing is
        between frames."""
        self._gathered = Gathered(self._is_compared)

    def consumers(
        self, key: ModelVersion, classes: Classes, score_of: ScoreOf
    ) -> Sequence[ComparedRows]:
        """Return the consumer of the rows of a version that is watched from now on."""
        model, version = key
        options = self.options_of(model)
        if options is None:
            return ()
        self._versions.setdefault(model, {})[version] = None
        self._pairs.pop(model, None)
        return (
            ComparedRows(
                self._gathered,
                key,
                options.compared,
                classes,
                score_of,
                by_segment=bool(options.segments),
            ),
        )

    def unwatched(self, key: ModelVersion) -> None:
        """Take note that a version is watched no longer: what it was compared with is void."""
        model, version = key
        versions = self._versions.get(model, {})
        versions.pop(version, None)
        if not versions:
            self._versions.pop(model, None)
        self._rollbacks.unwatched(key)
        self._forget(model)

    def notice(self, model: str) -> None:
        """Take note of a model event or a route: versions may be something else to their model."""
        self._forget(model)

    def settle(
        self, tables: Sequence[ObservationTable], found: Iterable[PublishedEvent] = ()
    ) -> list[PublishedEvent]:
        """Take what the monitors have seen of tables; return what there is to tell of it.

        Parameters
        ----------
        tables
            What was taken.
        found
            What the monitors have found in them: thresholds that are crossed may ask for a
            rollback.
        """
        gathered = self._gathered.take()
        turned = by_their_tables(tables, found)
        if not (gathered or turned or self._waiting or self._rollbacks.has_breaches):
            return []
        events: list[PublishedEvent] = []
        brought_by = by_table(tables, gathered)
        for number in range(len(tables)):
            # Before the comparisons of the table, however many tables were taken at once.
            asked = (self._rollbacks.alerted(each) for each in turned.get(number, ()))
            events += [each for each in asked if each is not None]
            if self._rollbacks.has_breaches:
                events += standing_requests(tables[number], self._rollbacks)
            for at, brought in brought_by:
                if at == number:
                    events += self.histories.take(brought)
                    self._add(brought)
            if not tables[number].is_continued:
                # Both versions' rows that were read together are there.
                events += self._look()
        return events

    def stamps(self) -> Iterator[tuple[Pair, Hashable]]:
        """Yield the pairs, with what differs when their states do."""
        for pair, comparison in self._comparisons.items():
            yield pair, (comparison, comparison.touched)

    def part_state(self, pair: Pair) -> State:
        """Return the state of a pair; `KeyError` where it is not compared."""
        return self._comparisons[pair].state()

    def outline(self) -> list[list[str]]:
        """Return the pairs."""
        return [list(pair) for pair in sorted(self._comparisons)]

    def state(self) -> list[list[Any]]:
        """Return the whole state: each pair, and its state."""
        return [[list(pair), self.part_state(pair)] for pair in self._comparisons]

    def restore(self, states: Iterable[Sequence[Any]]) -> None:
        """Restore states by their pairs; a pair that was compared otherwise begins anew."""
        self._comparisons = {}
        self._pairs = {}
        for (model, baseline, candidate), state in states:
            options = self.options_of(model)
            comparison = None if options is None else Comparison.of(state, options)
            if comparison is not None:
                self._comparisons[model, baseline, candidate] = comparison

    def _add(self, brought: Mapping[ModelVersion, TableRows]) -> None:
        """Take what a table has brought to the pairs of its models."""
        for model in dict.fromkeys(model for model, _ in brought):
            for pair in self._pairs_of(model):
                arms = [brought.get((model, each)) for each in pair[1:]]
                there = [each for each in arms if each is not None]
                options = self.options_of(model)
                if there and options is not None:
                    comparison = self._comparison(pair, options, there)
                    self._waiting.setdefault(pair, Arrived()).add(comparison, arms)

    def _comparison(
        self, pair: Pair, options: ComparisonOptions, there: Iterable[TableRows]
    ) -> Comparison:
        """Return that of a pair, begun with its first rows."""
        if pair not in self._comparisons:
            since = format_time(min(each.oldest for each in there))
            self._comparisons[pair] = Comparison(options, since, self._assignment(pair))
        return self._comparisons[pair]

    def _look(self) -> Iterator[PublishedEvent]:
        """Look at each pair that has rows which it was not looked at with."""
        waiting, self._waiting = self._waiting, {}
        for pair, arrived in waiting.items():
            comparison = self._comparisons.get(pair)
            if comparison is None or arrived.at is None:
                continue
            arrived.count(comparison)
            yield from self._told(pair, comparison, comparison.look(arrived.at))

    def _told(
        self, pair: Pair, comparison: Comparison, look: Look | None
    ) -> Iterator[PublishedEvent]:
        model, baseline, candidate = pair
        if look is not None:
            yield comparison_event(model, baseline, candidate, comparison, look)
        if comparison.latest is not None:
            if self._router.ramp_of(model):
                evidence = ramp_evidence(
                    comparison, comparison.latest, self._registry, (model, candidate)
                )
                self._router.consider(model, (baseline, candidate), evidence)
            yield from rollback_by(
                pair, comparison, comparison.latest, self._rollbacks, is_told=look is not None
            )

    def _is_compared(self, key: ModelVersion) -> bool:
        if any(key[1] in pair[1:] for pair in self._pairs_of(key[0])):
            return True
        return self.histories.watches(key)

    def _pairs_of(self, model: str) -> list[Pair]:
        if model not in self._versions:
            return []
        pairs = self._pairs.get(model)
        if pairs is None:
            pairs = self._pairs[model] = self._new_pairs(model)
        return pairs

    def _new_pairs(self, model: str) -> list[Pair]:
        options = self.options_of(model)
        versions = self._versions[model]
        if options is None:
            return []
        status_of = {each: self._registry.status_of((model, each)) for each in versions}
        champions = [each for each in versions if status_of[each] is VersionStatus.CHAMPION]
        champion = next(iter(champions), None)
        served, beside = pairs_of(self._routes.of(model), champion)
        baseline = options.baseline or served or champion
        if baseline is None:
            return []
        named = [*options.candidates, *beside]
        # Who is said to serve is missed where it does not.
        named += self._registry.challengers(model)
        named += sorted(each for each in versions if status_of[each] is VersionStatus.CANDIDATE)
        others = [each for each in dict.fromkeys(named) if each != baseline]
        pairs = [(model, baseline, each) for each in others[:MOST_CANDIDATES]]
        if (ramp := self._router.ramp_of(model)) is not None:
            # Whatever else is compared: nobody else says when it may go on.
            pairs.append((model, ramp.baseline, ramp.candidate))
        return list(dict.fromkeys(pairs))

    def _forget(self, model: str) -> None:
        """Forget the pairs of a model, and comparisons that are none any more, or begin anew."""
        self._pairs.pop(model, None)
        pairs = self._pairs_of(model)
        for pair in [each for each in self._comparisons if each[0] == model]:
            comparison, assignment = self._comparisons[pair], self._assignment(pair)
            goes_on = comparison.assignment == assignment or comparison.assign(assignment)
            if pair not in pairs or not goes_on:
                del self._comparisons[pair]

    def _assignment(self, pair: Pair) -> Assignment:
        model, *versions = pair
        return assignment_of(self._routes.of(model), self._routes.since(model), *versions)
