"""The page of the documentation that says which spellings are one value."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any, Final

import orjson

from schemas.values.booleans import boolean_of
from schemas.values.categories import category_name
from schemas.values.classes import class_name
from schemas.values.numbers import number_of
from schemas.values.spellings import NOTHING, USUAL

_EXAMPLES: Final[tuple[Any, ...]] = (
    *(1, 1.0, True, [1], "1", " 1 ", "1.0", "1e0", "+1", "true", "True", "TRUE"),
    *(0, False, "0.0", "false", 12.5, "12.50", "1.25E+1", 1e3, "1000.00", "1.25E+3", ".5"),
    *("007", "1.10", 9_007_199_254_740_993, "9007199254740993", "1,5", "1_000", "NaN", "inf"),
    *("yes", "F", "fraud", " fraud ", "Fraud", "NA", [1.0, "2.0"]),
)

_TEXT: Final = """
# Values

A value is a value, however it is spelled. What is predicted and what was true are compared by the
*class* below: numbers by value, also in text; booleans as 1 and 0; texts trimmed and in Unicode's
form NFC, capitals as they stand. A feature that is a category counts under its *category*. The
*number* is what a column of numbers, or the error of a regression, takes a value for. No class,
code or id loses a digit: a whole number beyond 2^53, and one with leading zeros, is a code.

| as it comes, in JSON | class | category | number | boolean |
| --- | --- | --- | --- | --- |
"""

_SETTINGS: Final = """
## Settings

`values.*` says otherwise for all models, `models.<name>.values.*` for one
([configuration](configuration.md)), for all that is said here: errors, the score of the predicted
class, categories and kinds of features, which labels are duplicates, and what `driftline explain`
and `driftline play` take for missing. Segments go by the usual spellings. A list replaces the usual
one; `true` and `false` are booleans whatever else is. With other spellings a model's references
begin anew, so that no reference holds a mixture.

```yaml
values:
  missing_numbers: [NA, "-", n.v.]
models:
  fraud:
    values:
      "yes": [ja, j]              # where labels are 1 and 0, or true and false
      "no": [nein, n]
      ignore_case: true           # FRAUD is fraud
      missing_numbers: []         # no mark beside those of all columns
      missing: ["", "null", "NA"] # NA is missing among texts too
```
"""


def spellings_page() -> str:
    """Return the page: what becomes of examples, and the spellings of booleans and of nothing."""
    examples = sorted(_EXAMPLES, key=class_name)
    rows = (_row(each) for _, group in groupby(examples, class_name) for each in group)
    return "".join(
        [
            _TEXT,
            *rows,
            "\n## Booleans\n\n",
            f"Wherever they stand, capitals or not: {_list(USUAL.true)}; {_list(USUAL.false)}.\n\n",
            "Where they are compared with a boolean, 0 or 1, or the column is declared a boolean: ",
            f"{_list(USUAL.yes)}; {_list(USUAL.no)}. Among themselves these are texts.\n",
            "\n## Missing values\n\n",
            "These texts, capitals as they stand, count as null where a feature has them: ",
            f"{_list(USUAL.missing)}.\n\n",
            f"{_list(USUAL.missing_numbers)} count as null where a feature is one of numbers or ",
            "booleans, declared or by its other values, and tell nothing of its kind. In a ",
            "feature of texts they are values: `NA` is Namibia, and a dash may be an answer.\n\n",
            f"An id, or a label, that is {_list(NOTHING)}, in spaces or not, is none.\n",
            _SETTINGS,
        ]
    )


def _row(value: Any) -> str:
    is_scalar = not isinstance(value, list)
    is_missing = isinstance(value, str) and USUAL.is_missing(value)
    number, boolean = number_of(value, exact=True), boolean_of(value)
    category = "missing" if is_missing else f"`{category_name(value)}`" if is_scalar else ""
    cells = (
        f"`{orjson.dumps(value).decode()}`",
        f"`{class_name(value)}`",
        category,
        "" if number is None else f"`{number:g}`",
        "" if boolean is None else f"`{str(boolean).lower()}`",
    )
    return f"| {' | '.join(cells)} |\n"


def _list(texts: Iterable[str]) -> str:
    return ", ".join(f"`{text}`" if text else "the empty text" for text in sorted(texts))
