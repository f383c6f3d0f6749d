import json
import os
import traceback
from collections.abc import Mapping
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from app.settings import InvalidConfiguration, Problem, Settings, load_settings, settings_schema
from app.settings.fields import annotation_at, leaves, secrets
from detectors.performance.threshold import ThresholdMetric
from schemas.events.detector_report import Stream

BROKER = {"kafka.bootstrap_servers": "kafka:9092"}
SECRET = "hunter2"  # noqa: S105 - what must not be seen


def load(
    file: str | None = None,
    flags: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    directory: Path | None = None,
) -> Settings:
    path = None
    if file is not None:
        assert directory is not None
        path = directory / "driftline.yaml"
        path.write_text(file, "utf-8")
    return load_settings(path, BROKER if flags is None else flags, environ or {})


def problems_of(
    file: str | None = None,
    flags: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    directory: Path | None = None,
) -> dict[str, Problem]:
    with pytest.raises(InvalidConfiguration) as caught:
        load(file, flags, environ, directory=directory)
    return {problem.path: problem for problem in caught.value.problems}


def test_the_brokers_address_is_all_that_must_be_said() -> None:
    settings = load()
    assert settings.kafka.bootstrap_servers == "kafka:9092"
    assert [each.kind for each in settings.monitor.detectors] == ["adwin", "page_hinkley"]
    (problem,) = problems_of(flags={}).values()
    assert (problem.path, problem.found) == ("kafka.bootstrap_servers", "nothing")


def test_flags_go_over_the_environment_over_the_file_over_defaults(tmp_path: Path) -> None:
    file = "kafka: {bootstrap_servers: file:1, client_id: file, group_id: file}\nhttp: {port: 1}"
    settings = load(
        file,
        {"kafka.bootstrap_servers": "flag:1"},
        {"DRIFTLINE_KAFKA__BOOTSTRAP_SERVERS": "env:1", "DRIFTLINE_KAFKA__CLIENT_ID": "env"},
        directory=tmp_path,
    )
    kafka = settings.kafka
    assert (kafka.bootstrap_servers, kafka.client_id, kafka.group_id) == ("flag:1", "env", "file")
    assert (settings.http.port, settings.http.host) == (1, "127.0.0.1")


def test_a_configuration_with_five_errors_reports_all_five(tmp_path: Path) -> None:
    file = """
    kafka: {bootstrap_servers: "kafka://x:1", heartbeat_interval_seconds: 5}
    topics: {labels: predictions}
    monitor: {detectors: [{kind: adwin, parameters: {delta: 2}}]}
    htpp: {}
    """
    assert set(problems_of(file, {}, directory=tmp_path)) == {
        "kafka.bootstrap_servers",
        "kafka.heartbeat_interval_seconds",
        "topics.labels",
        "monitor.detectors.0.parameters.delta",
        "htpp",
    }


def test_each_threshold_that_cannot_be_meant_is_refused_with_what_could_be(
    tmp_path: Path,
) -> None:
    file = """
    models:
      m:
        task: classification
        thresholds:
          [recall >= 80, sharp >= 1, "mae <= 3", "f1 >= 0.5", "f1[true] >= 50%",
           "accuracy >= previous + 0.1", "f1 >= 2 * reference", "accuracy >= previous - 2%"]
    """
    found = problems_of(file, BROKER, directory=tmp_path)
    assert {path: problem.expected for path, problem in found.items()} == {
        "models.m.thresholds.0": "a number between 0 and 1: recall at 80 can never be crossed",
        "models.m.thresholds.1": f"one of {', '.join(ThresholdMetric)}",
        "models.m.thresholds.2": "a metric of what `task: classification` predicts",
        "models.m.thresholds.4": "each threshold once",
        "models.m.thresholds.5": "`accuracy >= previous - ...`: how much worse it may be",
        "models.m.thresholds.6": "`f1 >= 0.95 * reference`, or another number between 0 and 1",
    }


