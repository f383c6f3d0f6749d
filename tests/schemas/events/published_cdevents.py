"""The JSON Schemas that CDEvents publishes: the oracle of what Driftline writes in its words."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

FOLDER: Final = Path(__file__).parent / "cdevents_spec"
_FILE_OF: Final = {
    "dev.cdevents.incident.detected.0.3.0": "incidentdetected.json",
    "dev.cdevents.incident.resolved.0.3.0": "incidentresolved.json",
    "dev.cdevents.service.rolledback.0.3.0": "servicerolledback.json",
}


def checksums() -> dict[str, str]:
    """Return the checksums of the files as they are, by their names."""
    return {
        path.relative_to(FOLDER).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in FOLDER.rglob("*.json")
    }


def stated_checksums() -> dict[str, str]:
    """Return those of the files as they were published."""
    lines = (FOLDER / "SHA256SUMS").read_text().splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}


def validate(event: Any) -> None:
    """Hold an event against the schema of its type.

    Raises
    ------
    jsonschema.ValidationError
        Of one that is not as published.
    """
    schema = _schema(_FILE_OF[event["context"]["type"]])
    links = [_schema(path.relative_to(FOLDER).as_posix()) for path in FOLDER.glob("links/*.json")]
    # The schemas of events name that of links by a path that theirs does not lead to.
    links.append({**_schema("links/embeddedlinksarray.json"), "$id": _beside(schema)})
    resources = [(each["$id"], Resource.from_contents(each)) for each in links]
    registry: Registry[Any] = Registry().with_resources(resources)
    Draft202012Validator(
        schema, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER
    ).validate(event)


def _schema(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((FOLDER / name).read_text())
    return schema


def _beside(schema: dict[str, Any]) -> str:
    own = str(schema["$id"])
    return own.rpartition("/")[0] + "/links/embeddedlinksarray"
