"""The broker's class path: the artefacts of the lock, each verified, and no others."""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from jgo.env import LockedDependency, LockFile
from jgo.maven import Artifact, MavenContext

LOCK: Final = Path(__file__).with_name("jgo.lock.toml")


class KafkaUnavailable(RuntimeError):
    """The broker's artefacts are not in the cache and cannot be fetched."""


class CorruptArtifactError(RuntimeError):
    """An artefact is not the one that the lock names."""


def cache_directory() -> Path:
    """Return the folder that keeps the artefacts between runs (the XDG cache)."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base else Path.home() / ".cache") / "driftline" / "kafka"


def class_path(
    lock: Path = LOCK, cache: Path | None = None, remotes: Mapping[str, str] | None = None
) -> list[Path]:
    """
    Return the locked artefacts' files; what is missing is fetched first.

    The lock alone decides: no POM is read, nothing is resolved. Every file is hashed on every
    call, for jgo verifies neither what it has cached nor, against the lock, what it fetches.
    Processes may share a cache.

    Parameters
    ----------
    lock
        A ``jgo.lock.toml``.
    cache
        A local Maven repository, `cache_directory` unless given.
    remotes
        Names and addresses of Maven repositories, jgo's own default unless given.

    Raises
    ------
    CorruptArtifactError
        If a file, cached or fetched, differs from its checksum, or the lock has none for it.
    KafkaUnavailable
        If an artefact cannot be fetched.
    """
    cache = cache_directory() if cache is None else cache
    store = MavenContext(repo_cache=cache, local_repos=[], offline=True)
    paths = []
    with _alone(cache):
        for dependency in LockFile.load(lock).dependencies:
            path = _artifact(dependency, store).cached_path
            if path is None:
                raise KafkaUnavailable(f"no local path for {dependency}")
            if path.exists():
                _verify(path, dependency)
            else:
                _fetch(dependency, path, cache, remotes)
            paths.append(path)
    return paths


def _fetch(
    dependency: LockedDependency, path: Path, cache: Path, remotes: Mapping[str, str] | None
) -> None:
    # A download enters the cache verified and whole, or not at all.
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=cache) as staging:
        source = MavenContext(
            repo_cache=Path(staging),
            local_repos=[],
            remote_repos=None if remotes is None else dict(remotes),
        )
        try:
            fetched = _artifact(dependency, source).resolve()
        except (OSError, RuntimeError) as error:
            # OSError is what requests raises for anything of the network, RuntimeError what jgo
            # raises for an artefact that no repository has.
            raise KafkaUnavailable(f"cannot fetch {dependency}: {error}") from error
        _verify(fetched, dependency)
        path.parent.mkdir(parents=True, exist_ok=True)
        fetched.replace(path)


def _artifact(dependency: LockedDependency, context: MavenContext) -> Artifact:
    project = context.project(dependency.groupId, dependency.artifactId)
    return project.at_version(dependency.version).artifact(
        classifier=dependency.classifier or "", packaging=dependency.packaging
    )


def _verify(path: Path, dependency: LockedDependency) -> None:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != dependency.sha256:
        raise CorruptArtifactError(
            f"{path} has SHA-256 {found}, the lock says {dependency.sha256}: "
            "delete the file to have it fetched again"
        )


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    """Keep other processes from filling the same cache; the system ends the hold with ours."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".lock").open("w", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
