import ast
import sys
from collections import Counter
from pathlib import Path

import pytest

from schemas.tables.frames import encode_frame
from tests.chaos import account
from tests.chaos.account import accounted, rows_in
from tests.schemas.tables.test_observations import table


def test_a_second_count_uses_nothing_of_the_product() -> None:
    tree = ast.parse(Path(account.__file__).read_text("utf-8"))
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [each.name for each in node.names]
        )
    }
    assert imported <= sys.stdlib_module_names


def test_both_counts_of_a_frame_are_the_same() -> None:
    tables = [table(2, 3, c=["a", None, "b", "a", 1], x=["u"] * 5), table(4, y=[None] * 4)]
    found = accounted([encode_frame(tables), encode_frame(tables[:1])])
    expected: Counter[tuple[str, str, int, int]] = Counter()
    for each in (*tables, tables[0]):
        for batch in each.batches():
            for run, begin, end in batch.slices():
                for offset in batch.offsets[begin:end].tolist():
                    expected["predictions", run.topic, run.partition, offset] += 1
    assert found == expected
    assert found.total() == 14


def test_model_events_are_no_rows_and_foreign_bytes_are_refused() -> None:
    assert list(rows_in(b'{"type":"deployed"}')) == []
    with pytest.raises(ValueError, match="neither"):
        list(rows_in(b"PK"))
