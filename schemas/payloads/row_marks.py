"""Members by which change feeds mark a row, beside its own columns, as one that is gone.

Rows that are flattened have what became of them in a column of its own: Debezium, Hudi, Fivetran,
PeerDB, Delta Lake (an update is the row before and the row after), Snowflake, IBM CDC, HVR, SQL
Server, Paimon, Scylla, Qlik, SAP, Informatica. Airbyte and Stitch have the time of the deletion,
Estuary and Salesforce what became of it in an object.
"""

import math
from collections.abc import Mapping
from itertools import product
from typing import Any, Final

_TRUE: Final = frozenset({"true", "1"})
_DELETED: Final = frozenset(
    {
        *("d", "delete", "deleted", "remove", "-d"),
        *("-u", "update_before", "update_preimage", "preimage"),
    }
)
"""What feeds call a deletion, and a row as it was before an update."""


def _in_both_cases(says: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Return names as they are, and as databases write them that know one case alone."""
    variants = {each: said for name, said in says.items() for each in (name.upper(), name.lower())}
    return {**variants, **says}


SAYS: Final[Mapping[str, frozenset[str]]] = _in_both_cases(
    {
        **dict.fromkeys(
            (
                *("__deleted", "_deleted", "_is_deleted", "__is_deleted", "_hoodie_is_deleted"),
                *("_fivetran_deleted", "_peerdb_is_deleted", "__hevo__marked_deleted"),
                *("__artie_delete", "_rivery_deleted"),
            ),
            _TRUE,
        ),
        **{
            begin + name: _DELETED
            for begin, name in product(
                ("_", "__"),
                (
                    *("op", "operation", "op_type", "optype", "cdc_op", "cdc_operation"),
                    *("dms_op", "change_type", "changetype", "row_kind", "rowkind"),
                ),
            )
        },
        **dict.fromkeys(("rowkind", "_hoodie_operation", "metadata$action"), _DELETED),
        **dict.fromkeys(("row_kind", "$row_kind", "$rowkind"), frozenset({"-d", "-u"})),
        "mz_diff": frozenset({"-1"}),
        "__op": _DELETED | {"1"},  # StarRocks
        "A_ENTTYP": frozenset({"dl", "dr", "ub"}),
        "hvr_op": frozenset({"0", "3", "4", "5", "8"}),
        "__$operation": frozenset({"1", "3"}),
        "cdc$operation": frozenset({"0", "3", "4", "5", "6", "7", "8"}),
        "header__change_oper": frozenset({"d", "b"}),
        "INFA_OP_TYPE": frozenset({"delete", "delete_event"}),
        **dict.fromkeys(("IBMSNAP_OPERATION", "SYS_CHANGE_OPERATION"), frozenset({"d"})),
        "ODQ_CHANGEMODE": frozenset({"d"}),
        "RECORDMODE": frozenset({"d", "r", "x"}),
    }
)
"""What each member says, in small letters, of a row that is gone, or as it was before an update."""

TIMES: Final = frozenset(
    {"_ab_cdc_deleted_at", "_sdc_deleted_at", "_deleted_at", "__deleted_at", "_sling_deleted_at"}
)
"""Members that have the time of the deletion, and are null or empty until then."""

WITHIN: Final[Mapping[tuple[str, ...], frozenset[str]]] = {
    ("_meta", "op"): frozenset({"d"}),
    ("ChangeEventHeader", "changeType"): frozenset({"delete", "gap_delete"}),
}
"""Members of an object beside the row, by their paths, that say the same."""

ROW_MARKS: Final = TIMES | SAYS.keys() | {above for above, _ in WITHIN}
"""All of them."""


def is_marked_deleted(row: Mapping[str, Any]) -> bool:
    """Tell whether a row is marked as deleted, or as what it was before an update.

    Examples
    --------
    >>> is_marked_deleted({"x": 1, "__deleted": "true"}), is_marked_deleted({"__deleted": False})
    (True, False)
    >>> is_marked_deleted({"x": 1, "_change_type": "update_preimage"})
    True
    >>> is_marked_deleted({"_ab_cdc_deleted_at": None}), is_marked_deleted({"_sdc_deleted_at": 1})
    (False, True)
    >>> is_marked_deleted({"__$operation": 3}), is_marked_deleted({"A_ENTTYP": "UP"})
    (True, False)
    """
    for name in ROW_MARKS & row.keys():
        value = row[name]
        if name in SAYS and said(value) in SAYS[name]:
            return True
        if name in TIMES and is_time_of_deletion(value):
            return True
    return any(
        type(about := row.get(above)) is dict and said(about.get(name)) in told
        for (above, name), told in WITHIN.items()
    )


def is_time_of_deletion(value: Any) -> bool:
    """Tell whether the time of a deletion is one: no text for nothing, and not the zero of clocks.

    Examples
    --------
    >>> is_time_of_deletion("2026-03-01T12:00:00Z"), is_time_of_deletion(1772366400)
    (True, True)
    >>> is_time_of_deletion("0001-01-01T00:00:00Z"), is_time_of_deletion("NaT")
    (False, False)
    """
    if type(value) is str:
        text = value.strip().lower()
        if text in _NO_TIMES or text.startswith(_ZERO_TIMES):
            return False
        try:
            value = float(text)
        except ValueError:
            return True
    if type(value) not in {int, float} or not 0 < value < math.inf:
        return False
    return not any(_LAST_YEAR <= value / unit < _LAST_YEAR + _YEAR for unit in _UNITS)


_NO_TIMES: Final = frozenset(
    {*("", "null", "none", "nil", "nat", "n/a", "na", "undefined", "-", "\\n", "never")}
    | {*("false", "no", "n", "f")}
)
_ZERO_TIMES: Final = (
    *("0000-", "0001-01-01", "1753-01-01", "1899-12-3", "1900-01-01", "1969-12-31", "1970-01-01"),
    "9999-12-31",
)
"""Dates that stand for none: of Go, MySQL, SQL Server, Excel, Unix, and the end of all times."""

_LAST_YEAR: Final = 253_370_764_800
"""Seconds from the epoch to the year 9999."""

_YEAR: Final = 366 * 86_400
_UNITS: Final = (1, 10**3, 10**6, 10**9)


def said(value: Any) -> str:
    """Return what a mark says, in small letters; nothing of what is no scalar.

    Examples
    --------
    >>> said("-D"), said(True), said(0), said(3.0), said([])
    ('-d', 'true', '0', '3', '')
    """
    if type(value) is str:
        return value.lower()
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is float and value.is_integer():
        value = int(value)
    return str(value) if type(value) is int else ""
