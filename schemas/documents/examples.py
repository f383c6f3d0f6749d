"""One example of each event, as the published documents show it: one model's drift, told through.

A model scores payments; from noon on the amounts rise, which is found, and a retraining asked for.
"""

from typing import Any, Final

PREDICTION: Final[dict[str, Any]] = {
    "prediction_id": "pay-81f3",
    "model": "fraud",
    "version": "3",
    "timestamp": "2026-03-01T12:00:00Z",
    "features": {"amount": 129.9, "country": "fr", "new_customer": True, "age": None},
    "prediction": "genuine",
    "scores": {"genuine": 0.91, "fraud": 0.09},
    "segment": {"region": "eu"},
}

LABEL: Final[dict[str, Any]] = {
    "prediction_id": "pay-81f3",
    "label": "fraud",
    "timestamp": 1772971200,
}

MODEL_EVENT: Final[dict[str, Any]] = {
    "type": "retrain_completed",
    "model": "fraud",
    "version": "4",
    "timestamp": "2026-03-02T06:30:00Z",
    "request_id": "0c2dbf0a-8b5e-5f0f-9d0c-5b6f6a6c1e11",
}

DRIFT_ALERT: Final[dict[str, Any]] = {
    "alert_id": "5b3f9f0e-2f0e-5a55-8a0f-0d8a3c1f7b21",
    "status": "opened",
    "kind": "feature_drift",
    "severity": "critical",
    "model": "fraud",
    "version": "3",
    "feature": "amount",
    "detector": {
        "kind": "adwin",
        "stream": "location",
        "parameters": {
            "delta": 0.01,
            "clock": 32,
            "max_buckets": 5,
            "min_window_length": 5,
            "grace_period": 10,
        },
        "statistic": 0.312,
        "threshold": 0.284,
    },
    "corroborated_by": [],
    "before": {
        "kind": "number",
        "count": 11958,
        "mean": 74.2,
        "std": 31.5,
        "quantiles": {"p05": 28.1, "p25": 51.7, "p50": 70.3, "p75": 92.0, "p95": 131.4},
    },
    "after": {
        "kind": "number",
        "count": 42,
        "mean": 121.7,
        "std": 40.2,
        "quantiles": {"p05": 60.9, "p25": 93.5, "p50": 117.1, "p75": 146.8, "p95": 190.3},
    },
    "direction": "up",
    "recovery_of": None,
    "change_at": {
        "topic": "predictions",
        "partition": 2,
        "offset": 40112,
        "time": "2026-03-01T12:00:00.000Z",
    },
    "detected_at": {
        "topic": "predictions",
        "partition": 0,
        "offset": 39877,
        "time": "2026-03-01T12:00:41.000Z",
    },
    "rows_since_change": 42,
    "rows_observed": 12000,
    "reference": {
        "kind": "rows",
        "rows": 11958,
        "since": "2026-03-01T08:41:19.000Z",
        "until": None,
        "reference_id": None,
        "source": None,
        "given_rows": None,
        "given_at": None,
    },
    "autocorrelation": 0.013,
    "stride": 1,
    "false_alarms": "1 per 1,000,000 rows per column",
    "budget_rows": 1_000_000.0,
    "guaranteed": True,
    "message": "Feature 'amount' of fraud 3 changed: the mean went from 74.2 to 121.7, "
    "the standard deviation from 31.5 to 40.2, over 42 rows (adwin on the location of its ranks).",
}

