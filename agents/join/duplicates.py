"""What comes twice: which events are the same again, and which are others of the same id."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agents.join.labels import digest, digests
from agents.prediction_log.entry import NO_DIGEST, Entry
from agents.prediction_log.predictions import NO_CONTENT
from schemas.tables.coded import Coded
from schemas.tables.declared import Declarations
from schemas.tables.model_version import ModelVersion

DUPLICATE: Final = "duplicate"
CORRECTED: Final = "corrected"


class Duplicates:
    """Tells whether labels and predictions of an id that is known are the same again.

    A prediction is where its bytes are, a label where its value is, however that is spelled; of
    what is kept of both there are digests.

    Parameters
    ----------
    declarations
        Which labels of a model are one.
    """

    def __init__(self, declarations: Declarations) -> None:
        self._declarations = declarations

    def of_label(self, value: Any, known: Iterable[tuple[str | None, int]]) -> str:
        """Return what a label counts as that comes again: `DUPLICATE` or `CORRECTED`.

        Parameters
        ----------
        known
            Of the labels that came before, their models, None where none is named, and digests.
        """
        is_same = all(found in {self.digest(value, model), NO_DIGEST} for model, found in known)
        return DUPLICATE if is_same else CORRECTED

    def is_known(self, content: int, entries: Collection[Entry]) -> bool:
        """Tell whether a prediction has the content of one of its id, model and version."""
        return content != NO_CONTENT and any(entry.content == content for entry in entries)

    def digest(self, value: Any, model: str | None) -> int:
        """Return what tells a label of a model from others."""
        return digest(value, self._declarations.of(model).spellings)

    def digests(self, values: Sequence[Any], names: Coded[ModelVersion]) -> NDArray[np.uint32]:
        """Return the digests of labels, shape ``(n,)``, of the models that are named."""
        general, *others = self._declarations.spellings
        if not others:
            return digests(values, general)
        pairs = zip(values, names.values(), strict=True)
        return np.array([self.digest(value, name[0]) for value, name in pairs], dtype=np.uint32)
