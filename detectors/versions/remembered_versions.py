"""Versions that are remembered of the models of one partition, and which are forgotten first."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Final

from detectors.versions.version import WatchedVersion
from schemas.tables.model_version import ModelVersion

MOST_OF_MODEL: Final = 200
"""Versions of one model that are remembered."""


class RememberedVersions:
    """What is remembered of versions; of those that model events have named it is bounded.

    Parameters
    ----------
    most
        Named versions that are remembered in all.

    Attributes
    ----------
    versions
        What is remembered, by model and version.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.versions: dict[ModelVersion, WatchedVersion] = {}
        self._models: dict[str, dict[str, None]] = {}
        """The versions of each model."""
        self._named: dict[ModelVersion, None] = {}
        """In the order in which they were named for the first time."""

    def begin(self, key: ModelVersion) -> WatchedVersion:
        """Remember a version of which nothing is known yet."""
        version = self.versions[key] = WatchedVersion()
        self._models.setdefault(key[0], {})[key[1]] = None
        return version

    def forget(self, key: ModelVersion) -> bool:
        """Forget a version; tell whether no other one of its model is remembered."""
        model, name = key
        del self.versions[key]
        self._named.pop(key, None)
        names = self._models[model]
        del names[name]
        if names:
            return False
        del self._models[model]
        return True

    def is_named(self, key: ModelVersion) -> bool:
        """Tell whether model events have named a version."""
        return key in self._named

    def name(self, key: ModelVersion) -> None:
        """Take note that a model event has named a version."""
        self._named[key] = None

    def displaced_by(
        self, key: ModelVersion, is_champion: Callable[[ModelVersion], bool]
    ) -> ModelVersion | None:
        """Return which named version is to be forgotten before another one is named, if any."""
        if key in self._named:
            return None
        of_model = [(key[0], each) for each in self.names(key[0])]
        if sum(each in self._named for each in of_model) >= MOST_OF_MODEL:
            return _first([each for each in self._named if each[0] == key[0]], is_champion)
        return _first(self._named, is_champion) if len(self._named) >= self._most else None

    def names(self, model: str) -> Mapping[str, None]:
        """Return the versions of a model, in the order in which they were heard of."""
        return self._models.get(model, {})

    def of(self, model: str) -> Iterator[WatchedVersion]:
        """Yield what is remembered of each version of a model."""
        return (self.versions[model, name] for name in self.names(model))

    def keys(self, model: str | None) -> list[ModelVersion]:
        """Return the versions of a model, or of all of them, by their names."""
        if model is None:
            return sorted(self.versions)
        return sorted((model, name) for name in self.names(model))

    def named(self) -> list[list[str]]:
        """Return the named versions in their order, for `restore`."""
        return [list(key) for key in self._named]

    def restore(
        self, versions: Mapping[ModelVersion, WatchedVersion], named: Iterable[Iterable[str]]
    ) -> None:
        """Take over versions, and which of them are named, in their order."""
        self.versions, self._models = dict(versions), {}
        for model, name in versions:
            self._models.setdefault(model, {})[name] = None
        self._named = dict.fromkeys((model, name) for model, name in named)


def _first(
    keys: Collection[ModelVersion], is_champion: Callable[[ModelVersion], bool]
) -> ModelVersion:
    """Return which of some named versions, in their order, is to be forgotten."""
    return next((key for key in keys if not is_champion(key)), next(iter(keys)))