QUALITY_ALERT: Final[dict[str, Any]] = {
    "alert_id": "a3c1b7f4-7a0d-5a3e-8d0b-3f2f6f1c9e44",
    "status": "opened",
    "kind": "quality_drift",
    "severity": "warning",
    "model": "fraud",
    "version": "3",
    "feature": "age",
    "quality": "null",
    "detector": {
        "kind": "share_cusum",
        "stream": "raw",
        "parameters": {"ratio": 4.0, "rows_to_a_false_alarm": 1000000.0},
        "statistic": 12.4,
        "threshold": 12.0,
    },
    "corroborated_by": [],
    "share_before": 0.04,
    "share_after": 0.9,
    "rows_before": 11990,
    "rows_after": 10,
    "change_at": {
        "topic": "predictions",
        "partition": 2,
        "offset": 40140,
        "time": "2026-03-01T12:00:29.000Z",
    },
    "detected_at": {
        "topic": "predictions",
        "partition": 0,
        "offset": 39877,
        "time": "2026-03-01T12:00:41.000Z",
    },
    "rows_since_change": 10,
    "rows_observed": 12000,
    "reference": None,
    "guaranteed": True,
    "message": "Feature 'age' of fraud 3 changed: null in 90.0% of the rows, before 4.0%, over "
    "10 rows (share_cusum on the share of rows that are not ok).",
}

PERFORMANCE_ALERT: Final[dict[str, Any]] = {
    "alert_id": "5d1f0b0e-3c58-5d6c-9d2a-0a4f5f2b7c11",
    "status": "opened",
    "kind": "performance",
    "severity": "critical",
    "model": "fraud",
    "version": "3",
    "threshold": "recall[1] >= 0.8",
    "metric": "recall",
    "of_class": "1",
    "bound": 0.8,
    "reference": None,
    "value": 0.71,
    "losses_since_change": 410,
    "statistic": 1043210.5,
    "limit": 1000000.0,
    "change_at": {
        "topic": "labels",
        "partition": 2,
        "offset": 40140,
        "time": "2026-03-01T12:00:29.000Z",
    },
    "detected_at": {
        "topic": "labels",
        "partition": 0,
        "offset": 61877,
        "time": "2026-03-03T07:20:41.000Z",
    },
    "message": "fraud 3 is worse than it may be: recall[1] 0.71 over 410 labels, and 0.8 is the "
    "threshold (recall[1] >= 0.8).",
}

MODEL_PERFORMANCE: Final[dict[str, Any]] = {
    "model": "fraud",
    "version": "3",
    "performance_id": "3536ea1f-4e04-52ab-9a42-8e486a4e38e7",
    "window": {
        "kind": "time",
        "number": 20513,
        "begin": "2026-03-01T00:00:00.000Z",
        "end": "2026-03-02T00:00:00.000Z",
    },
    "revision": 24,
    "task": "classification",
    "as_of": {
        "topic": "labels",
        "partition": 1,
        "offset": 31877,
        "time": "2026-03-10T00:00:00.000Z",
    },
    "rows": 962,
    "predictions": 1042,
    "share_labelled": 0.9232,
    "maturity": {
        "expected": 0.93,
        "reason": None,
        "delays": [
            {
                "name": "1",
                "is_predicted": False,
                "labels": 4120,
                "median_seconds": 259200.0,
                "late_seconds": 1123200.0,
                "maturity": 0.82,
            },
        ],
        "coverage": [{"age_seconds": 86400.0, "share": 0.31}],
        "corrected": {
            "recall": {
                "value": 0.9088,
                "low": 0.8321,
                "high": 0.9531,
                "error": None,
                "reason": None,
            },
        },
    },
    "unusable": {},
    "positive_class": "fraud",
    "metrics": {
        "accuracy": {"value": 0.9927, "low": 0.9851, "high": 0.9965, "error": None, "reason": None},
        "precision": {"value": 1.0, "low": 0.9572, "high": 1.0, "error": None, "reason": None},
        "recall": {"value": 0.9247, "low": 0.8527, "high": 0.9631, "error": None, "reason": None},
        "roc_auc": {"value": 0.998, "low": 0.9916, "high": 1.0, "error": 0.0016, "reason": None},
    },
    "classes": [
        {
            "name": "genuine",
            "rows": 869,
            "predicted": 876,
            "precision": {
                "value": 0.992,
                "low": 0.9836,
                "high": 0.9961,
                "error": None,
                "reason": None,
            },
            "recall": {"value": 1.0, "low": 0.9956, "high": 1.0, "error": None, "reason": None},
            "specificity": {
                "value": 0.9247,
                "low": 0.8527,
                "high": 0.9631,
                "error": None,
                "reason": None,
            },
            "f1": {"value": 0.996, "low": 0.9917, "high": 0.9981, "error": None, "reason": None},
        },
        {
            "name": "fraud",
            "rows": 93,
            "predicted": 86,
            "precision": {"value": 1.0, "low": 0.9572, "high": 1.0, "error": None, "reason": None},
            "recall": {
                "value": 0.9247,
                "low": 0.8527,
                "high": 0.9631,
                "error": None,
                "reason": None,
            },
            "specificity": {
                "value": 1.0,
                "low": 0.9956,
                "high": 1.0,
                "error": None,
                "reason": None,
            },
            "f1": {"value": 0.9609, "low": 0.9205, "high": 0.9812, "error": None, "reason": None},
        },
    ],
    "label_duplicates": 4,
    "label_corrections": 1,
    "backdated_labels": 2,
    "confusion": [[869, 0], [7, 86]],
    "estimate_errors": {"recall": 0.0121},
}

