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
    spellings
        Which of them are booleans, and which say that there is no value.
    """

    def __init__(self, table: TextTable, spellings: Spellings) -> None:
        self._table = table
        self._spellings = spellings
        self._names: dict[Role, list[str | None]] = {}

    def names(self, codes: list[int], role: Role) -> list[str | None]:
        """Return the category of each text; None of one that says that there is no value."""
        names = self._names.setdefault(role, [])
        if len(names) < len(self._table):
            names += [self._name(text, role) for text in self._table.texts[len(names) :]]
        return [names[code] for code in codes]

    def _name(self, text: str, role: Role) -> str | None:
        if says_nothing(text, role, self._spellings):
            return None
        return category_name(text, self._spellings)[:LONGEST_CATEGORY]
