"""Real streams with known changes, by the path of their files."""

import csv
import gzip
import io
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.detection.delays import OFTEN
from benchmarks.detection.section import Plan, Pool, Section, table
from benchmarks.detection.share_oracle import oracle_delay
from benchmarks.watchers import Values, changes_of, default_monitor
from detectors.algorithms.false_alarms import DEFAULT, FalseAlarms
from schemas.tables.columns import Kind

ELECTRICITY: Final = "elec2.csv.gz"
INSECTS: Final = "insects_gradual_balanced.csv.gz"
BANK: Final = "uci_bank_additional.zip"

ELECTRICITY_CHANGE: Final = 17_424
CLOSE: Final = 100
INSECTS_CHANGE: Final = 14_028
INSECTS_WITHIN: Final = 3000
BANK_STARTS: Final = (7763, 23_997, 27_690, 36_224, 37_887, 38_958, 39_780, 40_553)


class Labelled(NamedTuple):
    """A stream.

    Attributes
    ----------
    names
        Of the features.
    features
        Shape ``(n, features)``.
    labels
        Shape ``(n,)``: 0 or 1.
    """

    names: tuple[str, ...]
    features: Values
    labels: NDArray[np.int64]


@lru_cache(maxsize=1)
def electricity(path: Path) -> Labelled:
    """Return the stream of Electricity, its class last."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    values = np.array(rows, dtype=np.float64)
    return Labelled(tuple(head[:-1]), values[:, :-1], values[:, -1].astype(np.int64))


def insects(path: Path, seed: int) -> Values:
    """Return the features of INSECTS, rows shuffled before the change and behind it."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [row[:-1] for row in csv.reader(file)]
    values = np.array(rows, dtype=np.float64)
    random = np.random.default_rng(seed)
    random.shuffle(values[:INSECTS_CHANGE])
    random.shuffle(values[INSECTS_CHANGE:])
    return values


def bank(path: Path) -> Values:
    """Return the column ``emp.var.rate`` of Bank, in the order of dates."""
    with zipfile.ZipFile(path) as archive:
        name = next(
            each for each in archive.namelist() if each.endswith("bank-additional-full.csv")
        )
        text = io.StringIO(archive.read(name).decode())
    return np.array([float(row["emp.var.rate"]) for row in csv.DictReader(text, delimiter=";")])


def _alarms(values: Values, seed: int, budget: FalseAlarms = DEFAULT) -> list[int]:
    monitor = default_monitor(seed, Kind.NUMBER, budget)
    return [change.row for change in changes_of(monitor, np.ascontiguousarray(values))]


def _electricity(path: Path) -> list[str]:
    stream = electricity(path)
    lines = []
    for number, name in enumerate(stream.names):
        alarms = np.array(_alarms(stream.features[:, number], number), dtype=np.int64)
        after = alarms - ELECTRICITY_CHANGE
        near = after[np.abs(after) <= CLOSE]
        told = ", ".join(f"{row:+d}" for row in near.tolist()) or "none"
        lines.append((f"`{name}`", told, f"{len(alarms) - len(near)}"))
    head = (
        "column",
        f"alarms within {CLOSE} rows of row {ELECTRICITY_CHANGE:,}",
        "alarms elsewhere",
    )
    return [
        (
            f"**Electricity.** `vicprice`, `vicdemand` and `transfer` are constant before row "
            f"{ELECTRICITY_CHANGE:,} and vary from there on; the other columns have seasons, and "
            "no known change there."
        ),
        "",
        *table(head, lines),
    ]


def _insects_run(path: str, seed: int, budget: FalseAlarms) -> tuple[int, int, list[float]]:
    """Return features found, alarms before the change, and the delays of those found."""
    values = insects(Path(path), seed)
    before, delays = 0, []
    for number in range(values.shape[1]):
        found = _alarms(values[:, number], seed * 100 + number, budget)
        alarms = np.array(found, dtype=np.int64) - INSECTS_CHANGE
        before += int((alarms < 0).sum())
        delays += [float(row) for row in alarms if 0 <= row < INSECTS_WITHIN][:1]
    return len(delays), before, delays


def _insects_oracle(path: str, seed: int, budget: FalseAlarms) -> float:
    """Return the median delay of one who knows how each feature is distributed after the change."""
    columns = insects(Path(path), seed).T
    delays = [oracle_delay(column, INSECTS_CHANGE, budget.amount) for column in columns]
    return float(np.median([each if each < INSECTS_WITHIN else np.inf for each in delays]))


def _insects(pool: Pool, path: Path, seeds: range) -> list[str]:
    lines = []
    for budget in (DEFAULT, OFTEN):
        runs = pool.map(_insects_run, [(str(path), seed, budget) for seed in seeds])
        oracle = pool.map(_insects_oracle, [(str(path), seed, budget) for seed in seeds])
        found = [run[0] for run in runs]
        delays = [delay for run in runs for delay in run[2]]
        lines.append(
            (
                budget.text,
                f"{np.mean(found):.1f} of 33 ({min(found)} to {max(found)})",
                f"{np.median(delays):,.0f}",
                f"{np.mean([run[1] for run in runs]):.2f}",
                f"{np.median(oracle):,.0f}",
            )
        )
    return [
        (
            f"**INSECTS** (gradual, balanced), its rows shuffled before the change at row "
            f"{INSECTS_CHANGE:,} and behind it, {len(seeds)} times; what is found within "
            f"{INSECTS_WITHIN:,} rows. An oracle knows how each feature is distributed after the "
            "change, and not when that comes: no detector with as few false alarms is sooner."
        ),
        "",
        *table(
            ("stated", "features that tell", "median delay", "alarms before", "an oracle"), lines
        ),
    ]


def _bank(path: Path) -> list[str]:
    alarms = np.array(_alarms(bank(path), 0), dtype=np.int64)
    ends = (*BANK_STARTS[1:], 41_188)
    lines = []
    for start, end in zip(BANK_STARTS, ends, strict=True):
        own = alarms[(alarms >= start) & (alarms < end)]
        lines.append((f"{start:,}", f"{own[0] - start}" if len(own) else "missed", f"{len(own)}"))
    before = int((alarms < BANK_STARTS[0]).sum())
    return [
        (
            "**Bank**: `emp.var.rate` is constant between the rows at which it takes another "
            f"value. Alarms before the first: {before}."
        ),
        "",
        *table(("change at row", "rows to the first alarm", "alarms until the next"), lines),
    ]


def measure(pool: Pool, plan: Plan) -> Section:
    """Look for the known changes of three real streams."""
    lines = ["## Real streams", ""]
    if plan.data is None:
        return Section([*lines, "Not measured: no `--data`."], {})
    parts = {
        ELECTRICITY: _electricity,
        INSECTS: lambda path: _insects(pool, path, plan.seeds[:5]),
        BANK: _bank,
    }
    for name, part in parts.items():
        path = plan.data / name
        lines += part(path) if path.exists() else [f"Not measured: there is no `{name}`."]
        lines.append("")
    return Section(lines[:-1], {})