LABEL_ALERT: Final[dict[str, Any]] = {
    "alert_id": "7c0a1f52-94b1-5f0e-8f3d-2b6f1e0c9a77",
    "status": "opened",
    "kind": "labels",
    "severity": "warning",
    "model": "fraud",
    "version": "3",
    "problem": "fewer",
    "before": 0.91,
    "after": 0.48,
    "limit": 0.6825,
    "age_seconds": 345600.0,
    "label_names": {},
    "since_time": "2026-03-01T00:00:00.000Z",
    "detected_at": {
        "topic": "labels",
        "partition": 0,
        "offset": 61877,
        "time": "2026-03-08T00:00:00.000Z",
    },
    "message": "fraud 3 has fewer labels in time: 48.0% of the predictions within 3.456e+05 s, and "
    "91.0% was usual.",
}

MODEL_ALERT: Final[dict[str, Any]] = {
    "alert_id": "0d8e4c0b-6d0a-5f43-9a59-8e0b8b7c9f10",
    "status": "opened",
    "kind": "model_drift",
    "severity": "warning",
    "model": "fraud",
    "version": "3",
    "columns": [
        {
            "kind": "feature_drift",
            "feature": "amount",
            "severity": "warning",
            "discovered": True,
            "found_by": "joint",
            "statistic": 180440312.0,
            "direction": "up",
            "change": "the mean went from 12.5 to 14.1, the standard deviation from 4.2 to 4.3",
            "change_at": {
                "topic": "predictions",
                "partition": 2,
                "offset": 40140,
                "time": "2026-03-01T12:00:29.000Z",
            },
            "rows_since_change": 96,
        }
    ],
    "columns_changed": 1,
    "columns_watched": 40,
    "columns_restarted": 1,
    "detector": "joint",
    "statistic": 2255504.0,
    "limit": 2000000.0,
    "change_at": {
        "topic": "predictions",
        "partition": 2,
        "offset": 40140,
        "time": "2026-03-01T12:00:29.000Z",
    },
    "detected_at": {
        "topic": "predictions",
        "partition": 0,
        "offset": 39877,
        "time": "2026-03-01T12:02:04.000Z",
    },
    "rows_since_change": 96,
    "guaranteed": True,
    "message": "1 of 40 columns of fraud 3 changed together, over 96 rows (joint): 'amount': the "
    "mean went from 12.5 to 14.1, the standard deviation from 4.2 to 4.3.",
}

