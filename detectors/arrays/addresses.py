"""Arrays of many objects in one compiled call: by their addresses."""

from typing import Any

from numba.core import cgutils, types
from numba.extending import intrinsic
from numpy.typing import NDArray


def _to_pointer(_: Any, address: Any) -> Any:
    """Make the pointer that ``numba.carray`` takes of an address."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), generate


pointer: Any = intrinsic(_to_pointer)
"""In a kernel, the pointer to an address; whoever gave that keeps the array alive meanwhile."""


def address_of(array: NDArray[Any]) -> int:
    """Return where the values of an array lie; whoever asks keeps it alive."""
    address: int = array.__array_interface__["data"][0]
    return address
