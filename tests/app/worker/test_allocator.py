import platform
import subprocess
import sys

import pytest

from app.worker.allocator import share_one_arena

_COUNT = """
import ctypes, re, sys, tempfile, threading
from app.worker.allocator import share_one_arena
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

_HOLES = """
import ctypes, sys, time
from app.worker.allocator import trimmed
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096
blocks = []
for _ in range(1000):
    # Too small for a mapping of its own; each is followed by one that stays.
    blocks.append(libc.malloc(100_000))
    ctypes.memset(blocks[-1], 1, 100_000)
    libc.malloc(32)
for block in blocks: libc.free(block)
before = resident()
with trimmed(every=0.01):
    limit = time.monotonic() + 20
    while before - resident() < 50_000_000 and time.monotonic() < limit: time.sleep(0.01)
print(before - resident())
"""

_GLIBC = platform.libc_ver()[0] == "glibc"


def _number_from(program: str, *arguments: str) -> int:
    run = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program, *arguments], check=True, capture_output=True, text=True
    )
    return int(run.stdout)


@pytest.mark.skipif(not _GLIBC, reason="only glibc has an arena for each thread")
def test_threads_share_one_arena(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    assert _number_from(_COUNT, "shared") == 1
    assert _number_from(_COUNT, "as ever") > 1


def test_who_has_set_the_allocator_up_is_not_overruled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALLOC_ARENA_MAX", "4")
    assert not share_one_arena()


@pytest.mark.skipif(not _GLIBC, reason="only glibc keeps holes")
def test_holes_in_the_heap_go_back_to_the_system() -> None:
    assert _number_from(_HOLES) >= 50_000_000