RETRAIN_REQUEST: Final[dict[str, Any]] = {
    "request_id": "0c2dbf0a-8b5e-5f0f-9d0c-5b6f6a6c1e11",
    "model": "fraud",
    "version": "3",
    "replaces": "3",
    "trigger": "critical_feature",
    "causes": ["drift [feature_drift] in 1 at critical"],
    "priority": "high",
    "alerts": [
        {
            "alert_id": "5b3f9f0e-2f0e-5a55-8a0f-0d8a3c1f7b21",
            "kind": "feature_drift",
            "severity": "critical",
            "feature": "amount",
            "time": "2026-03-01T12:00:41.000Z",
            "since": "2026-03-01T12:00:00.000Z",
        }
    ],
    "signals": [],
    "features": ["amount"],
    "data_since": "2026-03-01T12:00:00.000Z",
    "training": {
        "since": "2026-03-01T12:00:00.000Z",
        "until": "2026-03-01T12:00:41.000Z",
        "begin": [
            {
                "topic": "predictions",
                "partition": 0,
                "offset": 4000,
                "time": "2026-03-01T12:00:00.000Z",
            }
        ],
        "end": [
            {
                "topic": "predictions",
                "partition": 0,
                "offset": 4041,
                "time": "2026-03-01T12:00:41.000Z",
            }
        ],
        "labelled_rows": None,
        "is_enough": None,
    },
    "requested_at": "2026-03-01T12:00:41.000Z",
    "cooldown_until": "2026-03-01T13:00:41.000Z",
    "expires_at": "2026-03-08T12:00:41.000Z",
    "message": "Retrain fraud: version 3 drifted in amount (critical feature).",
}

ROLLBACK_REQUEST: Final[dict[str, Any]] = {
    "request_id": "1d6f6a3e-4a83-5e7c-9a63-2c7f5a0f8b64",
    "model": "fraud",
    "version": "4",
    "target": "3",
    "cause": "guardrail_worse",
    "priority": "high",
    "evidence": [
        {
            "cause": "guardrail_worse",
            "found_in": "b7a30f5e-1f0b-5d43-8c8e-0b1f6a2f7d55",
            "metric": "recall[1]",
            "segment": None,
            "value": 0.741,
            "expected": 0.846,
            "difference": -0.1049,
            "low": -0.1921,
            "high": -0.0178,
            "rows": 398,
            "expected_rows": 403,
            "statistic": 71.3,
            "limit": 40.0,
            "at": {
                "topic": "labels",
                "partition": 1,
                "offset": 40811,
                "time": "2026-03-09T08:14:02.000Z",
            },
        }
    ],
    "decided_at": {
        "topic": "labels",
        "partition": 1,
        "offset": 40811,
        "time": "2026-03-09T08:14:02.000Z",
    },
    "requested_at": "2026-03-09T08:14:02.000Z",
    "cooldown_until": "2026-03-09T09:14:02.000Z",
    "expires_at": "2026-03-10T08:14:02.000Z",
    "route_id": None,
    "message": "Roll fraud back from 4 to 3: 4 is worse in recall[1] (0.741, and 0.846 of 3).",
}

VERSION_RECORD: Final[dict[str, Any]] = {
    "record_id": "e3a1f0c2-8f37-5d5b-9a43-0f4f5f3f2b10",
    "model": "fraud",
    "version": "3",
    "status": "champion",
    "status_since": "2026-02-28T09:00:00.000Z",
    "is_last_good": False,
    "rows": 8192,
    "first_event": "2026-02-28T09:00:03.000Z",
    "last_event": "2026-03-01T12:00:41.000Z",
    "label_duplicates": 4,
    "label_corrections": 1,
    "backdated_labels": 2,
    "reference_since": "2026-02-28T09:00:03.000Z",
    "history": [
        {
            "since": "2026-02-28T09:00:00.000Z",
            "status": "champion",
            "cause": "version_deployed",
            "remark": "unseen",
        }
    ],
    "traffic": [
        {
            "start": "2026-02-28T09:00:00.000Z",
            "hours": 1,
            "rows": 8191,
            "first": "2026-02-28T09:00:03.000Z",
            "last": "2026-02-28T09:59:58.000Z",
        },
        {
            "start": "2026-03-01T12:00:00.000Z",
            "hours": 1,
            "rows": 1,
            "first": "2026-03-01T12:00:41.000Z",
            "last": "2026-03-01T12:00:41.000Z",
        },
    ],
    "open_alerts": [
        {
            "alert_id": "5b3f9f0e-2f0e-5a55-8a0f-0d8a3c1f7b21",
            "kind": "feature_drift",
            "severity": "critical",
            "feature": "amount",
            "time": "2026-03-01T12:00:41.000Z",
            "since": "2026-03-01T12:00:00.000Z",
        }
    ],
    "thresholds": [
        {"threshold": "recall[1] >= 0.8", "state": "kept", "reason": None, "bound": 0.8},
        {
            "threshold": "accuracy >= previous - 0.02",
            "state": "not_judged",
            "reason": "no_version_before",
            "bound": None,
        },
    ],
}

