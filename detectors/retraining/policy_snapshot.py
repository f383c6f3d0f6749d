"""The state of a retrain policy in parts, one for each model."""

from collections.abc import Hashable, Mapping
from typing import Final

from detectors.retraining.policy import RetrainPolicy
from detectors.snapshots.parts import PartName, UnusablePart
from detectors.snapshots.snapshot import UnreadableSnapshot, decode_snapshot, encode_snapshot
from detectors.snapshots.tree import State

MODEL: Final = "model"


class PolicySnapshots:
    """A retrain policy as `detectors.snapshots.parts.Durable` parts."""

    def __init__(self, policy: RetrainPolicy) -> None:
        self._policy = policy

    def stamps(self) -> dict[PartName, Hashable]:
        """Return every part's name with what differs whenever the part does."""
        return {(MODEL, model): stamp for model, stamp in self._policy.stamps().items()}

    def part(self, name: PartName) -> bytes:
        """Return the snapshot of a model's policy."""
        _, model = name
        return encode_snapshot({"policy_of": model, "state": self._policy.state_of(model)})

    def outline(self) -> State:
        """Return the order of the models."""
        return {"order": list(self._policy.stamps())}

    def restore(self, outline: State, parts: Mapping[PartName, bytes]) -> list[str]:
        """Take over a state."""
        whole = {model: self._state(model, parts) for model in outline["order"]}
        for model, state in whole.items():
            try:
                RetrainPolicy(self._policy.options).restore({model: state})
            except (ValueError, LookupError, TypeError, AttributeError) as error:
                reason = f"its state cannot be taken: {error!r}"
                raise UnusablePart((MODEL, model), reason) from error
        self._policy.restore(whole)
        return []

    def _state(self, model: str, parts: Mapping[PartName, bytes]) -> State:
        name = (MODEL, model)
        if name not in parts:
            raise UnusablePart(name, "its part is missing")
        try:
            tree = decode_snapshot(parts[name])
        except UnreadableSnapshot as error:
            raise UnusablePart(name, str(error)) from error
        state = tree.get("state")
        if tree.get("policy_of") != model or not isinstance(state, dict):
            raise UnusablePart(name, "foreign snapshot: it is not that of this model's policy")
        return state