def test_errors_of_all_sources_come_together_with_their_origin(tmp_path: Path) -> None:
    found = problems_of(
        "kafka: {bootstrap_servers: a:1}\npolicy: {features: 0}",
        {"http.port": "x"},
        {"DRIFTLINE_LIMITS__MODELS": "-1", "DRIFTLINE_MONITOR": "[: "},
        directory=tmp_path,
    )
    assert found["policy.features"].origin == ""
    assert found["http.port"].origin == "--set http.port"
    assert found["limits.models"].origin == "DRIFTLINE_LIMITS__MODELS"
    assert "DRIFTLINE_MONITOR, line 1" in found


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        ("kafka.bootstrp_servers", "a known one: did you mean 'bootstrap_servers'?"),
        ("bootstrap", "a known one: did you mean 'kafka.bootstrap_servers'?"),
        ("logging.level.x", "'debug', 'info', 'warning' or 'error'"),
    ],
)
def test_an_unknown_key_is_an_error_that_suggests_the_nearest(flag: str, expected: str) -> None:
    (problem,) = problems_of(flags={**BROKER, flag: "1"}).values()
    assert problem.expected == expected


def test_an_unknown_variable_is_an_error_that_suggests_the_nearest() -> None:
    found = problems_of(environ={"DRIFTLINE_KAFKA__GROUPID": "x"})
    problem = found["kafka.groupid"]
    assert problem.expected == "a known one: did you mean 'group_id'?"
    assert problem.origin == "DRIFTLINE_KAFKA__GROUPID"


def test_variables_that_kubernetes_sets_for_a_service_are_no_settings() -> None:
    load(
        environ={
            "DRIFTLINE_SERVICE_HOST": "10.0.0.1",
            "DRIFTLINE_SERVICE_PORT": "9464",
            "DRIFTLINE_SERVICE_PORT_HTTP": "9464",
            "DRIFTLINE_PORT": "tcp://10.0.0.1:9464",
            "DRIFTLINE_PORT_9464_TCP_ADDR": "10.0.0.1",
            "DRIFTLINE_METRICS_SERVICE_HOST": "10.0.0.1",
        }
    )


def test_an_empty_variable_and_the_files_own_variable_are_no_settings() -> None:
    load(environ={"DRIFTLINE_KAFKA__SASL_USERNAME": "", "DRIFTLINE_CONFIG": "x.yaml"})


def test_a_key_that_stands_twice_is_an_error_with_its_lines(tmp_path: Path) -> None:
    found = problems_of("http:\n  port: 1\n  port: 2\n", directory=tmp_path)
    (path,) = found
    assert path.endswith("driftline.yaml, line 3")
    assert found[path].found == "the key 'port' again (line 2)"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[1]", "a list"),
        ("kafka: [", "a bracket or brace that is not closed"),
        ("a: &x [*x]", "contains itself"),
        ("? [1]\n: 2", "a key that is no text"),
        ("a: 1\n---\nb: 2", "a second document"),
        ("%X\n", "what YAML does not allow"),
        ("a: \x07", "the character U+0007"),
        ("a: !!bool x", "a value that YAML cannot read"),
    ],
)
def test_a_file_that_is_no_configuration_is_an_error(text: str, found: str, tmp_path: Path) -> None:
    problems = problems_of(text, directory=tmp_path).values()
    assert any(found in problem.found for problem in problems)


@pytest.mark.parametrize(
    ("text", "line", "found", "expected"),
    [
        ('a: "x\nb: 1\n', 1, "a quote", "a quote at its end"),
        ("a: 1\nb\nc: 1\n", 2, "neither a key nor a value", "a key and a colon"),
        ("a:\n\tb: 1\n", 2, "a tab", "spaces"),
        ("a: {b: 1\nc: 2\n", 1, "in braces", "then '}'"),
        ("a: [1, 2\nc: 2\n", 1, "in brackets", "then ']'"),
        ("a: 1\nb: @x\n", 2, "begins with '@'", "quotes"),
        ("a: *x\n", 1, "begins with '*'", "quotes"),
        ("a: !x y\n", 1, "begins with '!'", "quotes"),
        ('a: "C:\\dir"\n', 1, "a backslash", "two backslashes"),
        ("a: - b\n", 1, "a '-'", "a line of its own"),
        ("a: b: c\n", 1, "a colon", "quotes around a value"),
        ("a:\n  b: 1\n c: 1\n", 3, "indented", "the same indentation"),
        ('a: "b" c\n', 1, "goes on after its end", "quotes around all of it"),
    ],
)
def test_what_is_wrong_with_the_form_of_a_file_is_told_in_words(
    text: str, line: int, found: str, expected: str, tmp_path: Path
) -> None:
    (problem,) = problems_of(text, directory=tmp_path).values()
    assert problem.path.endswith(f"driftline.yaml, line {line}")
    assert found in problem.found
    assert expected in problem.expected


