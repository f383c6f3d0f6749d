import pytest

from app.web.host_check import HostCheck

LOOPBACK = [
    "localhost",
    "LOCALHOST:9464",
    "localhost.:9464",
    "127.0.0.1:9464",
    "[::1]:9464",
    "[::1]",
]


@pytest.mark.parametrize("bound", ["127.0.0.1", "0.0.0.0", "::", "10.0.0.7", "worker"])  # noqa: S104 - what is tested
@pytest.mark.parametrize("host", LOOPBACK)
def test_loopback_is_allowed_wherever_the_port_listens(bound: str, host: str) -> None:
    assert HostCheck(bound).allows([host])


@pytest.mark.parametrize("bound", ["0.0.0.0", "::"])  # noqa: S104 - what is tested
def test_of_every_address_any_is_allowed_and_no_name(bound: str) -> None:
    check = HostCheck(bound)
    assert check.allows(["10.1.2.3:9464"])
    assert check.allows(["[2001:db8::1]:9464"])
    assert not check.allows(["worker:9464"])
    assert not check.allows(["10.1.2.3.evil.example"])


def test_of_one_address_only_this_one_is_allowed() -> None:
    check = HostCheck("10.0.0.7")
    assert check.allows(["10.0.0.7:9464"])
    assert not check.allows(["10.0.0.8:9464"])
    assert HostCheck("worker").allows(["Worker:9464"])


def test_further_names_are_allowed_where_they_are_listed() -> None:
    check = HostCheck("0.0.0.0", ["worker.example", "2001:db8::1"])  # noqa: S104 - what is tested
    assert check.allows(["worker.example:443"])
    assert check.allows(["WORKER.example."])
    assert not check.allows(["other.example"])


@pytest.mark.parametrize(
    "headers",
    [[""], ["evil.example"], ["localhost", "evil.example"], ["localhost@evil"], ["[::1", "x"],
     ["localhost:9464:1"], ["localhost.evil.example"], ["user@localhost"], ["127.0.0.1 evil"]],
)  # fmt: skip
def test_what_names_no_host_of_ours_is_refused(headers: list[str]) -> None:
    assert not HostCheck("127.0.0.1").allows(headers)


def test_a_client_of_http_1_0_names_none() -> None:
    assert HostCheck("127.0.0.1").allows([])
