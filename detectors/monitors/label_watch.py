"""How the labels of one model version come, watched: a consumer of its rows."""

from detectors.alerts.label_alert import dating_alert_of, label_alert_of, names_alert_of
from detectors.monitors.options import MonitorOptions
from detectors.monitors.row_consumer import Found
from detectors.performance.label_dating import LabelDating
from detectors.performance.label_flow import LabelFlow
from detectors.performance.labelled_rows import are_labelled
from detectors.performance.outcome_names import OutcomeNames
from detectors.rows.label_counts import backdated
from detectors.rows.predicted_at import predicted_at
from detectors.rows.row_log import RowLog
from detectors.snapshots.tree import State
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationBatch, Origin

FORMAT = 1
"""Of the state."""


class LabelWatch:
    """Tells when the labels of a model version stop or thin out, and when they are no true ones.

    Because they call classes otherwise than it, or are dated before its predictions.

    Parameters
    ----------
    identity
        Model and version.
    options
        How the model is watched.

    Attributes
    ----------
    name
        The key of its state.
    """

    name = "label_flow"

    def __init__(self, identity: ModelVersion, options: MonitorOptions) -> None:
        self._identity = identity
        self._windows = [options.performance.window, options.performance.kept]
        self._flow = LabelFlow(*self._windows)
        self._names = OutcomeNames(options.classes)
        self._dating = LabelDating()

    def skim(self, origin: Origin, rows: int, oldest: int, newest: int) -> bool:
        """Count predictions of one window as `detectors.monitors.row_consumer.RowConsumer`."""
        return origin is Origin.PREDICTIONS and self._flow.skim(rows, oldest, newest)

    def consume(self, rows: ObservationBatch, first: int, log: RowLog) -> list[Found]:
        """Learn from unseen rows as `detectors.monitors.row_consumer.RowConsumer`."""
        if rows.origin is Origin.PREDICTIONS:
            turns = self._flow.predicted(rows.times)
        elif are_labelled(rows.columns):
            turns = self._flow.labelled(predicted_at(rows), rows.times)
        else:
            return []
        found = []
        for turn in turns:
            row = first + turn.row
            at = log.position(row, known_at=row)
            found.append(Found(row, label_alert_of(turn, self._identity, at)))
        if rows.origin is not Origin.PREDICTIONS:
            for named in self._names.add(rows.columns, rows.times).turns:
                row = first + named.row
                at = log.position(row, known_at=row)
                found.append(Found(row, names_alert_of(named, self._identity, at)))
            for dated in self._dating.add(backdated(predicted_at(rows), rows.times), rows.times):
                row = first + dated.row
                at = log.position(row, known_at=row)
                found.append(Found(row, dating_alert_of(dated, self._identity, at)))
        return found

    def restart(self) -> None:
        """Compare names anew; who sends labels, and when, is not deployed with the model."""
        self._names.restart()

    def state(self) -> State:
        """Return the whole state; nothing where no label has come."""
        if not self._flow.has_labels:
            return {}
        state = {"format": FORMAT, "windows": self._windows, "flow": self._flow.state()}
        return {**state, "names": self._names.state(), "dating": self._dating.state()}

    def restore(self, state: State) -> None:
        """Restore a state; where other windows were configured all of it begins anew.

        Raises
        ------
        ValueError
            Of a format that is not known.
        """
        if state["format"] != FORMAT:
            raise ValueError(f"flow of labels of format {state['format']}, expected {FORMAT}")
        if state["windows"] == self._windows:
            self._flow.restore(state["flow"])
        # Releases before compared no names: they are compared from the next row on.
        if "names" in state:
            self._names.restore(state["names"])
        # Likewise how labels are dated.
        if "dating" in state:
            self._dating.restore(state["dating"])
