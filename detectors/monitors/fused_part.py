"""How the parts of the fused kernel are compiled.

What Numba compiles as a function of its own is optimised there, and once more within each that
calls it: three calls deep, the same megabyte of machine code was made three times.
"""

from functools import partial
from typing import Final

from numba import njit

part: Final = partial(njit, nogil=True, error_model="numpy", inline="always")
"""Compiles a function as a part of the one place that calls it."""

callee: Final = partial(
    njit, nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
)
"""Compiles a function that kernels alone call, not Python: what unpacks its arguments is left out.

It is in the caches of those that call it.
"""
