import platform
import subprocess
import sys

import pytest

from app.allocator import share_one_arena

_COUNT = """
import ctypes, re, sys, tempfile, threading
from app.allocator import share_one_arena
if sys.argv[1] == "shared":
    assert share_one_arena()
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fopen.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
libc.fclose.argtypes = [ctypes.c_void_p]
# Not one after the other, or they would share an arena that is free again.
barrier = threading.Barrier(4)
def allocate():
    libc.malloc(100_000)
    barrier.wait()
threads = [threading.Thread(target=allocate) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
with tempfile.NamedTemporaryFile("r") as file:
    stream = libc.fopen(file.name.encode(), b"w")
    libc.malloc_info(0, stream)
    libc.fclose(stream)
    print(len(re.findall("<heap nr=", file.read())))
"""

_GLIBC = platform.libc_ver()[0] == "glibc"


def _arenas(how: str) -> int:
    run = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _COUNT, how], check=True, capture_output=True, text=True
    )
    return int(run.stdout)


@pytest.mark.skipif(not _GLIBC, reason="only glibc has an arena for each thread")
def test_threads_share_one_arena(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    assert _arenas("shared") == 1
    assert _arenas("as ever") > 1


def test_who_has_set_the_allocator_up_is_not_overruled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALLOC_ARENA_MAX", "4")
    assert not share_one_arena()
