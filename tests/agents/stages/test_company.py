import pytest

from agents.stages.company import Company
from schemas.formats import FRAMES, FRAMES_BEFORE, WIRE, OtherFormat


def test_all_of_one_release_write_its_own_format() -> None:
    company = Company()
    company.meet(WIRE)
    assert company.frames == FRAMES.writes


def test_a_newer_worker_is_for_that_one_to_write_for() -> None:
    company = Company()
    company.meet(WIRE + 1)
    assert company.frames == FRAMES.writes


def test_what_the_release_before_reads_is_written_until_the_last_has_gone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    company = Company()
    company.meet(WIRE - 1)
    company.meet(WIRE - 1)
    assert company.frames == FRAMES_BEFORE
    assert [each.levelname for each in caplog.records] == ["WARNING"]
    company.meet(WIRE)
    assert company.frames == FRAMES.writes
    assert len(caplog.records) == 2


def test_a_worker_of_two_releases_before_is_told_what_to_do() -> None:
    with pytest.raises(OtherFormat, match="end the workers of that release first"):
        Company().meet(WIRE - 2)