MODEL_ROUTE: Final[dict[str, Any]] = {
    "route_id": "b1a60d7e-6a2c-5a0e-8b60-6d1f64f7a0de",
    "model": "fraud",
    "revision": 3,
    "mode": "canary",
    "versions": [{"version": "4", "share": 0.05}, {"version": "3", "share": 0.95}],
    "shadows": [],
    "salt": "0f3c5a7d9b21",
    "ramp": {
        "candidate": "4",
        "baseline": "3",
        "steps": [0.01, 0.05, 0.25, 0.5, 1.0],
        "step": 1,
        "step_since": "2026-03-02T08:00:00.000Z",
        "held": None,
    },
    "decision": {
        "kind": "driftline",
        "by": "driftline",
        "reason": "advanced: 210 labels of the candidate in 1 h, no harm",
        "time": "2026-03-02T08:00:00.000Z",
        "replaces": "4c0e3b7a-1f0c-5c1e-9d55-0a7b8c9d0e1f",
        "evidence": {
            "as_of": {
                "topic": "labels",
                "partition": 0,
                "offset": 50411,
                "time": "2026-03-02T08:00:00.000Z",
            },
            "decision": "continue",
            "reason": "undecided",
            "predictions": [40210, 402],
            "labelled": [21306, 214],
            "labelled_in_step": 210,
        },
    },
}

DRIFT_ALERT_HEADERS: Final = {
    "ce_specversion": "1.0",
    "ce_id": "5b3f9f0e-2f0e-5a55-8a0f-0d8a3c1f7b21",
    "ce_source": "/driftline/fraud/3",
    "ce_type": "io.driftline.alert.v1",
    "ce_time": "2026-03-01T12:00:41.000Z",
    "ce_subject": "amount",
    "content-type": "application/json",
}

QUALITY_ALERT_HEADERS: Final = {
    **DRIFT_ALERT_HEADERS,
    "ce_id": "a3c1b7f4-7a0d-5a3e-8d0b-3f2f6f1c9e44",
    "ce_subject": "age",
}

PERFORMANCE_ALERT_HEADERS: Final = {
    **DRIFT_ALERT_HEADERS,
    "ce_id": "5d1f0b0e-3c58-5d6c-9d2a-0a4f5f2b7c11",
    "ce_time": "2026-03-03T07:20:41.000Z",
    "ce_subject": "recall[1]",
}

