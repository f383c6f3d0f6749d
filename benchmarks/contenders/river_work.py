"""The work of every contender but Driftline: River's detectors on each feature, one at a time."""

from typing import Any

import orjson
from river import drift


class RiverWork:
    """ADWIN and Page-Hinkley with River's defaults for every numeric feature of every model."""

    def __init__(self) -> None:
        self._models: dict[str, dict[str, tuple[Any, Any]]] = {}

    def take(self, event: dict[str, Any]) -> list[dict[str, Any]]:
        """Feed one decoded prediction; return an alert for each feature that has drifted."""
        model = event["model"]
        detectors = self._models.get(model)
        if detectors is None:
            detectors = self._models[model] = {}
        alerts = []
        for feature, value in event["features"].items():
            pair = detectors.get(feature)
            if pair is None:
                pair = detectors[feature] = _pair()
            adwin, page_hinkley = pair
            adwin.update(value)
            page_hinkley.update(value)
            if adwin.drift_detected or page_hinkley.drift_detected:
                alerts.append(
                    {
                        "model": model,
                        "feature": feature,
                        "adwin": adwin.drift_detected,
                        "page_hinkley": page_hinkley.drift_detected,
                        "prediction_id": event["prediction_id"],
                    }
                )
        return alerts


def _pair() -> tuple[Any, Any]:
    river: Any = drift  # it has no types
    return river.ADWIN(), river.PageHinkley()


def encoded(alert: dict[str, Any]) -> bytes:
    """Return an alert as JSON."""
    return orjson.dumps(alert)
