"""How the passes over bytes are compiled.

Functions here call one another across files, and Numba's cache on disk looks only at the file of
the function that Python calls: `app.worker.kernel_cache` deletes what is older than any source of
its top-level package.
"""

from functools import partial
from typing import Final

from numba import njit

kernel: Final = partial(njit, cache=True, nogil=True, error_model="numpy", _nrt=False)
"""Compiles a function that makes no arrays.

Numba counts the references to an array with atomic additions wherever a function is given one;
without its runtime (``_nrt``) it does not. Nothing is lost: whoever calls from Python holds all of
them meanwhile. Reading documents takes less than half the time.
"""

inlined: Final = partial(kernel, forceinline=True)
"""The same, for what runs for each token: a call would cost as much as the work."""