MODEL_COMPARISON: Final[dict[str, Any]] = {
    "model": "fraud",
    "version": "4",
    "comparison_id": "b7a30f5e-1f0b-5d43-8c8e-0b1f6a2f7d55",
    "baseline": "3",
    "mode": "ab",
    "since": "2026-03-01T12:00:00.000Z",
    "assignment": {
        "salt": "0f3c5a7d9b21",
        "mode": "ab",
        "begun_by": "5d3f1c2a-8f4e-5b0a-9c61-2e7d4a90b1f3",
    },
    "as_of": {
        "topic": "labels",
        "partition": 1,
        "offset": 40811,
        "time": "2026-03-09T08:14:02.000Z",
    },
    "look": 41,
    "decision": "rollback",
    "verdict": "failed",
    "reason": "guardrail_worse",
    "metrics": [
        {
            "metric": "accuracy",
            "role": "primary",
            "baseline": {"version": "3", "value": 0.951, "rows": 4120},
            "candidate": {"version": "4", "value": 0.9532, "rows": 4076},
            "difference": 0.0021,
            "low": -0.0114,
            "high": 0.0156,
            "higher_is_better": True,
            "better": 1.02,
            "worse": 0.11,
            "threshold": 40.0,
            "smallest_effect": 0.01,
            "margin": 0.0,
            "level": 0.05,
            "finding": "undecided",
            "shows_margin": False,
            "decided_at": None,
        },
        {
            "metric": "recall[1]",
            "role": "guardrail",
            "baseline": {"version": "3", "value": 0.846, "rows": 403},
            "candidate": {"version": "4", "value": 0.741, "rows": 398},
            "difference": -0.1049,
            "low": -0.1921,
            "high": -0.0178,
            "higher_is_better": True,
            "better": 0.0,
            "worse": 71.3,
            "threshold": 40.0,
            "smallest_effect": None,
            "margin": 0.02,
            "level": 0.05,
            "finding": "worse",
            "shows_margin": False,
            "decided_at": {
                "topic": "labels",
                "partition": 1,
                "offset": 40811,
                "time": "2026-03-09T08:14:02.000Z",
            },
        },
    ],
    "segments": [],
    "exposure": {
        "faults": [],
        "baseline": {
            "version": "3",
            "predictions": 4391,
            "labelled": 4120,
            "share": 0.5025,
            "stated_share": 0.5,
            "maturity": 0.9383,
        },
        "candidate": {
            "version": "4",
            "predictions": 4347,
            "labelled": 4076,
            "share": 0.4975,
            "stated_share": 0.5,
            "maturity": 0.9377,
        },
        "split": 0.21,
        "split_threshold": 100.0,
        "pairs": 0,
    },
    "message": "fraud 4 against 3: recall[1] is worse by 0.1049 (0.0178 to 0.1921).",
}

MODEL_COMPARISON_HEADERS: Final = {
    "ce_specversion": "1.0",
    "ce_id": "b7a30f5e-1f0b-5d43-8c8e-0b1f6a2f7d55",
    "ce_source": "/driftline/fraud/4",
    "ce_type": "io.driftline.model-comparison.v1",
    "ce_time": "2026-03-09T08:14:02.000Z",
    "ce_subject": "against 3",
    "content-type": "application/json",
}

MODEL_PERFORMANCE_HEADERS: Final = {
    "ce_specversion": "1.0",
    "ce_id": "3536ea1f-4e04-52ab-9a42-8e486a4e38e7",
    "ce_source": "/driftline/fraud/3",
    "ce_type": "io.driftline.model-performance.v1",
    "ce_time": "2026-03-10T00:00:00.000Z",
    "ce_subject": "time-20513",
    "content-type": "application/json",
}

RETRAIN_SIGNAL: Final[dict[str, Any]] = {
    "model": "fraud",
    "version": "3",
    "signal": {
        "signal_id": "9d2f1c3e-6a40-5a7b-8c11-2b7d1f0e4a31",
        "kind": "labelled_rows",
        "condition": "labelled_rows >= 50000",
        "value": 50000.0,
        "since": "2026-02-01T00:00:00.000Z",
        "time": "2026-03-01T12:00:41.000Z",
    },
    "at": {
        "topic": "labels",
        "partition": 0,
        "offset": 50411,
        "time": "2026-03-01T12:00:41.000Z",
    },
    "labelled_rows": 50000,
}

RETRAIN_SIGNAL_HEADERS: Final = {
    **DRIFT_ALERT_HEADERS,
    "ce_id": "9d2f1c3e-6a40-5a7b-8c11-2b7d1f0e4a31",
    "ce_type": "io.driftline.retrain-signal.v1",
    "ce_subject": "labelled_rows >= 50000",
}

