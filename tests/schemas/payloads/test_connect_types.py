import base64
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.payloads.connect_types import plain_row

DECIMAL = "org.apache.kafka.connect.data.Decimal"


def _schema(name: str, **parameters: str) -> dict[str, Any]:
    return {"fields": [{"field": "x", "type": "bytes", "name": name, "parameters": parameters}]}


def _unscaled(number: int) -> str:
    size = number.bit_length() // 8 + 1
    return base64.b64encode(number.to_bytes(size, "big", signed=True)).decode()


@given(st.integers(-(10**38), 10**38), st.integers(-5, 30))
def test_decimals_are_numbers_and_whole_ones_keep_their_digits(number: int, scale: int) -> None:
    row = plain_row({"x": _unscaled(number), "y": 1}, _schema(DECIMAL, scale=str(scale)))
    exact = Decimal(number).scaleb(-scale)
    assert row["y"] == 1
    if type(row["x"]) is float:
        assert row["x"] == float(exact)
    else:
        assert Decimal(row["x"]) == exact


@pytest.mark.parametrize("value", ["12.50", 12.5, "", "not base64!", "AA==" * 100, [], {}])
def test_a_decimal_in_another_form_stays_as_it_is(value: Any) -> None:
    assert plain_row({"x": value}, _schema(DECIMAL, scale="2")) == {"x": value}


def test_a_decimal_may_bring_its_own_scale() -> None:
    value = {"scale": 2, "value": _unscaled(1250)}
    assert plain_row({"x": value}, _schema("io.debezium.data.VariableScaleDecimal")) == {"x": 12.5}


@pytest.mark.parametrize("name", ["org.apache.kafka.connect.data.Date", "io.debezium.time.Date"])
def test_days_are_dates(name: str) -> None:
    assert plain_row({"x": 20_513}, _schema(name)) == {"x": "2026-03-01"}
    for strange in (10**9, -(10**6), 1.5, "20513"):
        assert plain_row({"x": strange}, _schema(name)) == {"x": strange}


def test_decimals_in_structs_are_found() -> None:
    inner = {"field": "features", "fields": _schema(DECIMAL, scale="1")["fields"]}
    row = plain_row({"features": {"x": _unscaled(15)}}, {"fields": [inner]})
    assert row == {"features": {"x": 1.5}}


@pytest.mark.parametrize("schema", [None, {}, {"fields": 1}, {"fields": [1, {}, {"field": []}]}])
def test_without_a_schema_nothing_is_read_otherwise(schema: Any) -> None:
    row = {"x": "BNI="}
    assert plain_row(row, schema) == row
