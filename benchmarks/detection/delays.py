"""Rows from a change to the alarm that tells of it, beside River's detectors and trivial ones."""

from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks import shares
from benchmarks.detection import tuned
from benchmarks.detection.bars import Bar, bars
from benchmarks.detection.intervals import bootstrap
from benchmarks.detection.section import Plan, Pool, Section, table
from benchmarks.detection.stationary import STATIONARY, Draw
from benchmarks.watchers import Values, driftline
from detectors.algorithms.false_alarms import DEFAULT, FalseAlarms
from schemas.tables.columns import Kind

CHANGE_AT: Final = 20_000
ROWS_AFTER: Final = 20_000

OFTEN: Final = FalseAlarms.of("1 per 100,000 rows per column")

Shift = Callable[[Values], Values]

SHIFTED: Final = ("normal", "AR(1), 0.5", "AR(1), 0.9")


def _ramp(rows: int) -> Shift:
    return lambda values: values + np.minimum(np.arange(len(values)) / rows, 1.0)


SHIFTS: Final[dict[str, Shift]] = {
    "+0.25 sd": lambda values: values + 0.25,
    "+0.5 sd": lambda values: values + 0.5,
    "+1 sd": lambda values: values + 1.0,
    "+2 sd": lambda values: values + 2.0,
    "sd x 2": lambda values: values * 2.0,
    "sd x 0.5": lambda values: values * 0.5,
    "+1 sd in 1,000 rows": _ramp(1000),
    "+1 sd in 10,000 rows": _ramp(10_000),
}

OURS: Final = {"Driftline": DEFAULT, "Driftline, 1 in 100,000": OFTEN}

WATCHERS: Final = (
    *OURS,
    *(f"River {name}, 1 in 100,000" for name in tuned.PEERS),
    *(f"River {name}" for name in tuned.PEERS),
    "always",
    "never",
)


def before_of(change: str) -> Draw:
    """Return what draws the values before a change, named after its stream or its case."""
    return shares.CASES[change].before if change in shares.CASES else STATIONARY[change].draw


def parameter_of(change: str, peer: str, runs: int, seed: int) -> float | None:
    """Return the parameter of a peer with one alarm in 100,000 rows before a change."""
    return tuned.tuned(peer, before_of(change), runs, seed)


def delay(change: str, shift: str, watcher: str, parameter: float | None, seed: int) -> float:
    """Return the rows from a change to the first alarm; infinite where it is missed.

    Parameters
    ----------
    change
        The stream that is shifted, or a case of `benchmarks.shares`.
    shift
        How; nothing of a case.
    watcher
        One of `WATCHERS`.
    parameter
        Of a tuned peer; None where it cannot be tuned.
    seed
        Of the stream.
    """
    rng = np.random.default_rng(seed)
    kind = Kind.NUMBER
    if shift:
        values = STATIONARY[change].draw(rng, CHANGE_AT + ROWS_AFTER)
        values[CHANGE_AT:] = SHIFTS[shift](values[CHANGE_AT:])
    else:
        case = shares.CASES[change]
        kind = case.kind
        values = np.concatenate([case.before(rng, CHANGE_AT), case.after(rng, ROWS_AFTER)])
    alarms = _alarms(watcher, values, kind, parameter, seed)
    return next((float(row - CHANGE_AT) for row in alarms if row >= CHANGE_AT), np.inf)


def _alarms(
    watcher: str, values: Values, kind: Kind, parameter: float | None, seed: int
) -> list[int]:
    if watcher in OURS:
        return driftline(values, seed, kind, OURS[watcher])
    if watcher == "always":
        return list(range(len(values)))
    peer = watcher.removeprefix("River ").partition(",")[0]
    if watcher == "never" or parameter is None:
        return []
    return tuned.alarms_of(peer, parameter, values)


