"""Every metric that Driftline exports, once; dashboards and documentation are checked against it.

Besides these there are the customary ``process_`` and ``python_gc_`` metrics of the client library.
"""

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """One metric.

    Attributes
    ----------
    name
        As it is scraped: base units, ``_total`` for counters.
    type
        A counter starts anew with the process, or when its partition moves to another worker.
    text
        One sentence.
    labels
        Names of its labels, in order. `model`, `version` and `feature` are capped together: beyond
        the cap they are ``other``, and gauges are left out.
    buckets
        Upper bounds, of a histogram.
    """

    name: str
    type: Literal["counter", "gauge", "histogram"]
    text: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


_PARTITION: Final = ("topic", "partition")
_MODEL: Final = ("model", "version")
_PAIR: Final = (*_MODEL, "baseline")
_FEATURE: Final = ("model", "version", "role", "feature")

BUILD_INFO: Final = MetricSpec(
    "driftline_build_info", "gauge", "1, with the version of Driftline.", ("version",)
)
RECORDS_READ: Final = MetricSpec(
    "driftline_records_read_total", "counter", "Records that the agents handled.", _PARTITION
)
RECORDS_MISSED: Final = MetricSpec(
    "driftline_records_missed_total",
    "counter",
    "Records that were deleted, by retention or by somebody, before they were read.",
    _PARTITION,
)
HANDLED_OFFSET: Final = MetricSpec(
    "driftline_handled_offset", "gauge", "Offset of the last record handled.", _PARTITION
)
MLFLOW_REQUESTS: Final = MetricSpec(
    "driftline_mlflow_requests_total",
    "counter",
    "Requests to MLflow, by how they ended.",
    ("outcome",),
)
MLFLOW_EVENTS: Final = MetricSpec(
    "driftline_mlflow_events_total",
    "counter",
    "Model events that were sent because an alias in MLflow had moved.",
    ("type",),
)
MLFLOW_TAGS: Final = MetricSpec(
    "driftline_mlflow_tags_total", "counter", "Verdicts that were written to versions in MLflow."
)
MLFLOW_WEBHOOKS: Final = MetricSpec(
    "driftline_mlflow_webhooks_total",
    "counter",
    "Webhooks that came to the worker's port, by what became of them.",
    ("outcome",),
)
MLFLOW_UNMATCHED: Final = MetricSpec(
    "driftline_mlflow_unmatched_versions",
    "gauge",
    "Versions in predictions that are no version of the registered model in MLflow.",
    ("model",),
)
MLFLOW_UNNAMED: Final = MetricSpec(
    "driftline_mlflow_unnamed_total",
    "counter",
    "Looks at an alias on a version of which nothing says what predictions call it.",
    ("model",),
)
MLFLOW_FOLLOWED: Final = MetricSpec(
    "driftline_mlflow_followed_timestamp_seconds",
    "gauge",
    "When the model was last as MLflow says, and MLflow told of it.",
    ("model",),
)
HTTP_REFUSED: Final = MetricSpec(
    "driftline_http_refused_total",
    "counter",
    "Requests and connections that the worker's port refused or gave up, by reason.",
    ("reason",),
)
RENDERINGS: Final = MetricSpec(
    "driftline_renderings_total",
    "counter",
    "Renderings of metrics, by outcome: done, or given up as nobody waited any more.",
    ("outcome",),
)
BATCH_DURATION: Final = MetricSpec(
    "driftline_batch_duration_seconds",
    "histogram",
    "How long a stage (intake, detection, policy) worked on a batch.",
    ("stage",),
    (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
MESSAGES_REFUSED: Final = MetricSpec(
    "driftline_messages_refused_total",
    "counter",
    "Records that went to the dead letters; a batch that was not read counts as one.",
    ("topic", "reason"),
)
RECORDS_SKIPPED: Final = MetricSpec(
    "driftline_records_skipped_total",
    "counter",
    "Records that say nothing, by why: tombstone (a null value), delete (of a change feed), "
    "control (of a change feed, without a row), unlabelled (a label that is not known yet), "
    "unnamed (no label, and other members that may be it). They are no bad input, and no part of "
    "the limit of dead letters.",
    ("topic", "reason"),
)
DEAD_LETTER_LIMIT: Final = MetricSpec(
    "driftline_dead_letter_limit_ratio",
    "gauge",
    "How much of the limit of dead letters (dead_letters.max_run, dead_letters.max_ratio) a "
    "partition has used up: the worker stops above 1.",
    _PARTITION,
)
ROWS_ACCEPTED: Final = MetricSpec(
    "driftline_rows_accepted_total",
    "counter",
    "Rows that intake accepted: predictions, labels joined to their predictions, or labels that "
    "came again for these (repeats).",
    (*_MODEL, "origin"),
)
ROWS_WATCHED: Final = MetricSpec(
    "driftline_rows_watched_total",
    "counter",
    "Rows that detection has taken, those that came again included.",
    ("origin",),
)
MODELS_EVICTED: Final = MetricSpec(
    "driftline_models_evicted_total",
    "counter",
    "Model versions forgotten to make room for others, beyond the limits of models or of columns.",
)
NEWCOMERS: Final = MetricSpec(
    "driftline_newcomers",
    "gauge",
    "Model versions that have not shown themselves: their rows are held, and no other metric tells "
    "of them by name.",
    ("partition",),
)
NEWCOMER_ROWS_DROPPED: Final = MetricSpec(
    "driftline_newcomer_rows_dropped_total",
    "counter",
    "Held rows of model versions that have not shown themselves, let go to make room for others.",
)
CLOCKS_AHEAD: Final = MetricSpec(
    "driftline_clocks_ahead_total",
    "counter",
    "Records whose events were dated after them by more than intake.clock_tolerance_seconds; the "
    "records' own times counted.",
    ("topic",),
)
FIELDS_LEFT_OUT: Final = MetricSpec(
    "driftline_fields_left_out_total",
    "counter",
    "Optional fields that could not be read (scores, segment, timestamp, version, label), and a "
    "prediction that can be compared with no label, by why: empty, null, mistyped, not_finite, "
    "unreadable, too_long, wrong_length, other_classes, not_one, not_comparable, other_name, "
    "failed. Each was left out; the rest of its event counts. An ambiguous prediction or label "
    "counts as the text that it is.",
    ("topic", "field", "reason"),
)
LABELS: Final = MetricSpec(
    "driftline_labels_total",
    "counter",
    "Labels by what became of them: joined, early, duplicate, corrected, orphaned.",
    ("outcome",),
)
LABELS_ORPHANED: Final = MetricSpec(
    "driftline_labels_orphaned_total",
    "counter",
    "Labels given up before their prediction came, by the model that they name, and by partition, "
    "each once since the predictions' changelog began: it goes on after a restart, on whatever "
    "worker. Without a prediction there is no version, and labels may name no model either.",
    ("model", "partition"),
)
LABELS_REPEATED: Final = MetricSpec(
    "driftline_labels_repeated",
    "gauge",
    "Labels of a model version that came again since its watch began, as outcome: duplicate, or "
    "corrected (with another value).",
    (*_MODEL, "outcome"),
)
LABELS_BACKDATED: Final = MetricSpec(
    "driftline_labels_backdated",
    "gauge",
    "Labels of a model version since its watch began that are dated before their predictions, by "
    "more than a second: they count in metrics, and in no delay.",
    _MODEL,
)
PENDING_ENTRIES: Final = MetricSpec(
    "driftline_pending_entries",
    "gauge",
    "Predictions and labels that wait for each other.",
    ("partition", "kind"),
)
PENDING_DROPPED: Final = MetricSpec(
    "driftline_pending_dropped_total",
    "counter",
    "Predictions given up: expired or evicted by the cap before their label came, followed by "
    "another one of the same id, model and version (replaced), or come again as they were, and not "
    "watched again (duplicate).",
    ("reason",),
)
PENDING_DISK: Final = MetricSpec(
    "driftline_pending_disk_bytes",
    "gauge",
    "What the older ones of the waiting predictions take on disk, as of the last checkpoint.",
    ("partition",),
)
PENDING_RESTORE: Final = MetricSpec(
    "driftline_pending_restore_seconds",
    "gauge",
    "How long the last restore of waiting predictions took, before reading went on.",
)
PENDING_RESTORED: Final = MetricSpec(
    "driftline_pending_restored_records_total",
    "counter",
    "Records of the topic pending that restores have read.",
)
PENDING_UNREADABLE: Final = MetricSpec(
    "driftline_pending_unreadable_total",
    "counter",
    "Records of the topic pending that were damaged or foreign, and skipped.",
)
MODEL_ROWS: Final = MetricSpec(
    "driftline_model_rows_total", "counter", "Rows that a model's monitor has taken.", _MODEL
)
MODEL_LABELLED_ROWS: Final = MetricSpec(
    "driftline_model_labelled_rows_total",
    "counter",
    "Labelled rows that a model's monitor has taken.",
    _MODEL,
)
MODEL_REPLAYED_ROWS: Final = MetricSpec(
    "driftline_model_replayed_rows_total",
    "counter",
    "Rows that came again, as after a restart, and were not counted twice.",
    _MODEL,
)
MODEL_REFUSED_COLUMNS: Final = MetricSpec(
    "driftline_model_refused_columns_total",
    "counter",
    "Columns beyond the limits of columns, of a model or of all; up to 100.",
    _MODEL,
)
MODEL_LAST_EVENT: Final = MetricSpec(
    "driftline_model_last_event_timestamp_seconds",
    "gauge",
    "Event time of the newest row that a model's monitor has taken.",
    _MODEL,
)
MODEL_TASK: Final = MetricSpec(
    "driftline_model_task",
    "gauge",
    "1, with what a model's errors are reckoned for: classification, probability (of the positive "
    "class, as the prediction), regression, or auto before the choice.",
    (*_MODEL, "task"),
)
VERSION_STATUS: Final = MetricSpec(
    "driftline_model_version_status",
    "gauge",
    "1, with what a version is to its model: candidate, challenger, champion, retired, "
    "rolled_back, or observed where no model event has said it.",
    (*_MODEL, "status"),
)
OPEN_ALERTS: Final = MetricSpec(
    "driftline_model_open_alerts",
    "gauge",
    "Alerts neither resolved nor acknowledged, as `driftline models` tells; up to 50.",
    _MODEL,
)
VERSION_EVENTS: Final = MetricSpec(
    "driftline_version_events_total",
    "counter",
    "Model events about a version, and repeated ones, by what became of them: taken, unseen, "
    "never_served, contested, repeated, too_old.",
    ("outcome",),
)
ROUTES: Final = MetricSpec(
    "driftline_route_records_total",
    "counter",
    "Records of the topic of routes, which each worker follows, by what became of them: taken, "
    "ended, stale, refused (no route: the one before stays), overtaken, too_many.",
    ("outcome",),
)
ROUTED: Final = MetricSpec(
    "driftline_routes_noticed_total",
    "counter",
    "Routes among the rows of their models, by what became of them: taken, ended, stale, "
    "overtaken, too_many.",
    ("outcome",),
)
RAMP_DECISIONS: Final = MetricSpec(
    "driftline_ramp_decisions_total",
    "counter",
    "What Driftline has decided about routes: advanced, held, resumed, fell_back, promoted, "
    "went_back, restated; and ended_by_operator, where somebody ended a ramp of its own.",
    ("model", "decision"),
)
RAMP_SHARE: Final = MetricSpec(
    "driftline_ramp_share",
    "gauge",
    "Share of the traffic that the candidate of a ramp has, 0 to 1; each worker tells all ramps.",
    _MODEL,
)
RAMP_HELD: Final = MetricSpec(
    "driftline_ramp_held",
    "gauge",
    "1 while the ramp of a candidate is held for this reason.",
    (*_MODEL, "reason"),
)
FEATURE_VALUES: Final = MetricSpec(
    "driftline_feature_values_total",
    "counter",
    "Values by quality: ok, absent, null, nan, infinite, mistyped.",
    (*_FEATURE, "quality"),
)
FEATURE_DISCARDED: Final = MetricSpec(
    "driftline_feature_values_discarded_total",
    "counter",
    "Usable values that no reference holds: they came before the column's kind was chosen.",
    _FEATURE,
)
FEATURE_KIND: Final = MetricSpec(
    "driftline_feature_kind",
    "gauge",
    "1, with what a column's values are taken for: number, category or boolean.",
    (*_FEATURE, "kind"),
)
THRESHOLD_LOSSES: Final = MetricSpec(
    "driftline_threshold_losses_total",
    "counter",
    "Labelled rows, or pairs of them, that counted for a threshold of a model's performance.",
    (*_MODEL, "threshold"),
)
THRESHOLD_UNCOMPARED: Final = MetricSpec(
    "driftline_threshold_uncompared",
    "gauge",
    "1, with the reason, while a relative threshold of a model version judges nothing.",
    (*_MODEL, "threshold", "reason"),
)
THRESHOLD_BREACHED: Final = MetricSpec(
    "driftline_threshold_breached",
    "gauge",
    "1 while a model version is worse than a threshold of its performance allows, by its labels.",
    (*_MODEL, "threshold"),
)
FEATURE_REFERENCE_ROWS: Final = MetricSpec(
    "driftline_feature_reference_rows", "gauge", "Values in a column's reference.", _FEATURE
)
FEATURE_READY: Final = MetricSpec(
    "driftline_feature_ready",
    "gauge",
    "1 where a column's reference is complete and its drift is looked for.",
    _FEATURE,
)
FEATURE_DOUBT: Final = MetricSpec(
    "driftline_feature_not_guaranteed",
    "gauge",
    "1 where a column's false-alarm rate may be another than was asked for, with the reason: "
    "dependent (its values depend on those before them for longer than its burn-in can show), "
    "unrest (alert followed alert, and there was no peace since).",
    (*_FEATURE, "reason"),
)
FEATURE_SEASON: Final = MetricSpec(
    "driftline_feature_season",
    "gauge",
    "1 with the season that is taken off a column: daily, weekly, daily+weekly; none where "
    "`monitor.season` says so, calendar where its values follow from the time alone. Not there "
    "while nothing is known.",
    (*_FEATURE, "season"),
)
FEATURE_REFERENCE: Final = MetricSpec(
    "driftline_feature_reference",
    "gauge",
    "1 with what has become of a reference that was given in a column: awaited, in_force, "
    "dependent, replaced, other_kind, too_few, seasonal, not_given or not_seen.",
    (*_FEATURE, "outcome"),
)
FEATURE_MEAN: Final = MetricSpec(
    "driftline_feature_mean",
    "gauge",
    "Mean of the values in a column's reference; not there before its burn-in is complete.",
    _FEATURE,
)
FEATURE_BUDGET: Final = MetricSpec(
    "driftline_feature_rows_to_false_alarm",
    "gauge",
    "Rows of a column to one false alarm that `monitor.false_alarms` comes to.",
    _FEATURE,
)
ALERTS: Final = MetricSpec(
    "driftline_alerts_total",
    "counter",
    "Alerts published.",
    (*_MODEL, "feature", "kind", "severity", "detector"),
)
QUALITY_ALERTS: Final = MetricSpec(
    "driftline_quality_alerts_total",
    "counter",
    "Quality alerts published, by what is wrong with the values: null, absent, mistyped, "
    "non_finite, unseen (categories that the reference did not have), constant (one value stays).",
    (*_MODEL, "feature", "quality", "severity"),
)
PERFORMANCE: Final = MetricSpec(
    "driftline_model_performance",
    "gauge",
    "A metric of a model version in its latest window of rows, or of time, as told last; without "
    "value where the window has none.",
    (*_MODEL, "window", "metric"),
)
PERFORMANCE_BOUND: Final = MetricSpec(
    "driftline_model_performance_bound",
    "gauge",
    "Lower and upper end of the 95 % confidence interval of such a metric, where it has one.",
    (*_MODEL, "window", "metric", "bound"),
)
PERFORMANCE_ROWS: Final = MetricSpec(
    "driftline_model_performance_rows",
    "gauge",
    "Labelled rows of the latest window.",
    (*_MODEL, "window"),
)
PERFORMANCE_LABELLED: Final = MetricSpec(
    "driftline_model_performance_labelled_ratio",
    "gauge",
    "Share of the predictions of the latest window of time whose labels have come.",
    (*_MODEL, "window"),
)
PERFORMANCE_CORRECTED: Final = MetricSpec(
    "driftline_model_performance_corrected",
    "gauge",
    "A metric of the latest window of time as it is expected to be once all labels have come, by "
    "the delays of labels of each class.",
    (*_MODEL, "window", "metric"),
)
ESTIMATE_ERROR: Final = MetricSpec(
    "driftline_model_performance_estimate_error",
    "gauge",
    "By how much a metric was over-estimated without labels, by the latest window of time nine "
    "tenths of whose labels have come.",
    (*_MODEL, "metric"),
)
LABEL_MATURITY: Final = MetricSpec(
    "driftline_label_maturity_ratio",
    "gauge",
    "Share of the labels of the latest window of time that is expected to have come, of those that "
    "come in the end; not there as long as too little is known of how late labels come.",
    (*_MODEL, "window"),
)
LABEL_DELAY: Final = MetricSpec(
    "driftline_label_delay_seconds",
    "gauge",
    "By which age of their predictions half (0.5) and nine tenths (0.9) of the labels of a class "
    "have come, of predictions that were this class (predicted) or another one (missed).",
    (*_MODEL, "class", "prediction", "quantile"),
)
PERFORMANCE_END: Final = MetricSpec(
    "driftline_model_performance_window_end_timestamp_seconds",
    "gauge",
    "Event time at which the latest window ends.",
    (*_MODEL, "window"),
)
PERFORMANCE_UNUSABLE: Final = MetricSpec(
    "driftline_model_performance_unusable_rows",
    "gauge",
    "Rows of the latest window, or their scores, that could not be judged, by the reason.",
    (*_MODEL, "window", "reason"),
)
PERFORMANCES_TOLD: Final = MetricSpec(
    "driftline_model_performances_told_total",
    "counter",
    "Windows that were told, revisions included.",
    ("window",),
)
COMPARISON_DIFFERENCE: Final = MetricSpec(
    "driftline_comparison_difference",
    "gauge",
    "A metric of a candidate less that of the baseline, over rows of the same hours.",
    (*_PAIR, "metric"),
)
COMPARISON_BOUND: Final = MetricSpec(
    "driftline_comparison_bound",
    "gauge",
    "Lower and upper end of the confidence sequence of such a difference.",
    (*_PAIR, "metric", "bound"),
)
COMPARISON_EVIDENCE: Final = MetricSpec(
    "driftline_comparison_evidence_ratio",
    "gauge",
    "E-value that the candidate is better, or worse, over what it has to reach: at 1 it is told.",
    (*_PAIR, "metric", "side"),
)
COMPARISON_ROWS: Final = MetricSpec(
    "driftline_comparison_rows",
    "gauge",
    "Labelled rows of the baseline and of the candidate that the metric is about.",
    (*_PAIR, "metric", "arm"),
)
COMPARISON_STANDING: Final = MetricSpec(
    "driftline_comparison_standing",
    "gauge",
    "1 for what the latest look at the two says: decision, verdict and reason.",
    (*_PAIR, "decision", "verdict", "reason"),
)
COMPARISON_FAULTS: Final = MetricSpec(
    "driftline_comparison_fault",
    "gauge",
    "1 while rows of the two cannot be compared for this reason: split, shared_ids, no_traffic, "
    "assignment_changed.",
    (*_PAIR, "fault"),
)
COMPARISONS_TOLD: Final = MetricSpec(
    "driftline_comparisons_told_total",
    "counter",
    "Looks at two versions of a model that were published, by what was decided.",
    ("decision",),
)
RETRAIN_REQUESTS: Final = MetricSpec(
    "driftline_retrain_requests_total",
    "counter",
    "Retrain requests published.",
    (*_MODEL, "trigger"),
)
RETRAIN_SIGNALS: Final = MetricSpec(
    "driftline_retrain_signals_total",
    "counter",
    "Conditions of retrain triggers that rows have met, by kind: rows, labelled_rows, schedule, "
    "cost, label_corrections.",
    (*_MODEL, "kind"),
)
RETRAIN_ANSWERS: Final = MetricSpec(
    "driftline_retrain_answers_total",
    "counter",
    "Model events that answer retrain requests, by what became of them: ended, extended, "
    "nothing_open, unknown_request, repeated.",
    ("outcome",),
)
ROLLBACK_REQUESTS: Final = MetricSpec(
    "driftline_rollback_requests_total",
    "counter",
    "Rollback requests published, by the version that is to go and by cause: worse, "
    "guardrail_worse, segment_worse, threshold, worse_than_before.",
    (*_MODEL, "cause"),
)
ROLLBACK_CAUSES: Final = MetricSpec(
    "driftline_rollback_causes_total",
    "counter",
    "What was found about serving versions, by what became of it: requested, open, cooldown, "
    "refused, no_target, long_served.",
    (*_MODEL, "outcome"),
)
ROLLBACK_ANSWERS: Final = MetricSpec(
    "driftline_rollback_answers_total",
    "counter",
    "Model events that answer rollback requests, and routes that have ended one (answer: route), "
    "by what became of them: ended, extended, nothing_open, unknown_request, repeated.",
    ("model", "answer", "outcome"),
)
CDEVENTS: Final = MetricSpec(
    "driftline_cdevents_total",
    "counter",
    "CDEvents published, by type, such as dev.cdevents.incident.detected.0.3.0.",
    ("model", "type"),
)
MODEL_EVENTS: Final = MetricSpec(
    "driftline_model_events_total",
    "counter",
    "Model events read: deployments, retraining, rollbacks.",
    ("model", "type"),
)
CONSUMER_LAG: Final = MetricSpec(
    "driftline_consumer_lag_records",
    "gauge",
    "Records between the committed offset and the end of the partition.",
    _PARTITION,
)
COMMIT_AGE: Final = MetricSpec(
    "driftline_commit_age_seconds",
    "gauge",
    "Time since the last commit of the partition was accepted.",
    _PARTITION,
)
OUTSTANDING_BATCHES: Final = MetricSpec(
    "driftline_outstanding_batches",
    "gauge",
    "Batches handed to an agent whose results are not safe yet.",
    _PARTITION,
)
STATE_SAVES: Final = MetricSpec(
    "driftline_state_saves_total",
    "counter",
    "Times that the state of a partition was written, and what it covers acknowledged.",
    ("stage",),
)
STATE_SNAPSHOTS: Final = MetricSpec(
    "driftline_state_snapshots_written_total",
    "counter",
    "Snapshots written: only of models that changed.",
    ("stage",),
)
STATE_BYTES: Final = MetricSpec(
    "driftline_state_written_bytes_total",
    "counter",
    "Bytes of snapshots written, before compression.",
    ("stage",),
)
STATE_SAVE_DURATION: Final = MetricSpec(
    "driftline_state_save_duration_seconds",
    "histogram",
    "How long it took to write the state of a partition, until it was acknowledged.",
    ("stage",),
    (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
STATE_UNSAVED_AGE: Final = MetricSpec(
    "driftline_state_unsaved_age_seconds",
    "gauge",
    "Since when the oldest batch waits for a snapshot that covers it; 0 where none does.",
    ("stage",),
)
STATE_LOADED: Final = MetricSpec(
    "driftline_state_snapshots_loaded",
    "gauge",
    "Snapshots loaded with the last assignment.",
    ("stage",),
)
STATE_LOADED_BYTES: Final = MetricSpec(
    "driftline_state_loaded_bytes",
    "gauge",
    "Bytes read to load the state of the last assignment.",
    ("stage",),
)
STATE_LOAD_DURATION: Final = MetricSpec(
    "driftline_state_load_duration_seconds",
    "gauge",
    "How long it took to load the state of the last assignment.",
    ("stage",),
)
FOLDED: Final = MetricSpec(
    "driftline_folded_label_values",
    "gauge",
    "Combinations of model, version and feature beyond the cap, shown as other.",
    ("scope",),
)

CATALOGUE: Final = (
    BUILD_INFO,
    RECORDS_READ,
    RECORDS_MISSED,
    HANDLED_OFFSET,
    BATCH_DURATION,
    MESSAGES_REFUSED,
    RECORDS_SKIPPED,
    DEAD_LETTER_LIMIT,
    ROWS_ACCEPTED,
    ROWS_WATCHED,
    MODELS_EVICTED,
    NEWCOMERS,
    NEWCOMER_ROWS_DROPPED,
    CLOCKS_AHEAD,
    FIELDS_LEFT_OUT,
    LABELS,
    LABELS_ORPHANED,
    PENDING_ENTRIES,
    PENDING_DROPPED,
    PENDING_DISK,
    PENDING_RESTORE,
    PENDING_RESTORED,
    PENDING_UNREADABLE,
    MODEL_ROWS,
    MODEL_LABELLED_ROWS,
    MODEL_REPLAYED_ROWS,
    MODEL_REFUSED_COLUMNS,
    MODEL_LAST_EVENT,
    MODEL_TASK,
    THRESHOLD_LOSSES,
    THRESHOLD_BREACHED,
    THRESHOLD_UNCOMPARED,
    VERSION_STATUS,
    OPEN_ALERTS,
    LABELS_REPEATED,
    LABELS_BACKDATED,
    FEATURE_VALUES,
    FEATURE_DISCARDED,
    FEATURE_KIND,
    FEATURE_REFERENCE_ROWS,
    FEATURE_READY,
    FEATURE_DOUBT,
    FEATURE_SEASON,
    FEATURE_REFERENCE,
    FEATURE_MEAN,
    FEATURE_BUDGET,
    ALERTS,
    QUALITY_ALERTS,
    PERFORMANCE,
    PERFORMANCE_BOUND,
    PERFORMANCE_ROWS,
    PERFORMANCE_LABELLED,
    PERFORMANCE_CORRECTED,
    ESTIMATE_ERROR,
    LABEL_MATURITY,
    LABEL_DELAY,
    PERFORMANCE_END,
    PERFORMANCE_UNUSABLE,
    PERFORMANCES_TOLD,
    COMPARISON_DIFFERENCE,
    COMPARISON_BOUND,
    COMPARISON_EVIDENCE,
    COMPARISON_ROWS,
    COMPARISON_STANDING,
    COMPARISON_FAULTS,
    COMPARISONS_TOLD,
    RETRAIN_REQUESTS,
    RETRAIN_SIGNALS,
    RETRAIN_ANSWERS,
    ROLLBACK_REQUESTS,
    ROLLBACK_CAUSES,
    ROLLBACK_ANSWERS,
    CDEVENTS,
    MODEL_EVENTS,
    VERSION_EVENTS,
    ROUTES,
    ROUTED,
    RAMP_DECISIONS,
    RAMP_SHARE,
    RAMP_HELD,
    CONSUMER_LAG,
    COMMIT_AGE,
    OUTSTANDING_BATCHES,
    STATE_SAVES,
    STATE_SNAPSHOTS,
    STATE_BYTES,
    STATE_SAVE_DURATION,
    STATE_UNSAVED_AGE,
    STATE_LOADED,
    STATE_LOADED_BYTES,
    STATE_LOAD_DURATION,
    FOLDED,
    HTTP_REFUSED,
    MLFLOW_REQUESTS,
    MLFLOW_EVENTS,
    MLFLOW_TAGS,
    MLFLOW_WEBHOOKS,
    MLFLOW_UNMATCHED,
    MLFLOW_UNNAMED,
    MLFLOW_FOLLOWED,
    RENDERINGS,
)
"""All of them."""
