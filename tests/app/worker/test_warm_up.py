import subprocess
import sys

SCRIPT = """
import numpy as np
from agents.observations.label_reader import LabelReader
from agents.observations.prediction_reader import PredictionReader
from agents.records.block import RecordBlock
from app.worker.warm_up import warm_up
from schemas.payloads.json_labels import JsonLabels
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap
from schemas.payloads import prediction_members as members, scanned_fields, segment_texts
import schemas.scan.slices; import sys; slices = sys.modules['schemas.scan.slices']
from schemas.tables.declared import Declarations
from schemas.payloads.label_members import find_label_fields

warm_up()
kernels = [
    members.find_fields,
    members.choose_scores,
    members.list_features,
    members.lay_out_features,
    members.number_texts,
    members.mark_feature_sets,
    find_label_fields,
    scanned_fields._skip_prefixes,
    segment_texts._count,
    segment_texts._list,
    slices._gather,
]
compiled = [each.signatures for each in kernels]
assert [len(each) for each in compiled] == [1] * len(kernels), compiled
reader = PredictionReader(
    form=JsonPredictions(FieldMap()), tolerance=0, declarations=Declarations()
)
value = b'{"model":"m","features":{"x":1,"y":"a","z":null},"prediction":1.5,"timestamp":5,'
value += b'"segment":{"z":"a"}}'
for rows in (1, 2):
    columns = np.array([[0, 1], [0, 0], [0, 0], [0, 0], [1, 1], [0, 0], [len(value)] * 2, [0, 0]])
    block = RecordBlock("p", 0, np.frombuffer(value, dtype=np.uint8), columns)
    for blocks in ([block[:rows]], [block[:rows], block]):
        read = reader.read(blocks)
        read.tables(lambda _: 0)
        assert read.not_taken == []
labels = LabelReader(form=JsonLabels(FieldMap()), tolerance=0)
value = b'{"prediction_id":"p","model":"m","label":"a","timestamp":5}'
columns = np.array([[0, 1], [0, 0], [0, 0], [0, 0], [1, 1], [0, 0], [len(value)] * 2, [0, 0]])
block = RecordBlock("l", 0, np.frombuffer(value, dtype=np.uint8), columns)
for blocks in ([block], [block, block]):
    assert [len(each.waiting) for each in labels.read(blocks).slices] == [2] * len(blocks)
assert [each.signatures for each in kernels] == compiled
"""


def test_warm_up_leaves_nothing_to_compile_for_intake() -> None:
    # In a process of its own: here the kernels are long compiled.
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", SCRIPT], check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
