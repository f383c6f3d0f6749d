"""Shares as people write them on the command line: per cent."""

from decimal import Decimal, InvalidOperation
from typing import Final

import click

from schemas.values.classes import without_margins

_ALL: Final = Decimal(100)


def percent(text: str) -> Decimal:
    """Return a number of per cent.

    Raises
    ------
    click.UsageError
        If it is none from 0 to 100.
    """
    try:
        share = Decimal(text.strip().removesuffix("%"))
    except InvalidOperation:
        share = Decimal(-1)
    # Python reads 1_0 as 10.
    if "_" in text or not share.is_finite() or not 0 <= share <= _ALL:
        raise click.UsageError(f"expected per cent from 0 to 100, found {text!r}")
    return share


def steps_of(text: str) -> tuple[float, ...]:
    """Return the shares of the steps of a ramp, such as those of ``1,5,25,50,100``.

    Raises
    ------
    click.UsageError
        If they are no ascending shares above 0.
    """
    steps = [percent(each) for each in text.split(",")]
    if any(later <= earlier for earlier, later in zip([Decimal(0), *steps], steps, strict=False)):
        raise click.UsageError(f"steps ascend, from above 0 to 100 at most; found {text!r}")
    return tuple(float(each / _ALL) for each in steps)


def split_of(texts: tuple[str, ...]) -> tuple[tuple[str, float], ...]:
    """Return versions and their shares, such as those of ``7=50,8=50``.

    Raises
    ------
    click.UsageError
        If a share is missing or none, or they are not 100 in all.
    """
    shares: list[tuple[str, Decimal]] = []
    for text in (part for each in texts for part in each.split(",")):
        name, _, share = text.rpartition("=")
        version = without_margins(name)
        if not version:
            raise click.UsageError(f"expected version=share, such as 7=50, found {text!r}")
        shares.append((version, percent(share)))
    total = sum(share for _, share in shares)
    if shares and total != _ALL:
        raise click.UsageError(f"shares are 100 % in all; these are {total} %")
    return tuple((version, float(share / _ALL)) for version, share in shares)
