import subprocess
import sys

SCRIPT = """
import numpy as np
from schemas.scan import KeyTable, TextTable, intern, interning, read_epochs, read_times, scan
from schemas.scan import scanner, texts, times, warm_up

kernels = [scanner._scan, interning.find_or_add, texts._intern, times._times, times._epochs]
warm_up()
compiled = [each.signatures for each in kernels]
assert [len(each) for each in compiled] == [1, 1, 1, 1, 1], compiled

frozen = np.frombuffer(b'{"a":1}', dtype=np.uint8)
for buffer in (frozen, frozen.copy(), np.repeat(frozen, 2)[::2], bytearray(frozen)):
    buffer = np.asarray(buffer, dtype=np.uint8)
    for kind in (np.int32, np.int64):
        starts, ends = np.array([0], dtype=kind), np.array([7], dtype=kind)
        ends.flags.writeable = False
        keys = KeyTable()
        assert scan(buffer, starts, ends, keys).accepted.all()
        keys.slot(("a", "b"))
        intern(buffer, starts, ends, TextTable())
        read_times(buffer, starts, ends)
        read_epochs(np.arange(4.0)[::2])
assert [each.signatures for each in kernels] == compiled
"""


def test_warm_up_leaves_nothing_to_compile() -> None:
    # In a process of its own: here the kernels are long compiled.
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", SCRIPT], check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