@pytest.mark.parametrize(
    ("path", "written", "found", "expected"),
    [
        ("kafka.connect_timeout_seconds", "1e2", "the text '1e2'", "write 100.0, for YAML"),
        ("intake.pending.ttl_seconds", "1e22", "the text '1e22'", "write 1.0e+22, for YAML"),
        ("monitor.burn_in", "1e3", "the text '1e3'", "write 1000, for YAML"),
        ("monitor.burn_in", "'1000'", "the text '1000'", "write 1000, without quotes"),
        ("monitor.burn_in", "1.5e0", "the text '1.5e0'", "a valid integer"),
        ("monitor.burn_in", "10s", "the text '10s'", "a valid integer"),
        ("monitor.burn_in", ".nan", "nan", "a valid integer"),
        ("monitor.burn_in", "nan", "the text 'nan'", "a valid integer"),
        ("kafka.client_id", "7", "7", "a valid string: put it in quotes"),
        ("kafka.client_id", "off", "false", "YAML reads on and yes as true"),
        ("kafka.client_id", "[a]", "a list", "a valid string"),
        ("kafka.group_id", "a b", "'a b'", "text that matches "),
    ],
)
def test_a_value_that_yaml_reads_otherwise_than_it_was_meant_has_a_hint(
    path: str, written: str, found: str, expected: str, tmp_path: Path
) -> None:
    *sections, name = path.split(".")
    text = "".join(f"{section}: {{" for section in sections) + f"{name}: {written}"
    (problem,) = problems_of(text + "}" * len(sections), directory=tmp_path).values()
    assert (problem.path, problem.found) == (path, found)
    assert expected in problem.expected
    assert ("write" in problem.expected) is ("write" in expected)


def test_an_absent_file_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfiguration) as caught:
        load_settings(tmp_path / "none.yaml", {}, {})
    (problem,) = caught.value.problems
    assert "No such file" in problem.found


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    assert load("", directory=tmp_path) == load()


@given(st.text(max_size=60))
def test_any_text_is_settings_or_an_invalid_configuration(text: str) -> None:
    try:
        load(flags={**BROKER, "models": text, "monitor.detectors": text, "http.port": text})
    except InvalidConfiguration as error:
        assert error.problems  # noqa: PT017 - an error is one of two good ends


def test_names_of_models_keep_their_case_and_sections_do_not_need_it() -> None:
    settings = load(environ={"DRIFTLINE_MODELS__Fraud__CRITICAL": "[amount]"})
    assert settings.models["Fraud"].critical == {"amount"}


def test_text_stays_text_where_text_is_expected() -> None:
    settings = load(flags={**BROKER, "kafka.client_id": "007", "topics.prefix": "1."})
    assert (settings.kafka.client_id, settings.topics.prefix) == ("007", "1.")


@pytest.mark.parametrize("value", ["'9464'", "9464.0", "true", "null", "70000"])
def test_a_value_of_another_type_is_an_error(value: str, tmp_path: Path) -> None:
    found = problems_of(f"http: {{port: {value}}}", directory=tmp_path)
    assert set(found) == {"http.port"}


@pytest.mark.parametrize("address", ["", "a b", "http://a:1", "a:0", "a:70000", "a:1,", "a:x"])
def test_an_address_that_is_none_is_an_error(address: str) -> None:
    assert "kafka.bootstrap_servers" in problems_of(flags={"kafka.bootstrap_servers": address})


@pytest.mark.parametrize("address", ["a", "a:1", "a:1, b.c:2", "[::1]:9092", "10.0.0.1:9092"])
def test_an_address_may_have_several_forms(address: str) -> None:
    load(flags={"kafka.bootstrap_servers": address})


def test_sasl_needs_a_user_and_exactly_one_password(tmp_path: Path) -> None:
    flags = {**BROKER, "kafka.security_protocol": "SASL_SSL"}
    assert set(problems_of(flags=flags)) == {"kafka.sasl_username", "kafka.sasl_password"}
    file = tmp_path / "password"
    file.write_text("from-file\n")
    flags |= {"kafka.sasl_username": "me", "kafka.sasl_password_file": str(file)}
    assert load(flags=flags).kafka.password() == "from-file"
    both = problems_of(flags=flags, environ={"DRIFTLINE_KAFKA__SASL_PASSWORD": SECRET})
    assert set(both) == {"kafka.sasl_password"}


