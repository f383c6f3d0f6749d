"""The state of a fleet in parts: one for each model version, one for the model events noticed."""

from collections.abc import Hashable, Mapping
from hashlib import blake2b
from typing import Any, Final

import orjson

from detectors.monitors.fleet import Fleet
from detectors.monitors.options import MonitorOptions
from detectors.snapshots.parts import PartName, UnusablePart
from detectors.snapshots.snapshot import UnreadableSnapshot, decode_snapshot, encode_snapshot
from detectors.snapshots.tree import State
from schemas.tables.model_version import ModelVersion

MODEL: Final = "model"
NOTICED: Final[PartName] = ("noticed",)


def snapshot_of(fleet: Fleet, key: ModelVersion) -> bytes:
    """Return the snapshot of a model version, as a worker writes it.

    It depends on the rows alone that the version has taken: neither on how they were cut into
    batches, nor on restarts, nor on a clock.

    Raises
    ------
    KeyError
        If the version is not watched.
    """
    monitor = fleet.monitor(*key)
    if monitor is None:
        raise KeyError(key)
    return encode_snapshot(
        {
            "model": monitor.model,
            "version": monitor.version,
            "options": fingerprint(monitor.options),
            "state": monitor.state(),
        }
    )


def fingerprint(options: MonitorOptions) -> str:
    """Return what tells options apart under which states differ in form or meaning."""
    parts = [
        [[each.kind, dict(each.parameters), list(each.streams)] for each in options.detectors],
        options.burn_in,
        options.bins,
        dict(options.kinds),
    ]
    document = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)
    return blake2b(document, digest_size=8).hexdigest()


class FleetSnapshots:
    """A fleet as `detectors.snapshots.parts.Durable` parts."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    def stamps(self) -> dict[PartName, Hashable]:
        """Return every part's name with what differs whenever the part does."""
        # The monitor itself is part of it: a version that was forgotten may have come back.
        stamps: dict[PartName, Hashable] = {
            (MODEL, monitor.model, monitor.version): (monitor, monitor.all_rows, monitor.restarts)
            for monitor in self._fleet
        }
        stamps[NOTICED] = self._fleet.noticed.latest
        return stamps

    def part(self, name: PartName) -> bytes:
        """Return the snapshot of a part."""
        if name == NOTICED:
            return encode_snapshot({"noticed": self._fleet.noticed.state()})
        _, model, version = name
        return snapshot_of(self._fleet, (model, version))

    def outline(self) -> State:
        """Return the order of the versions, and which of them are young."""
        return self._fleet.outline()

    def restore(self, outline: State, parts: Mapping[PartName, bytes]) -> list[str]:
        """Take over a state; a version whose options are others now begins its references anew."""
        notes: list[str] = []
        monitors = []
        try:
            noticed = decode_snapshot(parts[NOTICED])["noticed"]
        except (KeyError, UnreadableSnapshot) as error:
            raise UnusablePart(NOTICED, str(error)) from error
        for model, version in outline["order"]:
            name = (MODEL, model, version)
            monitors.append(self._monitor(name, parts.get(name), notes))
        whole = {"noticed": noticed, "young": outline["young"], "monitors": monitors}
        try:
            self._fleet.restore(whole)
        except _WRONG:
            # The whole fleet at once is the fast way; now find out which one it is.
            for item in monitors:
                self._try(item)
            raise
        return notes

    def _monitor(self, name: PartName, data: bytes | None, notes: list[str]) -> dict[str, Any]:
        _, model, version = name
        if data is None:
            raise UnusablePart(name, "its part is missing")
        try:
            tree = decode_snapshot(data)
        except UnreadableSnapshot as error:
            raise UnusablePart(name, str(error)) from error
        if (tree.get("model"), tree.get("version")) != (model, version):
            raise UnusablePart(name, "foreign snapshot: it is that of another model version")
        state = tree.get("state")
        if not isinstance(state, dict):
            raise UnusablePart(name, "foreign snapshot: it holds no state of a model")
        present = fingerprint(self._fleet.options_of(model))
        if tree["options"] not in {None, present}:
            notes.append(
                f"model {model}, version {version}: its detectors, burn-in, bins or kinds were "
                "configured otherwise when its state was written; its references begin anew"
            )
            state = {**state, "columns": []}
        return {"model": model, "version": version, "state": state}

    def _try(self, item: State) -> None:
        fleet = Fleet(self._fleet.options_of)
        try:
            fleet.restore({"noticed": [], "young": [], "monitors": [item]})
        except _WRONG as error:
            name = (MODEL, item["model"], item["version"])
            raise UnusablePart(name, f"its state cannot be taken: {error!r}") from error


_WRONG: Final = (ValueError, LookupError, TypeError, AttributeError)
"""What a state raises that has the form of a snapshot, but not that of its detectors."""
