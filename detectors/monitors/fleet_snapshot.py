"""The state of a fleet in parts.

One for each model version that is watched, one for each block of rows of newcomers, one for the
model events noticed, of the registry one for each version and one for each model's events, one for
each reference from outside, one for each model's route, one for its ramp, one for its rollback
requests and one for what its versions were in their time, and one for each pair of versions that is
compared.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import partial
from typing import Final

from detectors.monitors.comparisons import COMPARED, Comparisons
from detectors.monitors.fingerprint import fingerprint
from detectors.monitors.fleet import Fleet
from detectors.monitors.given_references import REFERENCE, GivenReferences
from detectors.monitors.held_snapshot import (
    NEWCOMERS,
    block_in,
    encode_block,
    frame_in,
    name_of,
)
from detectors.monitors.histories import HISTORY, Histories
from detectors.monitors.rollbacks import ROLLBACK, Rollbacks
from detectors.routing.router import RAMPED, Router
from detectors.routing.routes import ROUTE, Routes
from detectors.snapshots.codec import encode_snapshot
from detectors.snapshots.model_parts import MODEL, ModelParts, decode_part
from detectors.snapshots.parts import PartName, UnusablePart
from detectors.snapshots.tree import State
from detectors.versions.registry import VersionRegistry
from schemas.events.invalid import InvalidMessage
from schemas.formats import OtherFormat

NOTICED: Final[PartName] = ("noticed",)
SERVED: Final = "served"
LIFECYCLE: Final = "lifecycle"
"""With what the names of the registry's parts begin: of a version, and of a model's events."""


class FleetSnapshots:
    """A fleet as `detectors.snapshots.parts.Durable` parts."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._parts = ModelParts(
            lambda name: {"model": name[1], "version": name[2]}, self._restore_one
        )
        self._registry = ModelParts(_model_and_version, self._restore_one_served)
        self._references = ModelParts(
            _model_and_version, lambda name, state: GivenReferences().restore([(name, state)])
        )
        self._routes = ModelParts(
            _model_and_version, lambda name, state: Routes().restore([(name[1], state)])
        )
        self._ramps = ModelParts(
            _model_and_version, lambda name, state: Router().restore([(name[1], state)])
        )
        self._rollbacks = ModelParts(
            _model_and_version,
            lambda name, state: Rollbacks(
                fleet.rollbacks.options_of, fleet.versions, fleet.router
            ).restore([(name[1], state)]),
        )
        self._histories = ModelParts(
            _model_and_version,
            lambda name, state: Histories(
                fleet.comparisons.options_of, fleet.versions, fleet.rollbacks
            ).restore([(name[1], state)]),
        )
        self._comparisons = ModelParts(
            lambda name: {"pair": list(name[1:])},
            lambda name, state: Comparisons(
                fleet.comparisons.options_of, fleet.versions, fleet.router, fleet.rollbacks
            ).restore([(name[1:], state)]),
        )
        self._others: dict[str, tuple[ModelParts, Callable[[PartName], State]]] = {
            SERVED: (self._registry, lambda name: fleet.versions.version_state((name[1], name[2]))),
            LIFECYCLE: (self._registry, lambda name: fleet.versions.lifecycle_state(name[1])),
            REFERENCE: (self._references, fleet.references.part_state),
            ROUTE: (self._routes, lambda name: fleet.routes.part_state(name[1])),
            RAMPED: (self._ramps, lambda name: fleet.router.part_state(name[1])),
            HISTORY: (
                self._histories,
                lambda name: fleet.comparisons.histories.part_state(name[1]),
            ),
            ROLLBACK: (self._rollbacks, lambda name: fleet.rollbacks.part_state(name[1])),
            COMPARED: (
                self._comparisons,
                lambda name: fleet.comparisons.part_state((name[1], name[2], name[3])),
            ),
        }
        """By what their names begin with: what reads and writes parts, and gives their states."""

    def stamps(self) -> dict[PartName, Hashable]:
        """Return every part's name with what differs whenever the part does."""
        # The monitor itself is part of it: a version that was forgotten may have come back.
        stamps: dict[PartName, Hashable] = {
            (MODEL, monitor.model, monitor.version): (monitor, monitor.all_rows, monitor.restarts)
            for monitor in self._fleet
        }
        stamps |= {
            name_of(block.number): (block, len(block.tables), block.gone)
            for block in self._fleet.newcomers.blocks
        }
        stamps[NOTICED] = self._fleet.noticed.latest
        stamps |= dict(self._fleet.references.stamps())
        stamps |= {(ROUTE, model): stamp for model, stamp in self._fleet.routes.stamps()}
        stamps |= {(RAMPED, model): stamp for model, stamp in self._fleet.router.stamps()}
        stamps |= {(ROLLBACK, model): stamp for model, stamp in self._fleet.rollbacks.stamps()}
        histories = self._fleet.comparisons.histories
        stamps |= {(HISTORY, model): stamp for model, stamp in histories.stamps()}
        stamps |= {(COMPARED, *pair): stamp for pair, stamp in self._fleet.comparisons.stamps()}
        stamps |= {_registered(key): stamp for key, stamp in self._fleet.versions.stamps()}
        return stamps

    def part(self, name: PartName) -> bytes:
        """Return the snapshot of a part."""
        if name == NOTICED:
            return encode_snapshot({"noticed": self._fleet.noticed.state()})
        if name[0] == NEWCOMERS:
            return encode_block(self._fleet.newcomers.block(int(name[1])))
        if name[0] in self._others:
            parts, state_of = self._others[name[0]]
            return parts.encode(name, state_of(name))
        _, model, version = name
        monitor = self._fleet.monitor(model, version)
        if monitor is None:
            raise KeyError(name)
        return self._parts.encode(name, monitor.state(), options=fingerprint(monitor.options))

    def outline(self) -> State:
        """Return the order of the versions, which of them are young, and who are newcomers."""
        return self._fleet.outline()

    def restore(self, outline: State, parts: Mapping[PartName, bytes]) -> list[str]:
        """Restore a state; a version whose options are others now begins its references anew."""
        notes: list[str] = []
        tree = decode_part(NOTICED, parts)
        if "noticed" not in tree:
            raise UnusablePart(NOTICED, "foreign snapshot: it holds no model events")
        names = [(MODEL, model, version) for model, version in outline["order"]]
        states = [(name, self._state(name, parts, notes)) for name in names]
        held = [name_of(number) for number, _ in outline["newcomers"]["blocks"]]
        # A release before writes none: the registry begins with the next row.
        registered = self._states_of_others(
            [
                *((SERVED, *whose) for whose in outline.get("served", ())),
                *((LIFECYCLE, model) for model in outline.get("lifecycles", ())),
            ],
            parts,
        )
        given = self._states_of_others(
            [(REFERENCE, *whose) for whose in outline.get("references", ())], parts
        )
        routed = self._states_of_others(
            [(ROUTE, model) for model in outline.get("routes", ())], parts
        )
        ramped = self._states_of_others(
            [(RAMPED, model) for model in outline.get("ramps", ())], parts
        )
        asked = self._states_of_others(
            [(ROLLBACK, model) for model in outline.get("rollbacks", ())], parts
        )
        before = self._states_of_others(
            [(HISTORY, model) for model in outline.get("histories", ())], parts
        )
        compared = self._states_of_others(
            [(COMPARED, *pair) for pair in outline.get("comparisons", ())], parts
        )
        whole = {
            "noticed": tree["noticed"],
            "young": outline["young"],
            "at_once": outline["at_once"],
            "newcomers": outline["newcomers"],
            "held": [frame_in(name, parts) for name in held],
            "monitors": [_item(name, state) for name, state in states],
            "versions": {**_registry_of(registered), "named": outline.get("named", [])},
            "references": given,
            "routes": [(name[1], state) for name, state in routed],
            "ramps": [(name[1], state) for name, state in ramped],
            "rollbacks": [(name[1], state) for name, state in asked],
            "histories": [(name[1], state) for name, state in before],
            "comparisons": [(name[1:], state) for name, state in compared],
        }
        attempt = partial(self._fleet.restore, whole)
        # Where that fails each kind looks for the part that is at fault, those of models last.
        for kind, its in (
            (self._registry, registered),
            (self._references, given),
            (self._routes, routed),
            (self._ramps, ramped),
            (self._rollbacks, asked),
            (self._histories, before),
            (self._comparisons, compared),
            (self._parts, states),
        ):
            attempt = partial(kind.restore, its, attempt)
        try:
            attempt()
        except (InvalidMessage, OtherFormat):
            for name in held:
                block_in(name, parts)  # which tells of the faulty one
            raise
        return notes + [note for each in states for note in _notes_of_old(*each)]

    def _state(self, name: PartName, parts: Mapping[PartName, bytes], notes: list[str]) -> State:
        _, model, version = name
        tree = self._parts.decode(name, parts)
        state: State = tree["state"]
        if tree["options"] in {None, fingerprint(self._fleet.options_of(model))}:
            return state
        notes.append(
            f"model {model}, version {version}: its detectors, burn-in, bins, kinds, spellings "
            "or classes were configured otherwise when its state was written; its references begin "
            "anew"
        )
        return {**state, "columns": []}

    def _states_of_others(
        self, names: Iterable[PartName], parts: Mapping[PartName, bytes]
    ) -> list[tuple[PartName, State]]:
        return [(name, self._others[name[0]][0].decode(name, parts)["state"]) for name in names]

    def _restore_one(self, name: PartName, state: State) -> None:
        fleet = Fleet(
            self._fleet.options_of,
            consumers_of=self._fleet.consumers_of,
            compared_by=self._fleet.comparisons.options_of,
        )
        fleet.restore({**fleet.state(), "monitors": [_item(name, state)]})

    def _restore_one_served(self, name: PartName, state: State) -> None:
        VersionRegistry().restore(_registry_of([(name, state)]))


def _model_and_version(name: PartName) -> State:
    """Return whose a part is, that of all versions without one."""
    return dict(zip(("model", "version"), name[1:], strict=False))


def _registered(key: tuple[str, ...]) -> PartName:
    """Return the name of a part of the registry: of a version, or of a model's events."""
    return (SERVED if len(key) > 1 else LIFECYCLE, *key)


def _registry_of(told: Iterable[tuple[PartName, State]]) -> State:
    """Return the state of a registry whose parts are given."""
    state: State = {"served": [], "lifecycles": []}
    for (kind, *whose), each in told:
        state["served" if kind == SERVED else "lifecycles"].append([*whose, each])
    return state


def _notes_of_old(name: PartName, state: State) -> Iterator[str]:
    """Yield what a migration from an earlier format did not keep."""
    new = sum(column["monitor"]["reference"] is None for column in state["columns"])
    if new:
        _, model, version = name
        yield (
            f"model {model}, version {version}: references of categories were learned by the rules "
            f"of an earlier version; those of {new} columns begin anew"
        )


def _item(name: PartName, state: State) -> State:
    _, model, version = name
    return {"model": model, "version": version, "state": state}