def _median(delays: list[float], draw: NDArray[np.int64]) -> float:
    # The middle of an even number is the upper one: a mean with a missed change says nothing.
    return float(np.sort(np.array(delays)[draw])[len(delays) // 2])


def measure(pool: Pool, plan: Plan) -> Section:
    """Measure the median delays of all changes."""
    changes = [*product(SHIFTED, SHIFTS), *((name, "") for name in shares.CASES)]
    streams = list(dict.fromkeys(change for change, _ in changes))
    keys = list(product(streams, tuned.PEERS))
    runs = 10 if len(plan.seeds) >= 20 else 3
    found = pool.map(parameter_of, [(*key, runs, 1000) for key in keys])
    parameters = dict(zip(keys, found, strict=True))

    def parameter(change: str, watcher: str) -> float | None:
        peer = watcher.removeprefix("River ").partition(",")[0]
        if peer not in tuned.PEERS:
            return None
        return parameters[change, peer] if "," in watcher else tuned.PEERS[peer].default

    cells = list(product(changes, WATCHERS))
    delays = pool.map(
        delay,
        [
            (*change, watcher, parameter(change[0], watcher), seed)
            for change, watcher in cells
            for seed in plan.seeds
        ],
    )
    count = len(plan.seeds)
    medians: dict[tuple[tuple[str, str], str], Bar] = {}
    for number, (change, watcher) in enumerate(cells):
        own = delays[number * count : (number + 1) * count]
        median = partial(_median, own)
        name = change[1] or change[0]
        medians[change, watcher] = Bar(
            name, median(np.arange(count, dtype=np.int64)), *bootstrap(own, median)
        )

    def told(change: tuple[str, str], watcher: str) -> str:
        if "," in watcher and watcher not in OURS and parameter(change[0], watcher) is None:
            return "too many alarms"
        bar = medians[change, watcher]
        if np.isinf(bar.value):
            return "missed"
        return f"{bar.value:,.0f} ({bar.low:,.0f} to {bar.high:,.0f})".replace("inf", "missed")

    shifts = [
        (stream, watcher, *(told((stream, shift), watcher) for shift in SHIFTS))
        for stream, watcher in product(SHIFTED, WATCHERS)
    ]
    others = [(name, *(told((name, ""), watcher) for watcher in WATCHERS)) for name in shares.CASES]
    lines = [
        "## Delays",
        "",
        (
            f"Rows from a change at row {CHANGE_AT:,} to the first alarm, the median of {count} "
            "runs and its bootstrapped interval of 95 %; *missed* where most runs do not alarm "
            f"within {ROWS_AFTER:,} rows. *1 in 100,000*: Driftline with that budget, and River's "
            f"on the same values with the one parameter of each that gives as many on {runs} "
            f"unchanging streams of 100,000 rows (seeds 1000 to {999 + runs}); *too many alarms* "
            "where none does. The others have their defaults. Where a detector alarms all the "
            "time its delay says nothing, as that of *always*."
        ),
        "",
        *table(("stream", "watched by", *SHIFTS), shifts),
        "",
        *table(("change", *WATCHERS), others),
        "",
        *table(
            ("stream", *(f"{peer}, 1 in 100,000" for peer in tuned.PEERS)),
            [
                (stream, *(_shown(parameters[stream, peer]) for peer in tuned.PEERS))
                for stream in streams
            ],
        ),
        "",
        "![Delays of the default monitor, a bar a change](quality/delays.svg)",
    ]
    normal, often = "normal", "Driftline, 1 in 100,000"
    figures: dict[str, float | None] = {
        "delay_1sd": medians[(normal, "+1 sd"), often].value,
        "delay_sd2": medians[(normal, "sd x 2"), often].value,
        "ar5_1sd": medians[("AR(1), 0.5", "+1 sd"), "Driftline"].value,
        "ar9_1sd": medians[("AR(1), 0.9", "+1 sd"), "Driftline"].value,
    }
    shown = [
        medians[change, "Driftline"] for change in changes if change[0] == normal or not change[1]
    ]
    return Section(lines, figures, {"delays.svg": bars("median delay in rows", shown)})


def _shown(parameter: float | None) -> str:
    return "none" if parameter is None else f"{parameter:.3g}"
