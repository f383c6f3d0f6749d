"""The brokers that tests run on; each starts once, when the first test wants it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn, TypeVar
from uuid import uuid4

import pytest
from hypothesis import settings

import agents
import detectors
import schemas
from app.kafka.embedded import EmbeddedBroker
from app.worker.kernel_cache import forget_stale
from app.worker.warm_up import warm_up
from detectors.monitors import fused_kernel
from tests.compiled import SAID, compile_anew
from tests.kafka import KafkaCluster, KafkaUnavailable
from tests.kafka.readiness import await_groups
from tests.kafka.secured import SecuredKafka
from tests.mlflow.server import MlflowServer, MlflowUnavailable

_TAKE_ALL: Final = {"benchmarks", "monitors"}
"""Folders of tests that take the fused kernel, which takes nearly all others."""

ClusterT = TypeVar("ClusterT", bound=KafkaCluster)

forget_stale()

# The same examples every time, and no verdict on time: a run that fails is one that fails again. To
# search for new examples: --hypothesis-profile=default.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")
# What `make fuzz` runs: new examples, very many of them, in any time.
settings.register_profile("fuzz", deadline=None, max_examples=5_000, print_blob=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the random ends be tried more often than a run of the whole suite has time for."""
    parser.addoption("--random-ends", type=int, default=40, help="workers ended at random points")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that name a broker's fixture, so that -m finds every one of them."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        if {"kafka", "secured_kafka"} & set(names):
            item.add_marker(pytest.mark.kafka)
        if "embedded_broker" in names:
            item.add_marker(pytest.mark.embedded)
        if (
            any(item.get_closest_marker(mark) for mark in ("kafka", "embedded"))
            or "mlflow" in names
        ):
            # Whole workers in one process, parts in another, each with brokers of its own.
            is_whole = "pipeline" in item.path.parts
            item.add_marker(pytest.mark.xdist_group("pipeline" if is_whole else "brokers"))
            # A worker may take minutes to start, and each wait has a limit of its own that says
            # what did not come: all of them together are longer than other tests may take.
            item.add_marker(pytest.mark.timeout(600))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile the kernels before several processes share the tests.

    Else each compiles them, all at once and within the time of a test, as do the workers it starts.
    """
    if session.config.getoption("numprocesses", default=None):
        if not _has_kernels():
            os.environ[SAID] = compile_anew()
        warm_up()


def _has_kernels() -> bool:
    """Tell whether any kernel may be there: what calls one that is does not compile it again."""
    if "NUMBA_CACHE_DIR" in os.environ:
        return True
    packages = (agents, detectors, schemas)
    return any(any(Path(each.__path__[0]).rglob("*.nbi")) for each in packages)


def _is_compiled() -> bool:
    """Tell whether the largest kernel is there: it takes nearly all others."""
    return any((Path(fused_kernel.__file__).parent / "__pycache__").glob("fused_kernel.*.nbi"))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Compile them as well before one process alone starts workers, or takes the largest itself.

    Where that is not compiled yet: on a busy machine it takes longer than a test may.
    """
    if hasattr(session.config, "workerinput"):  # one of several
        return
    starts_workers = any(
        item.get_closest_marker(mark) for item in session.items for mark in ("kafka", "embedded")
    )
    takes_all = any(_TAKE_ALL.intersection(item.path.parts) for item in session.items)
    if starts_workers or (takes_all and not _is_compiled()):
        warm_up()


@pytest.fixture(scope="session")
def embedded_broker() -> Iterator[EmbeddedBroker]:
    """librdkafka's in-process cluster."""
    with EmbeddedBroker() as broker:
        yield broker


@pytest.fixture(scope="session")
def kafka() -> Iterator[KafkaCluster]:
    """A real Apache Kafka; its absence skips the test, but fails it where CI is set."""
    with _started(KafkaCluster()) as cluster:
        await_groups(cluster.bootstrap)
        yield cluster


@pytest.fixture(scope="session")
def secured_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    """A real Apache Kafka with certificates, users and ACLs; as for `kafka`."""
    with _started(SecuredKafka(tmp_path_factory.mktemp("certificates"))) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def mlflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowServer]:
    """A real MLflow server; as for `kafka`."""
    try:
        with MlflowServer(tmp_path_factory.mktemp("mlflow")) as server:
            yield server
    except MlflowUnavailable as error:
        _absent(error)


def _absent(error: Exception) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(str(error))
    pytest.skip(str(error))


@contextmanager
def _started(cluster: ClusterT) -> Iterator[ClusterT]:
    try:
        cluster.start()
    except KafkaUnavailable as error:
        cluster.close()
        _absent(error)
    try:
        yield cluster
    finally:
        cluster.close()


@pytest.fixture(
    params=[
        pytest.param("embedded_broker", id="embedded", marks=pytest.mark.embedded),
        pytest.param("kafka", id="kafka", marks=pytest.mark.kafka),
    ]
)
def broker(request: pytest.FixtureRequest) -> EmbeddedBroker | KafkaCluster:
    """Each of the two in turn; both have `bootstrap` and `create(topic)`."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, EmbeddedBroker | KafkaCluster)
    return found


@pytest.fixture
def bootstrap(broker: EmbeddedBroker | KafkaCluster) -> str:
    """The address of each of the two brokers in turn."""
    return broker.bootstrap


@pytest.fixture
def topic_prefix() -> str:
    """A prefix that no other test has: the brokers and their topics are shared."""
    return f"t{uuid4().hex[:12]}-"