def test_files_that_are_not_there_are_errors() -> None:
    flags = {**BROKER, "kafka.ssl_cafile": "/none/a", "kafka.ssl_keyfile": "/none/b"}
    assert set(problems_of(flags=flags)) == {"kafka.ssl_cafile", "kafka.ssl_keyfile"}


@pytest.mark.parametrize(
    ("flags", "path"),
    [
        ({"kafka.session_timeout_seconds": "31"}, "kafka.session_timeout_seconds"),
        ({"kafka.heartbeat_interval_seconds": "4"}, "kafka.heartbeat_interval_seconds"),
        ({"topics.alerts": "a b"}, "topics.alerts"),
        ({"topics.alerts": "."}, "topics.alerts"),
        ({"topics.alerts": "a" * 250}, "topics.alerts"),
        ({"topics.prefix": "é"}, "topics.prefix"),
        # Kafka refuses a pair that differs in these characters only.
        ({"topics.labels": "a.b", "topics.model_events": "a_b"}, "topics.model_events"),
        ({"intake.prediction_fields": "{feature: a}"}, "intake.prediction_fields.feature"),
        ({"intake.label_fields": "{label: a..b}"}, "intake.label_fields.label"),
        ({"monitor.detectors": "[]"}, "monitor.detectors"),
        ({"monitor.detectors": "[{kind: adwn}]"}, "monitor.detectors.0.kind"),
        (
            {"monitor.detectors": "[{kind: ddm, streams: [location]}]"},
            "monitor.detectors.0.streams",
        ),
        ({"monitor.detectors": "[{}]"}, "monitor.detectors.0.kind"),
        (
            {"monitor.detectors": "[{kind: adwin, parameters: {dleta: 1}}]"},
            "monitor.detectors.0.parameters.dleta",
        ),
        (
            {"monitor.detectors": "[{kind: kswin, parameters: {stat_size: 90}}]"},
            "monitor.detectors.0.parameters",
        ),
        (
            {"monitor.detectors": "[{kind: adwin, streams: [raw, raw]}]"},
            "monitor.detectors.0.streams",
        ),
        ({"monitor.detectors": "[{kind: adwin}, {kind: adwin}]"}, "monitor.detectors"),
        ({"limits.features_per_event": "20001"}, "limits.features_per_event"),
        ({"limits.message_bytes": "10000001"}, "limits.message_bytes"),
        ({"models": "{m: {critical: [a], ignored: [a]}}"}, "models.m.ignored"),
        ({"models": "{m: {kinds: {a: int}}}"}, "models.m.kinds.a"),
        ({"monitor.bins": "3"}, "monitor.bins"),
        ({"monitor.false_alarms": "seldom"}, "monitor.false_alarms"),
        ({"models": "{m: {monitor: {false_alarms: 5}}}"}, "models.m.monitor.false_alarms"),
        ({"monitor.false_alarms": "1 per 10 rows"}, "monitor.false_alarms"),
        (
            {"models": "{m: {monitor: {false_alarms: 0 per 30d}}}"},
            "models.m.monitor.false_alarms",
        ),
        ({"models": "{m: {monitor: {bins: 3}}}"}, "models.m.monitor.bins"),
    ],
)
def test_what_cannot_work_together_is_an_error_at_its_place(
    flags: Mapping[str, str], path: str
) -> None:
    assert set(problems_of(flags={**BROKER, **flags})) == {path}


def test_a_setting_that_went_says_what_has_taken_its_place() -> None:
    flags = {**BROKER, "monitor.multinomial_limit": "0", "models": "{m: {multinomial_limit: 9}}"}
    problems = problems_of(flags=flags)
    assert set(problems) == {"monitor.multinomial_limit", "models.m.multinomial_limit"}
    assert all("`false_alarms` in its place" in each.expected for each in problems.values())


@pytest.mark.parametrize("name", ["window", "cooldown", "expiry"])
def test_durations_of_the_policy_are_at_most_ten_years(name: str) -> None:
    path = f"policy.{name}_seconds"
    (problem,) = problems_of(flags={**BROKER, path: "315360000.5"}).values()
    assert (problem.path, problem.expected) == (
        path,
        "at most 315360000 seconds, which is ten years",
    )
    load(flags={**BROKER, path: "315360000"})
    schema = settings_schema()["$defs"]["PolicySettings"]["properties"]
    assert schema[f"{name}_seconds"]["maximum"] == 315_360_000


