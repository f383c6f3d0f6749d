"""The demo's books, against rows whose order is known."""

from io import StringIO

import numpy as np
from rich.console import Console

from app.demo.ledger import Ledger
from app.demo.report import Report
from app.demo.scenario import Scenario
from app.demo.view import Places, Status, figures_of, picture
from schemas.documents.examples import QUALITY_ALERT
from schemas.events.alert import AlertKind, Severity
from schemas.events.any_alert import decode_alert
from schemas.events.detector_report import DetectorReport, Stream
from schemas.events.drift_alert import DriftAlert
from schemas.events.position import Position
from schemas.events.retrain_request import AlertReference, RetrainRequest, Trigger
from schemas.events.window_summary import CategorySummary, NumberSummary, Summary
from schemas.tables.columns import Column, Kind, Role
from schemas.tables.observations import ObservationBatch, Origin, Source

TIME = "2026-01-01T00:00:00.000Z"
BEFORE = NumberSummary(count=9, mean=1.0, std=0.5, quantiles={})
AFTER = NumberSummary(count=9, mean=2.0, std=None, quantiles={})


def _batch(
    partition: int, offsets: list[int], origin: Origin = Origin.PREDICTIONS, topic: str = "p"
) -> ObservationBatch:
    size = len(offsets)
    column = Column("amount", Role.FEATURE, Kind.NUMBER, np.zeros(size))
    return ObservationBatch(
        model="fraud",
        version="7",
        origin=origin,
        sources=(Source(topic, partition),),
        source_of=np.zeros(size, dtype=np.int64),
        offsets=np.array(offsets, dtype=np.int64),
        times=np.zeros(size, dtype=np.int64),
        columns=(column,),
    )


def _alert(
    feature: str,
    partition: int,
    offset: int,
    *,
    topic: str = "p",
    before: Summary = BEFORE,
    after: Summary = AFTER,
) -> DriftAlert:
    at = Position(topic=topic, partition=partition, offset=offset, time=TIME)
    return DriftAlert(
        alert_id=f"{feature}-{partition}-{offset}",
        kind=AlertKind.CONCEPT if feature == "error" else AlertKind.FEATURE,
        severity=Severity.WARNING,
        model="fraud",
        version="7",
        feature=feature,
        detector=DetectorReport(
            kind="adwin", stream=Stream.LOCATION, parameters={}, statistic=2.0, threshold=1.0
        ),
        before=before,
        after=after,
        change_at=at,
        detected_at=at,
        rows_since_change=1,
        rows_observed=1,
        autocorrelation=None,
        stride=1,
        guaranteed=True,
        message="it changed",
    )


def _request() -> RetrainRequest:
    reference = AlertReference(
        alert_id="a",
        kind=AlertKind.FEATURE,
        severity=Severity.WARNING,
        feature="amount",
        time=TIME,
    )
    return RetrainRequest(
        request_id="r",
        model="fraud",
        version="7",
        trigger=Trigger.FEATURES,
        alerts=[reference],
        features=["amount"],
        data_since=TIME,
        requested_at=TIME,
        cooldown_until=TIME,
        message="Retrain fraud.",
    )


def _shifted() -> Ledger:
    """Detection sees partition 1's first shifted rows before partition 0's last quiet ones."""
    ledger = Ledger(Scenario())
    ledger.observe(_batch(0, [0, 1, 2]))
    ledger.shift({("p", 0): 5, ("p", 1): 1, ("l", 0): 2}, now=100.0)
    ledger.observe(_batch(1, [0, 1, 2]))
    ledger.observe(_batch(0, [3, 4, 5, 6]))
    return ledger


def test_an_alert_from_before_the_shift_is_false() -> None:
    ledger = _shifted()
    ledger.alert(_alert("amount", 0, 2), now=99.0)

    (judged,) = ledger.judge()

    assert not judged.true
    assert judged.row == 2
    assert judged.document()["delay_events"] is None
    assert [judged] == ledger.false


def test_delays_count_the_rows_that_detection_saw_since_the_first_shifted_one() -> None:
    ledger = _shifted()
    # Rows in order: 0:0 0:1 0:2 1:0 | 1:1 1:2 0:3 0:4 0:5 0:6
    ledger.alert(_alert("amount", 1, 1), now=100.5)
    ledger.alert(_alert("country", 0, 6), now=101.0)
    ledger.alert(_alert("distance_km", 0, 3), now=101.0)

    amount, country, distance = ledger.judge()

    assert (amount.delay_events, amount.delay_seconds) == (1, 0.5)
    assert country.delay_events == 6
    assert distance.delay_events == 3  # a quiet row, but shifted ones were seen before it
    assert ledger.false == []