LABEL_ALERT_HEADERS: Final = {
    **DRIFT_ALERT_HEADERS,
    "ce_id": "7c0a1f52-94b1-5f0e-8f3d-2b6f1e0c9a77",
    "ce_time": "2026-03-08T00:00:00.000Z",
    "ce_subject": "labels fewer",
}

MODEL_ALERT_HEADERS: Final = {
    **DRIFT_ALERT_HEADERS,
    "ce_id": "0d8e4c0b-6d0a-5f43-9a59-8e0b8b7c9f10",
    "ce_subject": "several columns",
    "ce_time": "2026-03-01T12:02:04.000Z",
}

RETRAIN_REQUEST_HEADERS: Final = {
    "ce_specversion": "1.0",
    "ce_id": "0c2dbf0a-8b5e-5f0f-9d0c-5b6f6a6c1e11",
    "ce_source": "/driftline/fraud/3",
    "ce_type": "io.driftline.retrain-request.v1",
    "ce_time": "2026-03-01T12:00:41.000Z",
    "ce_subject": "fraud",
    "content-type": "application/json",
}

ROLLBACK_REQUEST_HEADERS: Final = {
    "ce_specversion": "1.0",
    "ce_id": "1d6f6a3e-4a83-5e7c-9a63-2c7f5a0f8b64",
    "ce_source": "/driftline/fraud/4",
    "ce_type": "io.driftline.rollback-request.v1",
    "ce_time": "2026-03-09T08:14:02.000Z",
    "ce_subject": "fraud",
    "content-type": "application/json",
}

VERSION_RECORD_HEADERS: Final = {
    "ce_specversion": "1.0",
    "ce_id": "e3a1f0c2-8f37-5d5b-9a43-0f4f5f3f2b10",
    "ce_source": "/driftline/fraud/3",
    "ce_type": "io.driftline.model-version.v1",
    "ce_time": "2026-03-01T12:00:41.000Z",
    "ce_subject": "fraud",
    "content-type": "application/json",
}

MODEL_ROUTE_HEADERS: Final = {
    "ce_specversion": "1.0",
    "ce_id": "b1a60d7e-6a2c-5a0e-8b60-6d1f64f7a0de",
    "ce_source": "/driftline/fraud",
    "ce_type": "io.driftline.model-routing.v1",
    "ce_time": "2026-03-02T08:00:00.000Z",
    "ce_subject": "fraud",
    "content-type": "application/json",
}

DEAD_LETTER_HEADERS: Final = {
    "ce_specversion": "1.0",
    "ce_id": "bfc35897-30be-54eb-a1a5-e2fe4a5078e7",
    "ce_source": "/driftline/predictions/2",
    "ce_type": "io.driftline.dead-letter.v1",
    "ce_time": "2026-03-01T12:00:42.000Z",
    "ce_subject": "missing_field",
    "ce_reason": "missing_field",
    "ce_detail": "model: missing, expected text",
    "ce_sourcetopic": "predictions",
    "ce_sourcepartition": "2",
    "ce_sourceoffset": "40113",
    "ce_sourcetimestamp": "1772366442000",
    "ce_sourceheaders": '[["trace","YTFmMw=="]]',
    "ce_originalsize": "212",
    "ce_truncated": "false",
    "content-type": "application/octet-stream",
}

REPLAYED_LETTER: Final[dict[str, Any]] = {
    "letter_id": "bfc35897-30be-54eb-a1a5-e2fe4a5078e7",
    "topic": "predictions",
    "partition": 2,
    "offset": 40977,
}

REPLAYED_LETTER_HEADERS: Final = {
    "ce_specversion": "1.0",
    "ce_id": "90c1dab1-eb11-5c5e-ac60-0d4110393735",
    "ce_source": "/driftline/predictions/2",
    "ce_type": "io.driftline.dead-letter-replayed.v1",
    "ce_time": "2026-03-01T12:00:42.000Z",
    "ce_subject": "bfc35897-30be-54eb-a1a5-e2fe4a5078e7",
    "content-type": "application/json",
}
