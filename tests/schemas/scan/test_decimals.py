import math
import struct
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.scan.decimals import nearest, powers_of_five
from tests.schemas.scan.reading import read

EXACT = st.integers(0, 2**64 - 1)


def _float(digits: int, exponent: int) -> float | None:
    bits, finite = nearest(np.uint64(digits), exponent, powers_of_five())
    return struct.unpack("<d", struct.pack("<Q", int(bits)))[0] if finite else None


def _expected(text: str) -> float | None:
    value = float(text)
    return None if math.isinf(value) else value


@given(EXACT, st.integers(-400, 400))
def test_numbers_are_the_nearest_floats(digits: int, exponent: int) -> None:
    assert _expected(f"{digits}e{exponent}") == _float(digits, exponent)


def test_the_table_holds_the_leading_bits_of_each_power() -> None:
    words = powers_of_five().tolist()
    for exponent, high, low in zip(range(-342, 309), words[::2], words[1::2], strict=True):
        power = Fraction(5) ** exponent
        found = high << 64 | low
        assert found.bit_length() == 128
        exact = power * Fraction(2) ** (127 - math.floor(math.log2(power)))
        is_rounded_up = -27 <= exponent < 0
        assert found == (math.ceil(exact) if is_rounded_up else math.floor(exact))


@pytest.mark.parametrize("exponent", range(-345, 312))
def test_every_power_of_ten_is_right(exponent: int) -> None:
    for digits in (1, 2**53 - 1, 2**53 + 1, 10**17 - 1, 2**63, 2**64 - 1):
        assert _expected(f"{digits}e{exponent}") == _float(digits, exponent)


@given(st.floats(min_value=0.0, max_value=1.7e308), st.integers(16, 19), st.integers(-1, 1))
def test_numbers_next_to_the_middle_of_two_floats_are_the_nearest(
    below: float, precision: int, apart: int
) -> None:
    middle = (Fraction(below) + Fraction(math.nextafter(below, math.inf))) / 2
    with localcontext(prec=precision, Emin=-10_000, Emax=10_000):
        rounded = Decimal(middle.numerator) / Decimal(middle.denominator)
    _, digits, exponent = rounded.as_tuple()
    number = int("".join(map(str, digits))) + apart
    if 0 <= number < 2**64:
        assert _expected(f"{number}e{exponent}") == _float(number, int(exponent))


@given(st.integers(2**52, 2**53 - 1), st.integers(0, 10), st.integers(0, 4))
def test_numbers_in_the_middle_of_two_floats_go_to_the_even_one(
    mantissa: int, shift: int, fives: int
) -> None:
    middle = (2 * mantissa + 1) << shift
    if middle * 5**fives < 2**64:
        # Divided by 10**fives it is still the middle, and one that is no whole number.
        assert _expected(f"{middle * 5**fives}e-{fives}") == _float(middle * 5**fives, -fives)
    assert _expected(f"{middle}e0") == _float(middle, 0)


@pytest.mark.parametrize(
    "text",
    ["0.1", "0.30000000000000004", "9007199254740993.0", "9007199254740992.5", "1e308",
     "1.7976931348623157e308", "1.7976931348623158e308", "5e-324", "4.9406564584124654e-324",
     "2.4703282292062327e-324", "2.4703282292062328e-324", "2.2250738585072014e-308",
     "2.2250738585072011e-308", "2.225073858507201e-308", "1e-400", "0e400", "0.0", "-0.0",
     "-0e0", "1e22", "1e23", "8.5e22", "6929495644600919.5", "3e-1", "1E+2", "1e-00005",
     "0.000000000000000000000000000000000000001234567890123456789", "123456789012345678.9",
     "100000000000000000.0", "9999999999999999999e0", "0." + "0" * 400 + "1"],
)  # fmt: skip
def test_hard_numbers_are_read_bit_by_bit(text: str) -> None:
    (found,) = read([f'{{"a":{text}}}'.encode()])
    assert found is not None
    assert float(text).hex() == found["a"].hex()


@pytest.mark.parametrize(
    "text",
    ["1.7976931348623159e308", "1e309", "1e99999", "-1e400", "1.", ".5", "+1", "01", "00", "-",
     "-01", "1e", "1e+", "1e1.5", "0x10", "1_0", "1.2.3", "--1", "- 1", "1e5e5"],
)  # fmt: skip
def test_what_is_no_finite_number_is_declined(text: str) -> None:
    assert read([f'{{"a":{text}}}'.encode()]) == [None]


@given(
    st.from_regex(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,22})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
)
@example("9" * 18)
@example(str(2**63 - 1))
@example(str(-(2**63)))
@example("1" + "0" * 18)
@example("1." + "9" * 18)
@example("1." + "9" * 19)
def test_numbers_of_all_lengths_are_read_exactly_or_declined(text: str) -> None:
    (found,) = read([f'{{"a":{text}}}'.encode()])
    digits = text.lower().lstrip("-").split("e")[0].replace(".", "").lstrip("0")
    is_integer = not set(text) & set(".eE")
    if is_integer:
        expected = abs(int(text)) < 2**63 and text != "-0"
    else:
        expected = len(digits) <= 19 and math.isfinite(float(text))
    assert expected == (found is not None)
    if found is not None:
        assert repr(int(text) if is_integer else float(text)) == repr(found["a"])