def test_an_alert_of_a_steady_feature_is_false_at_any_time() -> None:
    ledger = _shifted()
    ledger.alert(_alert("hour", 0, 6), now=101.0)

    (judged,) = ledger.judge()

    assert not judged.true


def test_an_alert_that_overtakes_its_rows_waits_for_them() -> None:
    ledger = _shifted()
    ledger.alert(_alert("amount", 1, 9), now=101.0)

    assert ledger.judge() == []
    assert not ledger.settled

    ledger.observe(_batch(1, [8, 9]))
    (judged,) = ledger.judge()
    assert judged.delay_events == 8
    assert ledger.settled


def test_errors_are_counted_in_labels() -> None:
    ledger = _shifted()
    ledger.observe(_batch(0, [1, 2, 3], Origin.LABELS, "l"))
    ledger.observe(_batch(0, [5], Origin.LABELS, "p"))  # a label that was first
    ledger.alert(_alert("error", 0, 3, topic="l"), now=101.0)
    ledger.alert(_alert("error", 0, 5, topic="p"), now=102.0)

    first, second = ledger.judge()

    assert (first.delay_events, first.repeated) == (2, False)
    assert (second.delay_events, second.repeated) == (3, True)
    assert ledger.labels_seen == 4
    assert ledger.predictions_seen == 10


def test_it_passes_once_all_is_found_and_asked_for_and_nothing_else() -> None:
    ledger = _shifted()
    ledger.observe(_batch(0, [7], Origin.LABELS, "p"))
    drifting = Scenario().drifting
    for name in drifting[:-1]:
        ledger.alert(_alert(name, 0, 6), now=101.0)
    ledger.request(_request(), now=102.0)
    ledger.judge()
    assert ledger.missed == [drifting[-1]]
    assert not ledger.passed

    ledger.alert(_alert("error", 0, 7), now=101.0)
    ledger.judge()

    report = Report(ledger, events=100, seconds=4.0, complete=True)
    assert report.passed
    assert report.events_per_second == 25.0
    document = report.document()
    assert document["missed"] == document["false_alerts"] == []
    assert list(drifting) == [alert["feature"] for alert in document["alerts"]]
    assert document["retrain_requests"][0]["delay_seconds"] == 2.0
    assert "Every drift was found" in report.sentence()
    assert not Report(ledger, 100, 4.0, complete=False).passed

    ledger.alert(_alert("hour", 0, 0), now=90.0)
    ledger.judge()
    assert not ledger.passed
    assert "false alarms: hour" in report.sentence()


def test_nothing_observed_is_no_verdict_in_favour() -> None:
    report = Report(Ledger(Scenario()), events=0, seconds=0.0, complete=True)

    assert not report.passed
    assert "missed: amount" in report.sentence()
    assert "no retraining" in report.sentence()


def test_the_picture_shows_columns_alerts_and_the_rows_behind() -> None:
    ledger = _shifted()
    ledger.alert(_alert("amount", 0, 6), now=101.0)
    ledger.judge()
    console = Console(width=140, file=StringIO())

    console.print(picture(Status("it shifts", 2.0, 12, 8, ledger), ["Retrain fraud."]))

    assert isinstance(console.file, StringIO)
    drawn = console.file.getvalue()
    for part in ("it shifts", "10 events/s", "2 rows behind", "● amount", "1 ± 0.5", "Retrain"):
        assert part in drawn


def test_figures_of_a_quality_alert_are_the_shares() -> None:
    assert figures_of(decode_alert(QUALITY_ALERT)) == ("null 4%", "null 90%")


def test_figures_of_categories_are_the_share_that_changed_most() -> None:
    before = CategorySummary(count=9, shares={"US": 0.5, "BR": 0.1})
    after = CategorySummary(count=9, shares={"US": 0.45, "BR": 0.4})

    figures = figures_of(_alert("country", 0, 6, before=before, after=after))

    assert figures == ("BR 10%", "BR 40%")


def test_people_are_told_how_to_attach_their_own_consumer() -> None:
    lines = "\n".join(Places("h:1", "p", "l", "alerts", "requests", "http://m", "/log").lines())

    assert "kcat -b h:1 -C -o beginning -t alerts" in lines
    assert "http://m" in lines
