import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import COMMANDS, main
from app.kafka.embedded import EmbeddedBroker
from app.settings import TopicRole

SECRET = "hunter2"  # noqa: S105 - what must not be seen
NOBODY = "127.0.0.1:1"


def run(*arguments: str, **environ: str) -> Result:
    return CliRunner().invoke(main, arguments, env=environ, prog_name="driftline")


def test_the_overview_lists_every_command_and_imports_none() -> None:
    code = (
        "import sys; from app.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'aiokafka', 'faust', 'numba', 'pydantic', 'river'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in COMMANDS)


def test_there_is_a_version() -> None:
    assert run("--version").output.startswith("driftline, version ")


@pytest.mark.parametrize("command", ["worker", "check", "topics"])
def test_every_command_explains_itself_and_its_exit_codes(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "Exit codes" in result.output
    assert "--set" in result.output


def test_an_unknown_command_is_a_usage_error() -> None:
    result = run("wroker")
    assert result.exit_code == 2
    assert "wroker" in result.output


@pytest.mark.parametrize("command", ["worker", "check", "topics"])
def test_a_bad_configuration_is_told_in_full_without_a_traceback(command: str) -> None:
    result = run(command, "--set", "http.port=x", "--set", "kafka.goup_id=y")
    assert result.exit_code == 2
    assert "3 problems" in result.stderr
    assert "group_id" in result.stderr
    assert "Traceback" not in result.output


def test_an_assignment_needs_a_key_and_shows_no_value() -> None:
    result = run("check", "--set", SECRET)
    assert result.exit_code == 2
    assert "key=value" in result.output
    assert SECRET not in result.output


def test_check_offline_takes_a_good_file(tmp_path: Path) -> None:
    file = tmp_path / "driftline.yaml"
    file.write_text("kafka: {bootstrap_servers: 'kafka:9092'}")
    assert run("check", "--offline", "--config", str(file)).output == "configuration: ok\n"
    assert run("check", "--offline", DRIFTLINE_CONFIG=str(file)).exit_code == 0
    result = run("check", "--offline", "--json", "--config", str(file))
    assert json.loads(result.stdout) == {
        "ok": True,
        "configuration": [],
        "exposed_secrets": [],
        "not_durable": [],
    }


def test_check_reports_problems_as_json() -> None:
    result = run("check", "--json", "--bootstrap", "a b", "--set", "http.prot=1")
    document = json.loads(result.stdout)
    assert result.exit_code == 2
    assert document["ok"] is False
    assert [each["path"] for each in document["configuration"]] == [
        "kafka.bootstrap_servers",
        "http.prot",
    ]


def test_check_prints_the_schema_without_a_configuration() -> None:
    schema = json.loads(run("check", "--schema").stdout)
    assert "kafka" in schema["properties"]


def test_check_reads_the_files_that_the_settings_name(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("no certificate")
    tls = ("--set", "kafka.security_protocol=SSL", "--set", f"kafka.ssl_cafile={file}")
    result = run("check", "--offline", "--bootstrap", NOBODY, *tls)
    assert result.exit_code == 2
    assert "kafka.ssl_cafile" in result.stderr


def test_check_refuses_a_folder_of_waiting_predictions_that_cannot_be_written_to(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("")
    folder = f"intake.pending.directory={tmp_path / 'file'}"
    result = run("check", "--offline", "--bootstrap", NOBODY, "--set", folder)
    assert result.exit_code == 2
    assert "intake.pending.directory" in result.output
    assert "expected a folder that can be written to" in result.output


@pytest.mark.parametrize("flags", [("--offline",), ("--offline", "--json"), ("--json",), ()])
def test_check_shows_no_secret(flags: tuple[str, ...]) -> None:
    result = run(
        "check",
        "--bootstrap",
        NOBODY,
        "--set",
        "kafka.connect_timeout_seconds=0",
        "--set",
        "kafka.security_protocol=SASL_PLAINTEXT",
        "--set",
        "kafka.sasl_username=me",
        *flags,
        DRIFTLINE_KAFKA__SASL_PASSWORD=SECRET,
    )
    assert result.exit_code == (0 if "--offline" in flags else 69)
    assert SECRET not in result.output


@pytest.mark.parametrize("command", ["check", "topics"])
def test_brokers_that_are_not_there_have_an_exit_code_of_their_own(command: str) -> None:
    result = run(command, "--bootstrap", NOBODY, "--set", "kafka.connect_timeout_seconds=0")
    assert result.exit_code == 69
    assert f"no broker at {NOBODY}" in result.stderr
    assert "Traceback" not in result.output


def test_play_without_brokers_says_so_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("p,x\n1,2\n")
    command = (sys.executable, "-m", "app.cli", "play", str(file), "--bootstrap", NOBODY)
    done = subprocess.run(  # noqa: S603 - our own command
        [*command, "--model", "m", "--prediction", "p"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 69
    assert done.stdout == ""
    line = done.stderr.split("\n")[-2]  # after what the columns were taken for
    assert line.startswith(f"driftline: no broker at {NOBODY}")


def test_topics_are_checked_made_and_checked(
    embedded_broker: EmbeddedBroker, topic_prefix: str
) -> None:
    sets = ("--set", f"topics.prefix={topic_prefix}", "--set", "cdevents.enabled=true")
    flags = ("--bootstrap", embedded_broker.bootstrap, *sets)
    before = run("check", *flags)
    assert before.exit_code == 0
    assert "missing; a worker creates it with 4 partitions" in before.output
    assert run("check", *flags, "--set", "topics.create=never").exit_code == 3
    dry = run("topics", *flags, "--dry-run")
    assert f"would create {topic_prefix}predictions with 4 partitions" in dry.output
    made = json.loads(run("topics", *flags, "--json").stdout)
    assert len(made["created"]) == len(TopicRole)
    assert made["existing"] == []
    assert f"{len(TopicRole)} of {len(TopicRole)} topics existed" in run("topics", *flags).output
    after = run("check", *flags, "--json", "--set", "topics.create=never")
    assert after.exit_code == 0
    document = json.loads(after.stdout)
    assert {topic["partitions"] for topic in document["topics"]} == {4}
    assert document["problems"] == document["missing"] == []
