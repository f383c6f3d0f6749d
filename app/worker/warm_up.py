"""Compiles everything that is compiled, before a worker takes its first record."""

import numpy as np

from agents.observations.label_reader import LabelReader
from agents.observations.prediction_reader import PredictionReader
from agents.prediction_log import id_index
from agents.records import index as record_index
from agents.records.block import RecordBlock
from app.worker.kernel_cache import forget_stale
from detectors import warm_up as detectors
from schemas import scan
from schemas.payloads.json_labels import JsonLabels
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap
from schemas.tables.declared import NO_DECLARATIONS


def warm_up() -> None:
    """Compile the kernels, or load them from Numba's cache, so that no worker does while running.

    A minute the first time on a machine, a second after that.
    """
    forget_stale()
    record_index.warm_up()
    id_index.warm_up()
    scan.warm_up()
    reader = PredictionReader(
        form=JsonPredictions(FieldMap()), tolerance=0, declarations=NO_DECLARATIONS
    )
    blocks = []
    for model in ("one", "other"):
        value = (
            b'{"prediction_id":"p","model":"%s","features":{"x":1.5,"y":"a"},"prediction":"a",'
            b'"segment":{"z":"a"}}'
        )
        value %= model.encode()
        columns = np.array([[0], [0], [0], [-1], [-1], [0], [len(value)], [0]])
        buffer = np.frombuffer(value, dtype=np.uint8)
        blocks.append(RecordBlock("warm-up", 0, buffer, columns))
    # Of one slice the buffer is as it was fetched, of several a copy; two models share a table.
    for those in (blocks[:1], blocks):
        reader.read(those).tables(lambda _: 0)
    LabelReader(form=JsonLabels(FieldMap()), tolerance=0).read(blocks[:1])
    detectors.warm_up()
