import re

from benchmarks.detection.bars import Bar, bars


def test_a_picture_names_every_bar_and_places_it_by_its_value() -> None:
    missed = Bar("missed", *[float("inf")] * 3)
    rows = [Bar("a & b", 1.0, 0.5, 2.0), Bar("none", 0.0, 0.0, 3.0), missed]
    picture = bars("ratio", rows, (0.3, 1.0))

    assert {"ratio", "a &amp; b", "none", "missed"} <= set(re.findall(r">([^<]+)</text>", picture))
    dots = [float(each) for each in re.findall(r'<circle cx="([\d.]+)"', picture)]
    assert dots[1] < dots[0] < dots[2]
    assert picture.startswith("<svg ")
    assert picture.endswith("</svg>\n")
