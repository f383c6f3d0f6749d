"""Whether features are texts that hold something else, such as numbers: told of each, once."""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

import numpy as np

from schemas.payloads.packed_texts import packed_in
from schemas.tables.columns import Column, Kind, Role
from schemas.tables.declared import Declarations
from schemas.tables.observations import ObservationTable
from schemas.values.written import is_written

logger = logging.getLogger(__name__)

LEAST: Final = 20
"""Distinct texts from which it is told; with fewer they may be categories."""

MOST_FEATURES: Final = 10_000
"""Features of all models that are looked at."""

_MOST_ROWS: Final = 1000
"""Rows of a version that are looked at in each table."""

_ENOUGH_ROWS: Final = 50_000
"""Rows of a feature after which its few texts are its categories: nothing more is looked at."""

_MOSTLY: Final = 0.9


class TextWatch:
    """Looks at the first texts of each feature, and warns where they are no categories.

    Of texts only the shares are watched: amounts with a decimal comma would never be said to grow.

    Parameters
    ----------
    declarations
        What the settings say of models: a declared feature is what it is declared as.
    """

    def __init__(self, declarations: Declarations) -> None:
        self._declarations = declarations
        self._texts: dict[tuple[str, str], set[str] | None] = {}
        self._rows: Counter[tuple[str, str]] = Counter()

    def note(self, tables: Iterable[ObservationTable]) -> None:
        """Take note of the features in some tables."""
        for table in tables:
            columns = [each for each in table.columns if _may_be_packed(each)]
            for version, bounds in zip(table.models, pairwise(table.bounds()), strict=True):
                for column in columns:
                    self._see(version.model, column, *bounds)

    def _see(self, model: str, column: Column, begin: int, end: int) -> None:
        feature = model, column.name
        known = self._texts.get(feature, set())
        if known is None or (feature not in self._texts and len(self._texts) >= MOST_FEATURES):
            return
        if column.name in self._declarations.of(model).kinds:
            self._texts[feature] = None
            return
        end = min(end, begin + _MOST_ROWS)
        known.update(_texts(column.between(begin, end)))
        self._rows[feature] += end - begin
        undecided = len(known) < LEAST and self._rows[feature] < _ENOUGH_ROWS
        self._texts[feature] = known if undecided else None
        if len(known) >= LEAST and (what := _held_in(known)) is not None:
            logger.warning(
                "feature %r of model %r is %s: of texts only the shares are watched",
                column.name,
                model,
                what,
            )


def _texts(column: Column) -> Iterator[str]:
    """Yield some texts that rows have: the categories may be those of other rows as well."""
    for code in np.unique(column.values[column.usable])[:LEAST].tolist():
        yield column.categories[int(code)]


def _may_be_packed(column: Column) -> bool:
    return column.role is Role.FEATURE and column.kind is Kind.CATEGORY


def _held_in(texts: set[str]) -> str | None:
    """Return what most of some texts hold, in words; None of categories."""
    if sum(map(is_written, texts)) >= _MOSTLY * len(texts):
        return "numbers that are written as texts, with signs or groups; send numbers"
    return packed_in(sorted(texts))
