from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from detectors.monitors.fleet import Fleet
from detectors.monitors.fleet_snapshot import FleetSnapshots
from detectors.monitors.given_references import MOST_OF_MODEL, GivenReferences
from detectors.monitors.options import MonitorOptions
from detectors.reference.given import GivenOutcome
from detectors.reference.told_season import ToldSeason
from detectors.snapshots.parts import UnusablePart
from schemas.events.alert import Alert
from schemas.events.drift_alert import DriftAlert
from schemas.events.invalid import InvalidMessage
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.quality_alert import Quality, QualityAlert
from schemas.events.reference_report import ReferenceKind
from schemas.tables.columns import Role
from schemas.tables.reference_parts import ReferencePart, decode_reference, encode_reference
from tests.detectors.batches import START, plain, rows_of, table_of
from tests.detectors.drift_alerts import alerts_in
from tests.detectors.references import about, reference_of
from tests.detectors.stored import parts_of
from tests.detectors.streams import autoregressive

BURN_IN = 300
HOUR = 3_600_000


def _fleet(**options: Any) -> Fleet:
    return Fleet(lambda _: MonitorOptions(burn_in=BURN_IN, **options))


def _normal(rows: int, seed: int, mean: float = 0.0) -> Any:
    return np.random.default_rng(seed).normal(size=rows) + mean


def _fed(
    fleet: Fleet,
    rows: list[dict[str, Any]],
    cuts: Iterable[int] = (),
    *,
    start: int = 0,
    version: str = "3",
) -> list[Alert]:
    found: list[Alert] = []
    for begin, end in pairwise(sorted({0, len(rows), *cuts})):
        table = table_of(rows[begin:end], start=start + begin, version=version)
        found += alerts_in(fleet.update(table))
    return found


def _outcomes(fleet: Fleet, version: str = "3") -> dict[str, GivenOutcome]:
    monitor = fleet.monitor("fraud", version)
    assert monitor is not None
    return {name: outcome for (_, name), outcome in monitor.given_outcomes().items()}


def _refer(fleet: Fleet, parts: Iterable[bytes]) -> None:
    for part in parts:
        assert fleet.refer(part) == "fraud"


def test_what_is_like_the_reference_joins_it() -> None:
    fleet = _fleet()
    _refer(fleet, reference_of(x=_normal(2000, 1)))
    assert _fed(fleet, rows_of(x=_normal(BURN_IN - 1, 2))) == []
    assert _outcomes(fleet) == {"x": GivenOutcome.AWAITED}
    assert _fed(fleet, rows_of(x=_normal(900, 2))) == []
    assert _outcomes(fleet) == {"x": GivenOutcome.IN_FORCE}
    monitor = fleet.monitor("fraud", "3")
    assert monitor is not None
    assert monitor.columns[Role.FEATURE, "x"].reference.count == 2900


def test_what_is_otherwise_from_the_first_row_on_is_told_once() -> None:
    fleet = _fleet(season=ToldSeason.NONE)
    _refer(fleet, reference_of(x=_normal(2000, 1)))
    (alert,) = _fed(fleet, rows_of(x=_normal(2000, 2, mean=0.6)))
    assert isinstance(alert, DriftAlert)
    # A column that is otherwise by itself is no change of the stream.
    assert alert.detected_at.offset == BURN_IN - 1
    assert alert.change_at.offset < BURN_IN
    assert BURN_IN - 20 < alert.rows_since_change <= BURN_IN
    assert alert.guaranteed
    assert alert.reference is not None
    assert alert.reference.model_dump(exclude={"rows", "given_at"}) == {
        "kind": ReferenceKind.FILE,
        "since": None,
        "until": None,
        "reference_id": "r1",
        "source": "train.csv",
        "given_rows": 2000,
    }
    assert "the reference is 2000 rows of the file train.csv." in alert.message
    assert _outcomes(fleet) == {"x": GivenOutcome.REPLACED}


