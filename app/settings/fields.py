"""The shape of the settings: what stands at a path, and which paths are secrets."""

from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from pathlib import Path as FilePath
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr

from app.settings.settings import Settings

Path: TypeAlias = tuple[str, ...]
"""Keys from the root of the configuration to a setting."""


def annotation_at(path: Path) -> Any:
    """Return the type of the setting at a path; None where there is none.

    The type is without ``Annotated`` and ``| None``.
    """
    found: Any = Settings
    for step in path:
        found = _inside(found, step)
        if found is None:
            return None
    return found


def is_model(annotation: Any) -> bool:
    """Tell whether a type is a section, whose keys are fixed."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def is_text(annotation: Any) -> bool:
    """Tell whether a value of the type is written as it is, not as YAML."""
    if get_origin(annotation) is Literal:
        return all(isinstance(choice, str) for choice in get_args(annotation))
    texts = (str, SecretStr, FilePath)
    return isinstance(annotation, type) and (
        issubclass(annotation, texts) or (issubclass(annotation, Enum))
    )


def names_at(path: Path) -> tuple[str, ...]:
    """Return the keys of the section at a path; empty where it has no fixed ones."""
    annotation = annotation_at(path)
    return tuple(annotation.model_fields) if is_model(annotation) else ()


def described(path: Path) -> str:
    """Return the first sentence of a setting's description."""
    section = annotation_at(path[:-1])
    field = section.model_fields.get(path[-1]) if is_model(section) else None
    if field is None or not field.description:
        return "a value"
    first: str = field.description.split(";")[0].rstrip(".").replace("`", "")
    return first[0].lower() + first[1:]


@cache
def leaves() -> tuple[Path, ...]:
    """Return the paths of all settings with a fixed name that are no sections."""
    return tuple(_leaves(Settings, ()))


@cache
def secrets() -> tuple[Path, ...]:
    """Return the paths of the secrets."""
    return tuple(path for path in leaves() if annotation_at(path) is SecretStr)


def holds_secret(path: Path) -> bool:
    """Tell whether the value at a path is a secret, is inside one, or should have one inside."""
    return any(path == secret[: len(path)] or secret == path[: len(secret)] for secret in secrets())


def _leaves(section: type[BaseModel], path: Path) -> Iterator[Path]:
    for name in section.model_fields:
        inner = annotation_at((*path, name))
        if is_model(inner):
            yield from _leaves(inner, (*path, name))
        else:
            yield (*path, name)


def _inside(annotation: Any, step: str) -> Any:
    if is_model(annotation):
        field = annotation.model_fields.get(step)
        return None if field is None else _bare(field.annotation)
    if get_origin(annotation) is Mapping:
        return _bare(get_args(annotation)[1])
    item = _item(annotation)
    return _bare(item) if item is not None and step.isdigit() else None


def _item(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is tuple else None


def _bare(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in {Union, UnionType}:
        others = [each for each in get_args(annotation) if each is not NoneType]
        return _bare(others[0]) if len(others) == 1 else annotation
    return annotation
