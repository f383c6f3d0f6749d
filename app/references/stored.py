"""References as the stored state has them, and what has become of them in each column."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agents.state.stored_state import StoredState
from app.references.drawn import about_document, about_line
from app.settings import Settings
from app.state.store import matching, read_states
from detectors.monitors.given_references import REFERENCE
from detectors.monitors.model_summary import summary_of
from detectors.reference.given import GivenOutcome
from detectors.snapshots.codec import decode_snapshot
from detectors.snapshots.model_parts import MODEL
from detectors.snapshots.parts import PartName
from schemas.tables.reference_parts import GivenReference, decode_reference


@dataclass(frozen=True, slots=True)
class StoredReference:
    """A reference that workers hold.

    Attributes
    ----------
    about
        What is known of it.
    columns
        The names of its columns.
    outcomes
        By version, what has become of it in each column of the version.
    """

    about: GivenReference
    columns: tuple[str, ...]
    outcomes: Mapping[str, Mapping[str, GivenOutcome]]

    def document(self) -> dict[str, Any]:
        """Return what JSON says of it."""
        outcomes = {
            version: {name: str(outcome) for name, outcome in each.items()}
            for version, each in self.outcomes.items()
        }
        return {**about_document(self.about), "columns": self.columns, "versions": outcomes}

    def lines(self) -> Iterator[str]:
        """Yield what people are told of it."""
        yield about_line(self.about)
        yield f"  columns: {', '.join(self.columns)}"
        for version, outcomes in self.outcomes.items():
            for outcome in GivenOutcome:
                names = [name for name, each in outcomes.items() if each is outcome]
                if names:
                    yield f"  version {version}: {outcome}: {', '.join(names)}"


async def stored_references(settings: Settings, model: str) -> list[StoredReference]:
    """Return the references of a model that are stored.

    Raises
    ------
    UnusableState
        If a state that may have one cannot be read.
    BrokersUnreachable
        If no broker answers.
    """
    found: list[StoredReference] = []
    for state in await read_states(settings):
        for problem in state.problems:
            if not problem.name or problem.name[1:2] == (model,):
                raise problem
        if state.stored is not None:
            found += references_in(state.stored, model)
    return found


def references_in(stored: StoredState, model: str) -> Iterator[StoredReference]:
    """Yield the references of a model in the state of a partition."""
    names = list(matching(stored.parts, model, None, (REFERENCE,)))
    own = {version for _, _, *versions in names for version in versions}
    versions = {
        version: stored.parts[name]
        for name in matching(stored.parts, model, None, (MODEL,))
        for version in name[2:]  # none of the policy's
    }
    for name in names:
        parts = [
            decode_reference(value.tobytes())
            for _, value in decode_snapshot(stored.parts[name])["state"]["parts"]
        ]
        columns = tuple(column.name for part in parts for column in part.columns)
        whose = [version for version in versions if _has(name, version, own)]
        outcomes = {version: _outcomes(versions[version], columns) for version in whose}
        yield StoredReference(parts[0].about, columns, outcomes)


def _has(name: PartName, version: str, own: set[str]) -> bool:
    """Tell whether a version has the reference of a part."""
    return name[2] == version if len(name) > 2 else version not in own


def _outcomes(part: bytes, columns: tuple[str, ...]) -> dict[str, GivenOutcome]:
    summary = summary_of(decode_snapshot(part)["state"])
    outcomes = {column.name: column.given for column in summary.columns if column.given is not None}
    seen = {column.name for column in summary.columns}
    return outcomes | dict.fromkeys(
        (name for name in columns if name not in seen), GivenOutcome.NOT_SEEN
    )