def test_a_later_change_names_the_reference_that_it_was_judged_against() -> None:
    fleet = _fleet()
    _refer(fleet, reference_of(x=_normal(2000, 1)))
    values = np.concatenate([_normal(600, 2), _normal(300, 3, mean=3.0), _normal(900, 4)])
    first, second = (
        each for each in _fed(fleet, rows_of(x=values)) if isinstance(each, DriftAlert)
    )
    assert first.reference is not None
    assert first.reference.kind is ReferenceKind.FILE
    assert first.reference.rows > 2000
    assert 590 <= first.change_at.offset <= 605
    # What follows an alert is judged against the rows that follow it.
    assert second.reference is not None
    assert second.reference.kind is ReferenceKind.ROWS
    assert second.reference.reference_id is None
    assert second.reference.since is not None
    assert "the reference is" not in second.message


def test_a_model_event_puts_the_reference_in_force_again() -> None:
    fleet = _fleet()
    _refer(fleet, reference_of(x=_normal(2000, 1)))
    _fed(fleet, rows_of(x=_normal(700, 2, mean=1.0)))
    assert _outcomes(fleet) == {"x": GivenOutcome.REPLACED}
    fleet.notice(ModelEvent(type=ModelEventType.ROLLED_BACK, model="fraud", version="3"))
    assert _outcomes(fleet) == {"x": GivenOutcome.AWAITED}
    assert _fed(fleet, rows_of(x=_normal(1200, 3))[700:], start=700) == []
    assert _outcomes(fleet) == {"x": GivenOutcome.IN_FORCE}


def test_the_order_of_the_rows_of_a_reference_says_nothing_of_how_the_stream_depends() -> None:
    fleet = _fleet(season=ToldSeason.NONE)
    shuffled = np.random.default_rng(1).permutation(autoregressive(0.9, 4000, 1))
    _refer(fleet, reference_of(x=shuffled))
    assert _fed(fleet, rows_of(x=autoregressive(0.9, 3000, 2))) == []
    # Residuals are judged by those of the stream, which has shown how it depends.
    assert _outcomes(fleet) == {"x": GivenOutcome.DEPENDENT}
    moved = _fleet(season=ToldSeason.NONE)
    _refer(moved, reference_of(x=shuffled))
    alerts = _fed(moved, rows_of(x=autoregressive(0.9, 3000, 2) + 6.0))
    assert [alert.detected_at.offset for alert in alerts] == [BURN_IN - 1]


