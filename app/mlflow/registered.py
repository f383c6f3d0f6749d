"""What MLflow's answers say of registered models and their versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from schemas.values.classes import without_margins

NAME_TAG = "driftline.version"
"""The tag of a registered version that says what predictions have as their version."""


class NotMlflow(ValueError):
    """An answer has another form than MLflow's."""


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A registered model.

    Attributes
    ----------
    name
        Its name.
    aliases
        Alias to the number of its version.
    tags
        Its own tags.
    """

    name: str
    aliases: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Return what a document says.

        Raises
        ------
        NotMlflow
            If it has another form.
        """
        model = document.get("registered_model")
        if not isinstance(model, Mapping):
            raise NotMlflow("no registered_model")
        return cls(
            name=_text(model, "name"),
            aliases=_pairs(model, "aliases", "alias", "version"),
            tags=_pairs(model, "tags", "key", "value"),
        )


@dataclass(frozen=True, slots=True)
class RegisteredVersion:
    """A version of a registered model.

    Attributes
    ----------
    number
        MLflow's own, a text of digits.
    run_id
        Of the run that made it; empty where none did.
    tags
        Its tags.
    """

    number: str
    run_id: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, version: object) -> Self:
        """Return what a `model_version` says. Raises as `RegisteredModel.of`."""
        if not isinstance(version, Mapping):
            raise NotMlflow("no model_version")
        run_id = version.get("run_id") or ""
        if not isinstance(run_id, str):
            raise NotMlflow("run_id is no text")
        return cls(_text(version, "version"), run_id, _pairs(version, "tags", "key", "value"))

    def called(self, template: str) -> str | None:
        """Return what predictions have as their version, as it is read; None where nothing says it.

        Parameters
        ----------
        template
            As `mlflow.version_name` has it.

        Examples
        --------
        >>> RegisteredVersion("3").called("v{number}")
        'v3'
        """
        if name := without_margins(self.tags.get(NAME_TAG, "")):
            return name
        if "{run_id}" in template and not self.run_id:
            return None
        return without_margins(template.format(number=self.number, run_id=self.run_id))


def versions_of(document: Mapping[str, Any]) -> tuple[Sequence[RegisteredVersion], str]:
    """Return the versions of a page, and the token of the next one, empty at the end.

    Raises
    ------
    NotMlflow
        If the document has another form.
    """
    token = document.get("next_page_token") or ""
    if not isinstance(token, str):
        raise NotMlflow("next_page_token is no text")
    return [RegisteredVersion.of(each) for each in _list(document, "model_versions")], token


def _text(document: Mapping[str, Any], key: str) -> str:
    value = document.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value:
        raise NotMlflow(f"{key} is no text")
    return value


def _list(document: Mapping[str, Any], name: str) -> list[Any]:
    """Return a list; one that is empty MLflow leaves out."""
    items = document.get(name)
    if items is not None and not isinstance(items, list):
        raise NotMlflow(f"{name} is no list")
    return items or []


def _pairs(document: Mapping[str, Any], name: str, key: str, value: str) -> dict[str, str]:
    items = _list(document, name)
    if not all(isinstance(each, Mapping) for each in items):
        raise NotMlflow(f"{name} is no list of pairs")
    # A tag may be empty, and MLflow then leaves the value out.
    return {_text(each, key): str(each.get(value) or "") for each in items}
