"""Rows of a file, for a reference: read as `driftline play` would play them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath

import orjson

from app.options import intake_options, prediction_fields
from app.play.events import Predicted
from app.play.files.line import BadRow
from app.play.files.source import Source
from app.play.reader import PlayOptions, Reader
from app.play.table import Table
from app.references.drawn import Found
from app.references.row_sample import RowSample
from app.settings import Settings
from schemas.events.not_taken import NotTaken
from schemas.events.reference_report import ReferenceKind
from schemas.payloads.rows import FieldMap

_LONGEST_SOURCE = 256


class FileRows:
    """The rows of an open file.

    Parameters
    ----------
    source, options
        What is read, and how; without a column of predictions none are compared.
    settings
        Say how values are read.
    report
        Gets each row that cannot be read.
    """

    def __init__(
        self,
        source: Source,
        options: PlayOptions,
        settings: Settings,
        report: Callable[[BadRow], None],
    ) -> None:
        fields = prediction_fields(settings)
        self._reader = Reader(source, options, fields, report)
        self._has_predictions = self._reader.dumped or options.roles.prediction is not None
        predict = None if self._has_predictions else lambda _: Predicted(0, None)
        # A dump's events name their models themselves.
        model = None if self._reader.dumped else options.model
        version = None if self._reader.dumped else options.version
        self._reader.options = replace(options, model=model, version=version, predict=predict)
        self._model = options.model
        self._version = options.version if self._reader.dumped else None
        # What is read is written here: its fields are under their own names.
        intake = replace(
            intake_options(settings), prediction_fields=FieldMap(), not_features=frozenset()
        )
        self._form = intake.prediction_format()

    @property
    def dumped(self) -> bool:
        """Whether the file is a dump of prediction events."""
        return self._reader.dumped

    def look(self) -> Table:
        """Return what the columns are; raises as `app.play.reader.Reader.look`."""
        return self._reader.look()

    def found(self, table: Table, most: int) -> Found:
        """Return a sample of the rows of the model, at most so many.

        Raises
        ------
        NothingToPlay, UnreadableFile
            As of `app.play.reader.Reader.rows`.
        """
        source = PurePath(self._reader.source.name).name[:_LONGEST_SOURCE]
        has_times = self.dumped or table.time is not None
        found = Found(
            ReferenceKind.FILE,
            source,
            RowSample(most),
            has_times=has_times,
            has_predictions=self._has_predictions,
        )
        for played in self._reader.rows(table):
            try:
                value = orjson.dumps(played.prediction)
                rows = self._form.rows(value, key=None, headers=(), time=played.time)
            except NotTaken as why:
                found.refused[str(why)] += 1
                continue
            for row in rows:
                if row.model != self._model:
                    found.refused["of another model"] += 1
                elif self._version not in {None, row.version}:
                    found.refused["of another version"] += 1
                else:
                    found.sample.add(row, played.time)
        for reason, each in self._reader.summary.reasons.items():
            found.refused[reason] += each.count
        return found
