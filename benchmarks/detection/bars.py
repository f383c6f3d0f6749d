"""Bars on a logarithmic scale as an SVG: what a table says, to be seen at once."""

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10
from typing import Final, NamedTuple

LINE: Final = 18
NAMES: Final = 230
WIDTH: Final = 820
TOP: Final = 44


class Bar(NamedTuple):
    """A value and its interval; what is infinite or 0 is drawn to the edge."""

    name: str
    value: float
    low: float
    high: float


def bars(title: str, rows: Sequence[Bar], band: tuple[float, float] | None = None) -> str:
    """Return the picture.

    Parameters
    ----------
    title
        What is measured, and in what.
    rows
        From the top; at least one value is positive and finite.
    band
        Between which values are wanted.
    """
    seen = [each for row in rows for each in row[1:] if 0 < each < float("inf")]
    seen += band or ()
    least, most = floor(log10(max(min(seen), 0.01))), ceil(log10(max(seen)) + 1e-9)
    most = max(most, least + 1)

    def x(value: float) -> float:
        if value <= 0:
            return NAMES
        share = (min(log10(value), most) - least) / (most - least)
        return NAMES + max(share, 0.0) * (WIDTH - NAMES - 20)

    height = TOP + LINE * len(rows) + 10
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            'font-family="sans-serif" font-size="12">'
        ),
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="{NAMES}" y="16" font-weight="bold">{escape(title)}</text>',
    ]
    if band is not None:
        parts.append(
            f'<rect x="{x(band[0]):.1f}" y="{TOP - 6}" width="{x(band[1]) - x(band[0]):.1f}" '
            f'height="{height - TOP}" fill="#d9efd9"/>'
        )
    for power in range(least, most + 1):
        at = x(10.0**power)
        parts.append(
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{TOP - 6}" y2="{height - 8}" stroke="#bbb"/>'
            f'<text x="{at:.1f}" y="34" text-anchor="middle">{10.0**power:,g}</text>'
        )
    for number, row in enumerate(rows):
        middle = TOP + LINE * number + 6
        parts.append(
            f'<text x="{NAMES - 8}" y="{middle + 4}" text-anchor="end">{escape(row.name)}</text>'
            f'<line x1="{x(row.low):.1f}" x2="{x(row.high):.1f}" y1="{middle}" y2="{middle}" '
            'stroke="#36c" stroke-width="2"/>'
            f'<circle cx="{x(row.value):.1f}" cy="{middle}" r="4" fill="#36c"/>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"
