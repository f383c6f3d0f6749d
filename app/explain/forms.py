"""What predictions of several values may be besides what they are read as."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from app.explain.reading import Understood

_MOSTLY: Final = 0.5
_SEVERAL: Final = 2
_POSITION: Final = re.compile(r"(.+)\[(?:(\d+)|(count))\]", re.DOTALL)


def form_hints(rows: Sequence[Understood]) -> Iterator[str]:
    """Yield what is to be said of predictions that are lists, or objects of numbers.

    A list of as many values as each feature may be that of several rows, by columns; of answers
    that do not depend on one another some happen to be 1 in all, as probabilities are.
    """
    lists = [row for row in rows if isinstance(row.fields.get("prediction"), list)]
    by_columns = [row for row in lists if _is_by_columns(row)]
    if by_columns and len(by_columns) >= _MOSTLY * len(lists):
        yield (
            f"{len(by_columns):,} predictions are lists, and so are their features, all of as many "
            "values: each is read as one row; write a list of objects where it is several"
        )
    chances = sum("score" in row.fields for row in lists) + _classes_of_objects(rows)
    others = len(lists) - sum("score" in row.fields for row in lists) + len(_objects(rows))
    if chances and others:
        yield (
            f"{chances:,} predictions of several numbers are 1 in all, and read as the "
            f"probabilities of classes, and {others:,} are not: of independent answers some are so "
            "by chance; give each a prediction, or a model, of its own"
        )


def _is_by_columns(row: Understood) -> bool:
    sizes: Counter[str] = Counter()
    for name, value in row.features.items():
        found = _POSITION.fullmatch(name)
        if found is None:
            if not name.endswith(("[mean]", "[norm]")):
                return False
            continue
        sizes[found[1]] += int(value) if found[3] else 1
    return len(sizes) >= _SEVERAL and set(sizes.values()) == {len(row.fields["prediction"])}


def _objects(rows: Sequence[Understood]) -> list[Mapping[str, Any]]:
    """Return the predictions that are objects of numbers between 0 and 1."""
    found = (row.fields.get("prediction") for row in rows)
    return [
        each for each in found if isinstance(each, dict) and all(map(_is_chance, each.values()))
    ]


def _classes_of_objects(rows: Sequence[Understood]) -> int:
    """Return how many predictions are classes that are names in those objects elsewhere."""
    names = {name for each in _objects(rows) for name in each}
    return sum(
        row.fields.get("prediction") in names
        for row in rows
        if isinstance(row.fields.get("prediction"), str) and "score" in row.fields
    )


def _is_chance(value: Any) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 1
