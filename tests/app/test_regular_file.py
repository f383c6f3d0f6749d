import os
import socket
from pathlib import Path
from time import monotonic

import pytest

from app.regular_file import UnusableFile, contents, opened


def special(kind: str, folder: Path) -> Path:
    path = folder / kind
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(path))
    else:
        path.symlink_to("/dev/zero")
    return path


@pytest.mark.parametrize("kind", ["folder", "pipe", "socket", "device"])
def test_what_is_no_regular_file_is_named_at_once(kind: str, tmp_path: Path) -> None:
    path = special(kind, tmp_path)
    begun = monotonic()
    with pytest.raises(UnusableFile) as caught:
        opened(path)
    assert caught.value.strerror == f"a {kind}, no regular file"
    assert monotonic() - begun < 10


def test_a_file_is_read_through_links_as_orchestrators_mount_it(tmp_path: Path) -> None:
    version = tmp_path / "..2026_11_28"
    version.mkdir()
    (version / "password").write_bytes(b"hunter2\n")
    (tmp_path / "..data").symlink_to(version.name)
    (tmp_path / "password").symlink_to("..data/password")

    assert contents(tmp_path / "password", 8) == b"hunter2\n"


def test_a_file_of_more_bytes_than_it_may_have_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(UnusableFile, match="more than 10 bytes"):
        contents(path, 10)


def test_an_absent_file_a_ring_of_links_and_an_odd_name_are_errors_of_the_system(
    tmp_path: Path,
) -> None:
    ring = tmp_path / "ring"
    ring.symlink_to(ring)
    for path in (ring, tmp_path / "none", Path("a\0b")):
        with pytest.raises(OSError, match=r".+") as caught:
            opened(path)
        assert caught.value.strerror
