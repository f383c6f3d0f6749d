"""``driftline play`` without a broker: options that do not fit, and dry runs."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.play import play


def _invoke(path: Path, *arguments: str) -> Result:
    command = [str(path), "--bootstrap", "127.0.0.1:1", *arguments]
    return CliRunner().invoke(play, command, env={"COLUMNS": "200"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text("id,p,x,gone\n" + "0007,1,2.5,NA\n" * 30 + "8,1,oops,\n9\n")
    return path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--prediction", "p"], "Name the model by --model"),
        (["--model", "m"], "where are the predictions"),
        (["--model", "m", "--prediction", "p", "--model-from-first", "9"], "one of the two"),
        (["--model", "m", "--model-from-first", "9"], "name their --label"),
        (["--model-from-first", "9", "--label", "y", "--score", "s"], "has its own"),
        (["--prediction", "p", "--label-delay", "soon"], "is no delay"),
        (["--prediction", "p", "--time", "t", "--start-time", "2026-03-01"], "without times"),
        (["--prediction", "p", "--start-time", "never"], "RFC 3339"),
        (["--model", "m", "--prediction", "q"], "it has: id, p, x, gone"),
        (["--model", "m", "--version", "1", "--version-column", "x"], "one of the two"),
        (["--encoding", "latin-99"], "no text encoding"),
        (["--delimiter", "ab"], "no delimiter"),
        (["--quote", "ab"], "no quotation mark"),
        (["--type", "x=money"], "COLUMN=TYPE"),
        (["--time-format", "DD.MM.YY"], "dmy, mdy, excel"),
    ],
)
def test_options_that_do_not_fit_are_refused(path: Path, arguments: list[str], said: str) -> None:
    result = _invoke(path, *arguments)

    assert result.exit_code == 2
    assert said in result.output


def test_a_dry_run_says_what_each_column_is_taken_for_and_why(path: Path) -> None:
    result = _invoke(path, "--model", "m", "--prediction", "p", "--id", "id", "--dry-run")

    assert result.exit_code == 0
    assert "delimited by commas, UTF-8" in result.stdout
    assert "all 31 rows were looked at" in result.stdout
    assert "id    id: text" in result.stdout
    assert "30 numbers, decimal point; 1 unlike these, such as 'oops' (line 32)" in result.stdout
    assert "31 missing (1 empty, 30 NA)" in result.stdout
    assert "31 predictions and 0 labels would be sent" in result.stdout
    assert "1 row: 1 values for 4 columns; the first is line 33" in result.stdout


def test_a_dry_run_says_the_same_in_json(path: Path) -> None:
    result = _invoke(path, "--model", "m", "--prediction", "p", "--id", "id", "--dry-run", "--json")

    found = json.loads(result.stdout)
    columns = {each["column"]: each for each in found["columns"]}
    assert columns["id"]["role"] == "id"
    assert columns["x"]["taken_for"] == "number"
    assert columns["gone"]["missing"] == {"": 1, "NA": 30}
    assert found["bad_rows_by_reason"] == [
        {"reason": "1 values for 4 columns", "rows": 1, "first_line": 33, "found": None}
    ]
    assert found["unlike_by_column"]["x"] == {"values": 1, "first_line": 32, "first": "oops"}
    assert (found["rows"], found["all_rows_looked_at"]) == (31, True)


def test_a_file_of_which_no_row_can_be_played_fails(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("p,x\n,1\n,2\n")

    result = _invoke(path, "--model", "m", "--prediction", "p", "--dry-run")

    assert result.exit_code == 1
    assert "no row can be played; 2 x no prediction in column 'p'" in result.output


def test_a_file_that_can_be_read_in_two_ways_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("p,t\n" + "1,01/02/2024\n" * 9)
    arguments = ("--model", "m", "--prediction", "p", "--time", "t", "--dry-run")

    assert _invoke(path, *arguments).exit_code == 2
    named = _invoke(path, *arguments, "--time-format", "mdy")
    assert named.exit_code == 0
    assert "the month first as named" in named.stdout


def test_a_file_that_cannot_be_read_fails(tmp_path: Path) -> None:
    result = _invoke(tmp_path / "absent.csv", "--model", "m", "--prediction", "p")

    assert result.exit_code == 2
    assert "No such file" in result.output
