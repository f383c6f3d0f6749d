"""Versions of a table that are not watched, and what is to become of their rows."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.monitors.newcomers import Newcomers, rows_shown
from detectors.monitors.options import MonitorOptions
from detectors.monitors.roster import Roster
from detectors.monitors.watched_roles import watched_keys
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationTable


class Strangers(NamedTuple):
    """What is to become of the versions of a table that are not watched.

    Attributes
    ----------
    keys
        These versions.
    shown
        Those of them that are to be watched.
    held
        Shape ``(n,)``: the rows of the others that are not held yet.
    """

    keys: set[ModelVersion]
    shown: set[ModelVersion]
    held: NDArray[np.bool_]


def strangers_in(
    table: ObservationTable,
    roster: Roster,
    newcomers: Newcomers,
    options_of: Callable[[str], MonitorOptions],
) -> Strangers | None:
    """Return what becomes of the versions of a table that are not watched; None where all are."""
    monitors = roster.monitors
    strange = {key for key in table.versions() if key not in monitors}
    if not strange:
        return None
    found = Strangers(strange, set(), np.zeros(len(table), dtype=np.bool_))
    columns = max(len(watched_keys(table.origin, table.columns)), 1)
    at_once = roster.at_once
    begin = 0
    for rows in table.models:
        end = begin + rows.rows
        key = (rows.model, rows.version)
        if key in strange:
            if at_once > 0:
                at_once -= columns
                found.shown.add(key)
            elif rows.rows == 1 and key not in newcomers:
                found.held[begin] = True
            else:
                unseen = newcomers.unseen(table.batch(rows, begin, end, columns=()))
                most = rows_shown(options_of(rows.model))
                if newcomers.rows_of(key) + np.count_nonzero(unseen) >= most:
                    found.shown.add(key)
                else:
                    found.held[begin:end] = unseen
        begin = end
    return found