@pytest.mark.parametrize(
    ("times", "seasonal", "guaranteed"),
    [
        ({}, True, False),
        ({}, False, True),
        ({"since": START - 30 * 24 * HOUR, "until": START - HOUR}, True, False),
        ({"since": START - HOUR // 2, "until": START}, True, True),
    ],
)
def test_nothing_is_guaranteed_where_the_hour_may_be_all_that_differs(
    times: dict[str, int],
    seasonal: bool,
    guaranteed: bool,
) -> None:
    fleet = _fleet(season=ToldSeason.AUTO if seasonal else ToldSeason.NONE)
    _refer(fleet, reference_of(more=times, x=_normal(2000, 1)))
    (alert,) = _fed(fleet, rows_of(x=_normal(BURN_IN, 2, mean=1.0)))
    assert isinstance(alert, DriftAlert)
    assert alert.guaranteed is guaranteed
    later = _fleet(season=ToldSeason.AUTO if seasonal else ToldSeason.NONE)
    _refer(later, reference_of(more=times, x=_normal(2000, 1)))
    values = np.concatenate([_normal(600, 2), _normal(100, 3, mean=3.0)])
    (alert,) = _fed(later, rows_of(x=values))
    assert isinstance(alert, DriftAlert)
    assert alert.guaranteed is guaranteed


def _like(kind: str, rows: int, seed: int) -> Any:
    random = np.random.default_rng(seed)
    if kind.startswith("AR"):
        return autoregressive(float(kind.removeprefix("AR")), rows, seed)
    drawn: dict[str, Callable[[], Any]] = {
        "normal": lambda: random.normal(size=rows),
        "cauchy": lambda: random.standard_cauchy(rows),
        "lognormal": lambda: random.lognormal(0.0, 2.0, rows),
        "counts": lambda: random.poisson(3.0, rows).astype(float),
        "booleans": lambda: random.random(rows) < 0.02,
        "zipf": lambda: [f"c{number % 500}" for number in random.zipf(1.5, rows).tolist()],
        "even": lambda: [f"c{number}" for number in random.integers(100, size=rows).tolist()],
    }
    return drawn[kind]()


KINDS = ["normal", "cauchy", "lognormal", "counts", "booleans", "zipf", "even", "AR0.5", "AR0.9"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_like_its_shuffled_reference_raises_no_alarm(kind: str) -> None:
    for seed in range(4):
        fleet = Fleet(lambda _: MonitorOptions(season=ToldSeason.NONE))
        whole = _like(kind, 2000, 2 * seed)
        order = np.random.default_rng(seed).permutation(2000)
        _refer(fleet, reference_of(x=np.asarray(whole)[order]))
        assert _fed(fleet, rows_of(x=_like(kind, 1600, 2 * seed + 1))) == [], seed
        assert _outcomes(fleet)["x"] in {GivenOutcome.IN_FORCE, GivenOutcome.DEPENDENT}


def _texts(rows: int, seed: int, texts: str, shares: list[float]) -> list[str]:
    drawn = np.random.default_rng(seed).choice(list(texts), size=rows, p=shares)
    return [str(each) for each in drawn]


def test_categories_are_those_of_the_reference_and_new_ones_are_told() -> None:
    usual = [0.5, 0.3, 0.15, 0.05]
    alike, other, new = (_fleet() for _ in range(3))
    for fleet in (alike, other, new):
        _refer(fleet, reference_of(x=_texts(3000, 1, "abcd", usual)))
    assert _fed(alike, rows_of(x=_texts(1500, 2, "abcd", usual))) == []
    assert _outcomes(alike) == {"x": GivenOutcome.IN_FORCE}
    (alert,) = _fed(other, rows_of(x=_texts(1500, 2, "abcd", [0.2, 0.3, 0.15, 0.35])))
    assert isinstance(alert, DriftAlert)
    (fault,) = _fed(new, rows_of(x=_texts(1500, 2, "abcde", [0.4, 0.3, 0.1, 0.0, 0.2])))
    assert isinstance(fault, QualityAlert)
    assert fault.quality is Quality.UNSEEN
    assert fault.reference is not None
    assert fault.reference.source == "train.csv"


def test_what_does_not_fit_is_told_column_by_column_and_judged_by_its_own_first_rows() -> None:
    few = [1.0] * 20 + [None] * 980
    given_values: dict[str, Any] = {
        "word": _texts(1000, 1, "abc", [0.4, 0.3, 0.3]),
        "few": few,
        "number": _normal(1000, 1),
        "constant": [1.0] * 1000,
        "gone": _normal(1000, 2),
    }
    fleet = _fleet()
    _refer(fleet, reference_of(**given_values))
    rows = rows_of(
        word=_normal(1000, 3),  # texts in the reference
        few=_normal(1000, 4),
        number=_texts(1000, 5, "abc", [0.4, 0.3, 0.3]),  # numbers there
        constant=[1.0] * 1000,
        added=_normal(1000, 6),
    )
    alerts = _fed(fleet, rows)
    assert _outcomes(fleet) == {
        "word": GivenOutcome.OTHER_KIND,
        "few": GivenOutcome.TOO_FEW,
        "number": GivenOutcome.REPLACED,
        "constant": GivenOutcome.IN_FORCE,
        "added": GivenOutcome.NOT_GIVEN,
        "gone": GivenOutcome.NOT_SEEN,
    }
    assert [alert.subject for alert in alerts] == ["number"]
    changed = rows_of(word=_normal(1100, 7, mean=4.0), added=_normal(1100, 8, mean=4.0))
    for name in ("few", "constant"):
        for row in changed:
            row[name] = 1.0
    later = {alert.subject for alert in _fed(fleet, changed[1000:], start=1000)}
    assert {"word", "added"} <= later


def test_a_version_has_its_own_reference_or_that_of_all() -> None:
    fleet = _fleet(season=ToldSeason.NONE)
    _refer(fleet, reference_of(x=_normal(2000, 1)))
    _refer(fleet, reference_of(more={"version": "4", "reference_id": "r2"}, x=_normal(2000, 1, 5)))
    found = {
        version: _fed(fleet, rows_of(x=_normal(BURN_IN, 2)), version=version) for version in "345"
    }
    assert [len(found[version]) for version in "345"] == [0, 1, 0]
    (alert,) = found["4"]
    assert isinstance(alert, DriftAlert)
    assert alert.reference is not None
    assert alert.reference.reference_id == "r2"


def test_a_reference_that_comes_later_begins_its_columns_anew_and_no_others() -> None:
    fleet = _fleet()
    rows = rows_of(x=_normal(1500, 1), y=_normal(1500, 2))
    assert _fed(fleet, rows[:600]) == []
    assert _outcomes(fleet) == {}
    _refer(fleet, reference_of(x=_normal(2000, 3)))
    assert _outcomes(fleet) == {"x": GivenOutcome.AWAITED, "y": GivenOutcome.NOT_GIVEN}
    monitor = fleet.monitor("fraud", "3")
    assert monitor is not None
    assert [column.reference.ready for column in monitor.columns.values()] == [False, True]
    assert _fed(fleet, rows[600:], start=600) == []
    assert _outcomes(fleet) == {"x": GivenOutcome.IN_FORCE, "y": GivenOutcome.NOT_GIVEN}


def test_a_part_that_comes_again_changes_nothing_and_a_withdrawn_one_is_awaited_no_longer() -> None:
    fleet = _fleet()
    parts = reference_of(20_000, **{f"x{number}": _normal(400, number) for number in range(12)})
    assert len(parts) > 1
    rows = rows_of(**{f"x{number}": _normal(400, 100 + number) for number in range(12)})
    _fed(fleet, rows)
    _refer(fleet, parts)
    more = rows_of(**{f"x{number}": _normal(100, 200) for number in range(12)})
    _fed(fleet, more, start=400)
    before = plain(fleet.state())
    _refer(fleet, parts)
    assert plain(fleet.state()) == before
    withdrawn = ReferencePart(about(0), 0, (), np.empty(0, dtype=np.int64))
    _refer(fleet, [encode_reference(withdrawn)])
    assert _outcomes(fleet) == {}
    assert len(fleet.references) == 0


def test_of_many_versions_the_reference_that_was_given_first_gives_way() -> None:
    references = GivenReferences()
    for number in range(MOST_OF_MODEL + 2):
        for value in reference_of(more={"version": f"v{number}"}, x=_normal(40, 1)):
            references.take(decode_reference(value), value)
    for value in reference_of(x=_normal(40, 1)):
        references.take(decode_reference(value), value)
    assert len(references) == MOST_OF_MODEL + 1
    assert references.owner_for("fraud", "v1") == ("fraud", None)
    assert references.owner_for("fraud", "v2") == ("fraud", "v2")


def test_a_reference_for_which_there_is_no_room_is_refused_and_those_that_are_held_stay() -> None:
    (first,) = reference_of(x=_normal(400, 1))
    (larger,) = reference_of(more={"version": "4"}, x=_normal(800, 1))
    references = GivenReferences(most_bytes=len(first) + len(larger) - 1)
    assert references.take(decode_reference(first), first)
    with pytest.raises(InvalidMessage, match="references of"):
        references.take(decode_reference(larger), larger)
    assert references.columns_for("fraud", "4") == {(Role.FEATURE, "x")}
    # One takes the place of the one before it.
    (other,) = reference_of(more={"reference_id": "r2"}, x=_normal(800, 1))
    assert references.take(decode_reference(other), other)


CUTS = st.lists(st.integers(min_value=1, max_value=1199), max_size=6)


@settings(deadline=None, max_examples=10, phases=[Phase.explicit, Phase.generate])
@given(CUTS, st.integers(min_value=0, max_value=1200), st.booleans())
def test_neither_cuts_nor_restarts_change_what_is_found(
    cuts: list[int],
    restart: int,
    is_later: bool,
) -> None:
    values = np.concatenate([_normal(700, 2, mean=0.15), _normal(500, 3, mean=2.0)])
    texts = _texts(1200, 4, "abcdef", [0.3, 0.2, 0.2, 0.1, 0.1, 0.1])
    rows = rows_of(x=values, slow=autoregressive(0.8, 1200, 5), t=texts)
    parts = reference_of(
        x=_normal(1000, 1),
        slow=autoregressive(0.8, 1000, 6),
        t=_texts(1000, 7, "abcde", [0.3, 0.2, 0.2, 0.2, 0.1]),
    )
    at = 350 if is_later else 0
    whole = _fleet()
    expected = []
    for begin, end in ((0, at), (at, 1200)):
        if begin == at:
            _refer(whole, parts)
        expected += _fed(whole, rows[begin:end], start=begin) if end > begin else []
    fleet = _fleet()
    found = []
    bounds = sorted({0, at, restart, 1200, *cuts})
    for begin, end in pairwise(bounds):
        if begin == restart:
            snapshots = FleetSnapshots(fleet)
            stored = parts_of(snapshots)
            outline = snapshots.outline()
            fleet = _fleet()
            assert FleetSnapshots(fleet).restore(outline, stored) == []
        if begin == at:
            _refer(fleet, parts)
        found += _fed(fleet, rows[begin:end], start=begin)
    assert [alert.alert_id for alert in found] == [alert.alert_id for alert in expected]
    assert found == expected
    assert plain(fleet.state()) == plain(whole.state())


def test_a_state_of_a_release_without_references_goes_on_and_so_does_one_the_other_way() -> None:
    fleet = _fleet()
    _fed(fleet, rows_of(x=_normal(200, 1)))
    state = fleet.state()
    del state["references"]
    for each in state["monitors"]:
        for column in each["state"]["columns"]:
            assert column["monitor"].pop("given") is None
            del column["monitor"]["began"]
    restored = _fleet()
    restored.restore(state)
    assert _outcomes(restored) == {}
    assert _fed(restored, rows_of(x=_normal(600, 1))[200:], start=200) == []


def test_a_stored_reference_that_cannot_be_read_is_named() -> None:
    fleet = _fleet()
    _refer(fleet, reference_of(x=_normal(100, 1)))
    snapshots = FleetSnapshots(fleet)
    stored = parts_of(snapshots)
    other = _fleet()
    (foreign,) = reference_of(more={"model": "churn"}, x=_normal(100, 1))
    assert other.refer(foreign) == "churn"
    foreign_part = FleetSnapshots(other).part(("reference", "churn"))
    for name, data in ((("reference", "fraud"), foreign_part), (("reference", "fraud"), b"")):
        with pytest.raises(UnusablePart, match="reference fraud"):
            FleetSnapshots(_fleet()).restore(snapshots.outline(), {**stored, name: data})
    del stored["reference", "fraud"]
    with pytest.raises(UnusablePart, match="its part is missing"):
        FleetSnapshots(_fleet()).restore(snapshots.outline(), stored)
