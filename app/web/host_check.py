"""The Host header of a request: a page of another site, rebound to this port, has its own."""

import re
from collections.abc import Collection, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

_HOST: Final = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]]+))(?::[0-9]{0,5})?", re.ASCII)


class HostCheck:
    """Which hosts a request may name: loopback, the address listened on, and those allowed.

    A browser that was led here by a name of somebody else (DNS rebinding) sends that name. An
    address is no name: where every address of the machine is listened on, each is allowed, as
    probes and scrapers use them.

    Parameters
    ----------
    bound
        The address or name listened on.
    allowed
        Further names or addresses, without a port.
    """

    def __init__(self, bound: str, allowed: Collection[str] = ()) -> None:
        self._named = {_plain(name) for name in (bound, *allowed, "localhost")}
        address = _address(bound)
        self._any_address = address is not None and address.is_unspecified

    def allows(self, headers: Sequence[str]) -> bool:
        """Tell whether a request may be answered.

        Parameters
        ----------
        headers
            Its Host headers. None at all is a client of HTTP/1.0, which no browser is.
        """
        if not headers:
            return True
        match = _HOST.fullmatch(headers[0].strip()) if len(headers) == 1 else None
        if match is None:
            return False
        host = match[1] or match[2]
        address = _address(host)
        if address is not None and (address.is_loopback or self._any_address):
            return True
        return _plain(host) in self._named


def _plain(name: str) -> str:
    address = _address(name)
    return str(address) if address is not None else name.lower().removesuffix(".")


def _address(name: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(name)
    except ValueError:
        return None
