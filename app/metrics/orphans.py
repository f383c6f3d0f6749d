"""Labels whose prediction never came as a metric, made at the scrape from what was told last."""

from collections import Counter
from collections.abc import Mapping

from prometheus_client.registry import Collector

from app.metrics import catalogue
from app.metrics.label_cap import OTHER, LabelCap
from app.metrics.models import Family, family


class OrphanCollector(Collector):
    """Keeps the counts of each partition, which outlive the process.

    Parameters
    ----------
    limit
        Models that are shown by their names.
    """

    def __init__(self, limit: int) -> None:
        self._totals: dict[int, Mapping[str, int]] = {}
        self._cap = LabelCap(limit)

    def keep(self, partition: int, totals: Mapping[str, int] | None) -> None:
        """Take the counts of a partition by the models; None when the partition has gone."""
        if totals is None:
            self._totals.pop(partition, None)
            kept = {name for each in self._totals.values() for name in each}
            self._cap.release(lambda identity: identity[0] not in kept)
        else:
            self._totals[partition] = totals

    def describe(self) -> list[Family]:
        """Return the family without samples."""
        return [family(catalogue.LABELS_ORPHANED)]

    def collect(self) -> list[Family]:
        """Return the family with those of all partitions."""
        (told,) = self.describe()
        for partition, totals in sorted(self._totals.items()):
            shown: Counter[str] = Counter()
            for name, labels in totals.items():
                shown[name if self._cap.admits((name,)) else OTHER] += labels
            for name, labels in shown.items():
                told.add_metric((name, str(partition)), labels)
        return [told]
