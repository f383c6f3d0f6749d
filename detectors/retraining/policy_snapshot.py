"""The state of a retrain policy in parts, one for each model."""

from collections.abc import Hashable, Mapping

from detectors.retraining.policy import RetrainPolicy
from detectors.snapshots.model_parts import MODEL, ModelParts
from detectors.snapshots.parts import PartName
from detectors.snapshots.tree import State


class PolicySnapshots:
    """A retrain policy as `detectors.snapshots.parts.Durable` parts."""

    def __init__(self, policy: RetrainPolicy) -> None:
        self._policy = policy
        self._parts = ModelParts(lambda name: {"policy_of": name[1]}, self._restore_one)

    def stamps(self) -> dict[PartName, Hashable]:
        """Return every part's name with what differs whenever the part does."""
        return {(MODEL, model): stamp for model, stamp in self._policy.stamps().items()}

    def part(self, name: PartName) -> bytes:
        """Return the snapshot of a model's policy."""
        _, model = name
        return self._parts.encode(name, self._policy.state_of(model))

    def outline(self) -> State:
        """Return the order of the models."""
        return {"order": list(self._policy.stamps())}

    def restore(self, outline: State, parts: Mapping[PartName, bytes]) -> list[str]:
        """Restore a state."""
        names = {model: (MODEL, model) for model in outline["order"]}
        states = {model: self._parts.decode(name, parts)["state"] for model, name in names.items()}
        self._parts.restore(
            ((names[model], state) for model, state in states.items()),
            lambda: self._policy.restore(states),
        )
        return []

    def _restore_one(self, name: PartName, state: State) -> None:
        RetrainPolicy(self._policy.options).restore({name[1]: state})
