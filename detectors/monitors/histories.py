"""The versions that serve the models of one partition, each against the one before it."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from detectors.comparisons.evidence import told
from detectors.comparisons.history import History
from detectors.comparisons.measured import Known, Measured
from detectors.comparisons.options import ComparisonOptions
from detectors.monitors.compared_rows import TableRows
from detectors.monitors.rollbacks import MOST_MODELS, Rollbacks
from detectors.rollback.before import WorseThanBefore, evidence_of
from detectors.rollback.cause import Cause
from detectors.rollback.options import RollbackSource
from detectors.snapshots.tree import State
from detectors.versions.registry import VersionRegistry
from detectors.versions.succession import VersionsBefore
from schemas.events.identity import stable_id
from schemas.events.rollback_request import RollbackCause, RollbackRequest
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import Origin

HISTORY: Final = "history"
"""With what the names of the parts of a snapshot begin: the model follows."""

MOST_VERSIONS: Final = 4
"""Of a model whose rows are remembered: those that became the champion last."""


class Histories:
    """What the labelled rows of champions say, by model, where that is asked for.

    Parameters
    ----------
    options_of
        Gives how the versions of a model are compared; None where they are not.
    registry
        What the versions are to their models.
    rollbacks
        Asks for rollbacks, and says for which models it goes by their histories.
    """

    def __init__(
        self,
        options_of: Callable[[str], ComparisonOptions | None],
        registry: VersionRegistry,
        rollbacks: Rollbacks,
    ) -> None:
        self._options_of = options_of
        self._registry = registry
        self._rollbacks = rollbacks
        self._models: dict[str, dict[str, History]] = {}
        """By version, the champion last."""
        self._touched: dict[str, int] = {}

    def watches(self, key: ModelVersion) -> bool:
        """Tell whether the labelled rows of a version matter: it is the champion."""
        model, version = key
        standing = self._registry.standing_of(model)
        if standing is None or standing.champion != version:
            return False
        options = self._rollbacks.options_of(model)
        return options is not None and RollbackSource.HISTORY in options.sources

    def take(self, brought: Mapping[ModelVersion, TableRows]) -> Iterator[RollbackRequest]:
        """Take what a table has brought; yield the requests that it makes."""
        for key, rows in brought.items():
            options = self._options_of(key[0])
            if rows.origin is not Origin.LABELS or options is None or not self.watches(key):
                continue
            since = self._since(key)
            new = rows.predicted >= since
            if not new.any():
                continue
            history = self._champion(key, since, options)
            self._touched[key[0]] = self._touched.get(key[0], 0) + 1
            history.add((rows.times - rows.predicted)[new], rows.losses[:, new])
            request = self._asked(key, history, rows)
            if request is not None:
                yield request

    def stamps(self) -> Iterator[tuple[str, Hashable]]:
        """Yield the models, with what differs when their states do."""
        for model, versions in self._models.items():
            yield model, (versions, self._touched.get(model, 0))

    def part_state(self, model: str) -> State:
        """Return the state of a model; `KeyError` where nothing is remembered of it."""
        options = self._options_of(model)
        return {
            "options": repr(options),
            "versions": [each.state() for each in self._models[model].values()],
        }

    def outline(self) -> list[str]:
        """Return the models, in the order in which they came."""
        return list(self._models)

    def state(self) -> list[list[Any]]:
        """Return the whole state: each model, and its state."""
        return [[model, self.part_state(model)] for model in self._models]

    def restore(self, states: Iterable[Sequence[Any]]) -> None:
        """Take over the states of models; what was compared otherwise begins anew."""
        self._models, self._touched = {}, {}
        for model, state in states:
            options = self._options_of(model)
            if options is not None and state["options"] == repr(options):
                histories = (History.of(each, options) for each in state["versions"])
                self._models[model] = {each.version: each for each in histories}

    def _since(self, key: ModelVersion) -> int:
        """Return since when a champion is it, milliseconds since the epoch."""
        model, version = key
        standing = self._registry.standing_of(model)
        return 0 if standing is None else standing.histories[version][-1].since

    def _champion(self, key: ModelVersion, since: int, options: ComparisonOptions) -> History:
        """Return the history of a champion, begun with the first row since it is that.

        One that comes back is judged by the rows that follow; what it was before is left to the
        next one all the same.
        """
        model, version = key
        versions = self._models.get(model)
        if versions is None:
            if len(self._models) >= MOST_MODELS:
                gone = next(iter(self._models))
                del self._models[gone]
                self._touched.pop(gone, None)
            versions = self._models[model] = {}
        known = versions.get(version)
        if known is None or known.since != since:
            name = self._registry.before(key)
            versions.pop(version, None)
            before = None if isinstance(name, VersionsBefore) else versions.get(name)
            versions[version] = History(version, since, options, before, known)
            if len(versions) > MOST_VERSIONS:
                del versions[next(iter(versions))]
        return versions[version]

    def _asked(
        self, key: ModelVersion, history: History, rows: TableRows
    ) -> RollbackRequest | None:
        model, version = key
        if history.against is None or version not in self._rollbacks.serving(model):
            return None
        at = rows.at
        harms = history.harms(at)
        if not harms:
            return None
        name = stable_id("history", model, version, history.against, history.since)
        cause = Cause(RollbackCause.BEFORE, name, model, version, history.against, at)
        # Whether an earlier table found it is not known.
        target = self._rollbacks.weigh(cause, RollbackSource.HISTORY, is_again=True)
        if target is None:
            return None
        evidence = [evidence_of(_worse(*each), name, at) for each in harms]
        return self._rollbacks.ask(cause, target, evidence)


def _worse(measured: Measured, known: Known) -> WorseThanBefore:
    is_loss = measured.metric.metric.is_loss
    gain = known.gain
    return WorseThanBefore(
        metric=measured.metric.name,
        value=measured.value(1),
        expected=measured.value(0),
        difference=gain if gain is None or not is_loss else -gain,
        half_width=known.half_width,
        rows=measured.rows[1],
        expected_rows=measured.rows[0],
        statistic=told(known.worse),
        limit=told(known.threshold),
    )
