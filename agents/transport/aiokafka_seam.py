"""
Where aiokafka can be given other classes than its own, and whether the one installed still can.

aiokafka has no hook between the bytes of a fetch response and the objects that it makes of them.
All else that its fetcher does is wanted unchanged: prefetching, positions, pauses, seeks, resets.
So its own methods run with other classes behind some names of their module.
"""

import inspect
from collections.abc import Callable, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

KNOWN_VERSION: Final = "0.14."

REPLACED: Final[Mapping[str, frozenset[str]]] = {
    "_proc_fetch_request": frozenset({"MemoryRecords", "PartitionRecords", "FetchResult"}),
    "fetched_records": frozenset({"FetchResult"}),
    "next_record": frozenset({"FetchResult"}),
}
"""The methods of the fetcher that use the classes, and which of them."""

_PARAMETERS: Final[Mapping[str, tuple[str, ...]]] = {
    "PartitionRecords.__init__": (
        "self",
        "tp",
        "records",
        "aborted_transactions",
        "fetch_offset",
        "key_deserializer",
        "value_deserializer",
        "check_crcs",
        "isolation_level",
    ),
    "FetchResult.__init__": ("self", "tp", "assignment", "partition_records", "backoff"),
    "FetchResult.getall": ("self", "max_records"),
    "Fetcher._proc_fetch_request": ("self", "assignment", "node_id", "request"),
    "Fetcher._update_fetch_positions": ("self", "assignment", "node_id", "tps"),
}
_USED_BY_GETALL: Final = frozenset(
    {"_topic_partition", "check_assignment", "_partition_records", "_update_position"}
)
_USED_BY_FETCHES: Final = frozenset({"OffsetOutOfRangeError", "await_reset"})
_USED_BY_RESETS: Final = frozenset({"awaiting_reset", "reset_to"})
_USED_BY_ACTIONS: Final = frozenset({"_records", "_fetch_max_wait_ms", "_fetch_min_bytes"})


class UnknownAiokafka(RuntimeError):
    """The installed aiokafka is not built as the transport expects."""


def check(version: str, module: ModuleType) -> None:
    """Check that the fetcher is the one that the transport was written for.

    Parameters
    ----------
    version
        Of the installed aiokafka.
    module
        Its ``aiokafka.consumer.fetcher``.

    Raises
    ------
    UnknownAiokafka
        If not, with what is different.
    """
    if not version.startswith(KNOWN_VERSION):
        raise UnknownAiokafka(f"aiokafka is {version}; the transport needs {KNOWN_VERSION}*")
    for path, expected in _PARAMETERS.items():
        found = tuple(inspect.signature(_function(module, path)).parameters)
        if found != expected:
            raise UnknownAiokafka(f"{path} of aiokafka's fetcher takes {found}, not {expected}")
    missing = _USED_BY_GETALL - _names(_function(module, "FetchResult.getall").__code__)
    if missing:
        raise UnknownAiokafka(f"FetchResult of aiokafka's fetcher has no {sorted(missing)}")
    classes = frozenset().union(*REPLACED.values())
    uses = {
        name: used
        for name, member in vars(module.Fetcher).items()
        if isinstance(member, FunctionType) and (used := classes & _names(member.__code__))
    }
    if uses != REPLACED:
        raise UnknownAiokafka(f"aiokafka's fetcher uses its classes in {uses}, not in {REPLACED}")
    if not _names(_function(module, "Fetcher._get_actions_per_node").__code__) >= _USED_BY_ACTIONS:
        raise UnknownAiokafka("aiokafka's fetcher decides elsewhere how long a broker may wait")
    for path, used in (
        ("Fetcher._proc_fetch_request", _USED_BY_FETCHES),
        ("Fetcher._update_fetch_positions", _USED_BY_RESETS),
    ):
        if not _names(_function(module, path).__code__) >= used:
            raise UnknownAiokafka("aiokafka's fetcher decides elsewhere where a log begins")


def rebound(function: Any, names: Mapping[str, object]) -> Callable[..., Any]:
    """Return a function of the same code, in which global names mean something else.

    Raises
    ------
    UnknownAiokafka
        If it does not use one of the names.
    """
    missing = names.keys() - _names(function.__code__)
    if missing:
        raise UnknownAiokafka(f"{function.__qualname__} of aiokafka does not use {sorted(missing)}")
    copy = FunctionType(
        function.__code__,
        {**function.__globals__, **names},
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy


def _function(module: ModuleType, path: str) -> Any:
    found: Any = module
    for name in path.split("."):
        found = getattr(found, name, None)
    if not isinstance(found, FunctionType):
        raise UnknownAiokafka(f"aiokafka's fetcher has no {path}")
    return found


def _names(code: CodeType) -> frozenset[str]:
    """Return the global names and attributes that a function uses, inner functions included."""
    inner = (_names(each) for each in code.co_consts if isinstance(each, CodeType))
    return frozenset(code.co_names).union(*inner)