def test_a_secret_is_not_taken_from_a_flag() -> None:
    found = problems_of(flags={**BROKER, "kafka.sasl_password": SECRET})
    assert "DRIFTLINE_KAFKA__SASL_PASSWORD" in found["kafka.sasl_password"].expected
    found = problems_of(flags={**BROKER, "kafka": f"{{sasl_password: {SECRET}}}"})
    assert "kafka.sasl_password" in found


def test_a_secret_is_not_taken_from_the_configuration_file(tmp_path: Path) -> None:
    file = f"kafka: {{bootstrap_servers: 'a:1', sasl_password: {SECRET}}}"
    found = problems_of(file, {}, directory=tmp_path)
    assert "DRIFTLINE_KAFKA__SASL_PASSWORD" in found["kafka.sasl_password"].expected
    validator = jsonschema.Draft202012Validator(settings_schema())
    assert not validator.is_valid(yaml.safe_load(file))


def test_no_secret_is_shown_by_settings() -> None:
    settings = load(environ={"DRIFTLINE_KAFKA__SASL_PASSWORD": SECRET})
    assert settings.kafka.password() == SECRET
    shown = [repr(settings), str(settings), settings.model_dump_json(), f"{settings.kafka!r}"]
    assert not any(SECRET in text for text in shown)


@pytest.mark.parametrize(
    "file",
    [
        f"kafka: {{sasl_password: [{SECRET}]}}",
        f"kafka: {{sasl_password: {{a: {SECRET}}}}}",
        f"kafka: {{sasl_pasword: {SECRET}}}",
        f"kafka: {SECRET}",
        f"kafka: {{sasl_password: *{SECRET}}}",
        f"kafka: {{sasl_password: !{SECRET} x}}",
        f"kafka: {{sasl_password: '{SECRET}}}",
        f"kafka: {{sasl_password: {SECRET}: x}}",
        f"kafka:\n  sasl_password: {SECRET}\n  sasl_password: {SECRET}",
        SECRET,
        "kafka: {sasl_password: 2222222}",
    ],
)
def test_no_secret_is_shown_by_an_error(file: str, tmp_path: Path) -> None:
    path = tmp_path / "driftline.yaml"
    path.write_text(file)
    for source, environ in ((path, {}), (None, {"DRIFTLINE_KAFKA": file.removeprefix("kafka:")})):
        with pytest.raises(InvalidConfiguration) as caught:
            load_settings(source, {}, environ)
        error = caught.value
        shown = "".join([str(error), repr(error), *traceback.format_exception(error)])
        assert SECRET not in shown
        assert "2222222" not in shown


def test_the_secrets_are_known() -> None:
    assert secrets() == (("kafka", "sasl_password"), ("kafka", "ssl_keyfile_password"))


def test_every_setting_has_a_description() -> None:
    for path in leaves():
        field = annotation_at(path[:-1]).model_fields[path[-1]]
        assert field.description, path


def test_the_schema_takes_what_the_settings_take(tmp_path: Path) -> None:
    schema = settings_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    file = """
    kafka: {bootstrap_servers: "a:1", sasl_password_file: PASSWORD}
    monitor: {detectors: [{kind: adwin, parameters: {delta: 0.1}, streams: [raw]}]}
    models:
      m: {critical: [a], kinds: {a: number}, task: regression, monitor: {bins: 8}}
      n: {thresholds: [mae <= 2]}
    """
    password = tmp_path / "password"
    password.touch()
    file = file.replace("PASSWORD", str(password))
    load(file, {}, directory=tmp_path)
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(yaml.safe_load(file))
    assert not validator.is_valid({"kafka": {"bootstrap_servers": "a:1"}, "x": 1})
    assert json.dumps(schema)


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load().http.port = 1


