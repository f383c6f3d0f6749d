"""The scalar members of a batch of documents, as columns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.scan.words import Positions


@dataclass(frozen=True, slots=True)
class Entries:
    """All ``m`` scalar members of the accepted ones of ``n`` documents, in order of occurrence.

    Attributes
    ----------
    row_ptr
        Shape ``(n + 1,)``: the entries of row ``i`` are ``row_ptr[i]:row_ptr[i + 1]``.
    accepted
        Shape ``(n,)``: False where a document has to go the slow way; it has no entries.
    slot
        Shape ``(m,)``: the path of the member, a slot of the `KeyTable`.
    kind
        Shape ``(m,)``, a `Token` each.
    number
        Shape ``(m,)``: the value of a number, 1 of true, 0 of all others.
    start, end
        Shape ``(m,)``: where the value stands in the buffer; a text's without its quotes.
    """

    row_ptr: Positions
    accepted: NDArray[np.bool_]
    slot: NDArray[np.int32]
    kind: NDArray[np.uint8]
    number: NDArray[np.float64]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
