"""The lock decides which artefacts the broker is made of; nothing else gets in."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from jgo.env import LockFile, compute_spec_hash

from tests.kafka.artifacts import (
    LOCK,
    CorruptArtifactError,
    KafkaUnavailable,
    cache_directory,
    class_path,
)

_RELATIVE = Path("org/example/broker/1.0/broker-1.0.jar")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Keep requests out of the test's output."""


@contextmanager
def _repository(folder: Path, content: bytes) -> Iterator[dict[str, str]]:
    """Serve a Maven repository that has one artefact."""
    path = folder / _RELATIVE
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), lambda *args: _Quiet(*args, directory=str(folder))
    )
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield {"here": f"http://127.0.0.1:{server.server_port}"}
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """A lock of one artefact whose bytes are ``genuine``."""
    path = tmp_path / "jgo.lock.toml"
    path.write_text(
        '[[dependencies]]\ngroupId = "org.example"\nartifactId = "broker"\nversion = "1.0"\n'
        f'packaging = "jar"\nsha256 = "{hashlib.sha256(b"genuine").hexdigest()}"\n',
        "ascii",
    )
    return path


def test_a_missing_artefact_is_fetched_and_then_needs_no_network(
    tmp_path: Path, lock: Path
) -> None:
    cache = tmp_path / "cache"

    with _repository(tmp_path / "served", b"genuine") as remotes:
        first = class_path(lock, cache, remotes)
    second = class_path(lock, cache, remotes)

    assert first == second == [cache / _RELATIVE]
    assert first[0].read_bytes() == b"genuine"


def test_a_corrupt_download_is_refused_and_not_kept(tmp_path: Path, lock: Path) -> None:
    cache = tmp_path / "cache"

    with (
        _repository(tmp_path / "served", b"forged") as remotes,
        pytest.raises(CorruptArtifactError, match="the lock says"),
    ):
        class_path(lock, cache, remotes)

    assert list(cache.rglob("*.jar")) == []


def test_a_corrupted_artefact_in_the_cache_is_refused(tmp_path: Path, lock: Path) -> None:
    cache = tmp_path / "cache"
    with _repository(tmp_path / "served", b"genuine") as remotes:
        (path,) = class_path(lock, cache, remotes)
    path.write_bytes(b"genuinE")

    with pytest.raises(CorruptArtifactError, match=str(path)):
        class_path(lock, cache, remotes)


def test_an_artefact_without_a_checksum_is_refused(tmp_path: Path, lock: Path) -> None:
    bare = "".join(line for line in lock.open(encoding="ascii") if "sha256" not in line)
    lock.write_text(bare, "ascii")

    with (
        _repository(tmp_path / "served", b"genuine") as remotes,
        pytest.raises(CorruptArtifactError, match="the lock says None"),
    ):
        class_path(lock, tmp_path / "cache", remotes)


def test_a_repository_that_cannot_be_reached_makes_kafka_unavailable(
    tmp_path: Path, lock: Path
) -> None:
    with pytest.raises(KafkaUnavailable, match=r"cannot fetch .*broker.*refused"):
        class_path(lock, tmp_path / "cache", {"nowhere": "http://127.0.0.1:1"})


def test_an_artefact_that_no_repository_has_makes_kafka_unavailable(
    tmp_path: Path, lock: Path
) -> None:
    lock.write_text(lock.read_text("ascii").replace("1.0", "2.0"), "ascii")

    with (
        _repository(tmp_path / "served", b"genuine") as remotes,
        pytest.raises(KafkaUnavailable, match="not found"),
    ):
        class_path(lock, tmp_path / "cache", remotes)


def test_processes_may_fill_one_cache_at_the_same_time(tmp_path: Path, lock: Path) -> None:
    cache = tmp_path / "cache"

    with _repository(tmp_path / "served", b"genuine") as remotes, ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: class_path(lock, cache, remotes), range(8)))

    assert found == [[cache / _RELATIVE]] * 8
    assert sorted(path.name for path in cache.iterdir()) == [".lock", "org"]


def test_the_cache_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/elsewhere")

    assert cache_directory() == Path("/elsewhere/driftline/kafka")


def test_the_lock_belongs_to_its_coordinates_and_has_every_checksum_and_no_address() -> None:
    lock = LockFile.load(LOCK)

    assert lock.spec_hash == compute_spec_hash(LOCK.with_name("jgo.toml"))
    assert all(len(dependency.sha256 or "") == 64 for dependency in lock.dependencies)
    assert "://" not in LOCK.read_text("utf-8")
