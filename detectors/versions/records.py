"""From what is remembered of a version to the record that people and pipelines read."""

from detectors.rows.label_counts import LabelCounts
from detectors.versions.lifecycle import Standing
from detectors.versions.traffic import HOUR, Traffic
from detectors.versions.version import WatchedVersion
from schemas.events.identity import stable_id
from schemas.events.times import format_time
from schemas.events.version_record import StatusChange, TrafficPeriod, VersionRecord
from schemas.events.version_status import GONE, VersionStatus
from schemas.tables.model_version import ModelVersion

_NO_ID = ""


def record_of(
    key: ModelVersion,
    version: WatchedVersion,
    shown: Traffic,
    labels: LabelCounts,
    standing: Standing | None,
    *,
    is_last_good: bool,
) -> VersionRecord:
    """Return the record of a version.

    Parameters
    ----------
    key
        Model and version.
    version
        What is remembered of it.
    shown, labels
        Which of its rows are told of, and of its labels that came again or are dated before them.
    standing
        How the versions of its model stand; None where there were no model events.
    is_last_good
        Whether it is what its model is to be rolled back to.
    """
    model, name = key
    history = [] if standing is None else standing.histories.get(name, [])
    status = history[-1].status if history else VersionStatus.OBSERVED
    reference = version.restarted if version.restarted >= 0 else shown.first
    record = VersionRecord(
        record_id=_NO_ID,
        model=model,
        version=name,
        status=status,
        status_since=format_time(history[-1].since) if history else None,
        is_last_good=is_last_good,
        rows=shown.rows,
        first_event=format_time(shown.first) if shown.rows else None,
        last_event=format_time(shown.newest) if shown.rows else None,
        label_duplicates=labels.duplicates,
        label_corrections=labels.corrections,
        backdated_labels=labels.backdated,
        reference_since=format_time(reference) if shown.rows else None,
        history=[
            StatusChange(
                since=format_time(step.since),
                status=step.status,
                cause=str(step.cause),
                remark=str(step.remark),
            )
            for step in history
        ],
        traffic=[
            TrafficPeriod(
                start=format_time(bucket.start),
                hours=bucket.width // HOUR,
                rows=bucket.rows,
                first=format_time(bucket.first),
                last=format_time(bucket.last),
            )
            for bucket in shown.buckets()
        ],
        open_alerts=[] if status in GONE else version.open_alerts(),
        thresholds=list(version.thresholds),
    )
    identity = stable_id(model, name, record.model_dump_json())
    return record.model_copy(update={"record_id": identity})