def test_a_detector_of_zeros_and_ones_watches_raw_values() -> None:
    settings = load_settings(
        None,
        {"kafka.bootstrap_servers": "h:9092", "monitor.detectors": "[{kind: ddm}, {kind: kswin}]"},
        {},
    )
    assert [each.views for each in settings.monitor.detectors] == [
        (Stream.RAW,),
        (Stream.LOCATION, Stream.SPREAD),
    ]


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_password_file_that_never_ends_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    path = Path("/dev/zero")
    if kind == "pipe":
        path = tmp_path / "pipe"
        os.mkfifo(path)
    flags = {"kafka.bootstrap_servers": "kafka:9092", "kafka.sasl_password_file": str(path)}
    with pytest.raises(InvalidConfiguration, match=f"a {kind}, no regular file"):
        load_settings(overrides=flags, environ={})


@pytest.mark.parametrize(
    "flags",
    [
        {"kafka.bootstrap_servers": f"app:{SECRET}@kafka:9092"},
        {"kafka.bootstrap_servers": f"SASL_SSL://app:{SECRET}@kafka:9092"},
        {"kafka.bootstrap_servers": f"kafka:9092,{SECRET}@kafka:9092"},
        {"kafka.client_id": f"http://app:{SECRET}@proxy:3128"},
        {"kafka.sasl_username": f"app:{SECRET}@kafka"},
        {"kafka.ssl_cafile": f"https://app:{SECRET}@store/authority.pem"},
        {"kafka.group_id": f"password={SECRET}"},
        {"http.host": f"http://app:{SECRET}@localhost"},
        {"topics.alerts": f"app:{SECRET}@alerts"},
        {f"app:{SECRET}@kafka": "1"},
        {"intake.prediction_fields": f"{{id: 'app:{SECRET}@x..y'}}"},
        {"models": f"{{m: {{critical: ['app:{SECRET}@a'], ignored: ['app:{SECRET}@a']}}}}"},
    ],
)
def test_a_password_where_none_belongs_is_refused_and_shown_nowhere(
    flags: Mapping[str, str],
) -> None:
    with pytest.raises(InvalidConfiguration) as caught:
        load(flags={**BROKER, **flags})
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert SECRET not in repr(caught.value.problems)


def test_a_file_is_named_without_the_password_in_its_address() -> None:
    with pytest.raises(InvalidConfiguration) as caught:
        load_settings(Path(f"https://app:{SECRET}@store/driftline.yaml"), {}, {})
    assert SECRET not in str(caught.value)


def test_a_message_tells_so_many_problems_and_counts_the_others() -> None:
    file = "{" + ", ".join(f"m{number}: {{x: 1}}" for number in range(150)) + "}"
    with pytest.raises(InvalidConfiguration) as caught:
        load(flags={**BROKER, "models": file})
    assert len(caught.value.problems) == 150
    assert len(str(caught.value).split("\n")) == 102
    assert str(caught.value).endswith("and 50 more")


def test_a_long_key_or_value_is_shown_in_part() -> None:
    (problem,) = problems_of(flags={**BROKER, "x" * 100_000: "1"}).values()
    assert len(str(problem)) < 400
    (problem,) = problems_of(flags={**BROKER, "kafka.group_id": "ä" * 100_000}).values()
    assert len(str(problem)) < 400


def test_bytes_that_are_no_text_in_a_variable_are_named_with_it() -> None:
    found = problems_of(environ={"DRIFTLINE_KAFKA__CLIENT_ID": os.fsdecode(b"\xff")})
    assert found["'DRIFTLINE_KAFKA__CLIENT_ID'"].found == "characters that no UTF-8 text has"


def test_a_configuration_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "driftline.yaml"
    os.mkfifo(path)
    with pytest.raises(InvalidConfiguration, match="a pipe, no regular file"):
        load_settings(path, {}, {})


def test_a_setting_that_is_named_without_end_is_an_error() -> None:
    deep = ".".join(["models", *["a"] * 5000])
    (problem,) = problems_of(flags={**BROKER, deep: "1"}).values()
    assert (problem.found, problem.expected) == ("a setting 5,001 levels deep", "at most 32")
    variable = "DRIFTLINE_" + "__".join(["A"] * 5000)
    (problem,) = problems_of(environ={variable: "1"}).values()
    assert len(str(problem)) < 300


def test_a_list_that_is_too_long_says_how_many_items_it_may_have() -> None:
    classes = ", ".join(f"c{number}" for number in range(1001))
    (problem,) = problems_of(
        flags={**BROKER, "models": f"{{m: {{classes: [{classes}]}}}}"}
    ).values()
    assert problem.expected == "at most 1,000 items"
