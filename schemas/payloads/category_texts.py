"""The categories that texts are, by the codes of the texts."""

from schemas.scan import TextTable
from schemas.tables.columns import LONGEST_CATEGORY, Role, says_nothing
from schemas.values.categories import category_name
from schemas.values.spellings import Spellings


class CategoryTexts:
    """The category of each text of a table, found once.

    Parameters
    ----------
    table
        The texts.
    """

    def __init__(self, table: TextTable) -> None:
        self._table = table
        self._names: dict[tuple[Role, Spellings], list[str | None]] = {}

    def names(self, codes: list[int], role: Role, spellings: Spellings) -> list[str | None]:
        """Return the category of each text; None of one that says that there is no value."""
        names = self._names.setdefault((role, spellings), [])
        if len(names) < len(self._table):
            names += [_name(text, role, spellings) for text in self._table.texts[len(names) :]]
        return [names[code] for code in codes]


def _name(text: str, role: Role, spellings: Spellings) -> str | None:
    if says_nothing(text, role, spellings):
        return None
    return category_name(text, spellings)[:LONGEST_CATEGORY]
