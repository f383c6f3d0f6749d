"""Free loopback ports that stay free."""

import random
import socket
from collections import deque

# Below the ephemeral ranges of Linux (32768 up) and of macOS (49152 up): while a broker is down,
# no outgoing connection can be given its port, nor a client that retries connect to itself.
_RANGE = range(20_000, 32_000)
_random = random.SystemRandom()

# A broker has up to nine of them, none of which is listened on before all are chosen.
_handed_out: deque[int] = deque(maxlen=1_000)


def is_free(port: int) -> bool:
    """Say whether a loopback port can be listened on."""
    with socket.socket() as probe:
        # As Java does: a port whose last connections linger in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """
    Return a loopback port that nothing listens on, and that was not returned lately.

    Raises
    ------
    OSError
        If a thousand tries found none.
    """
    for _ in range(1_000):
        port = _random.choice(_RANGE)
        if port not in _handed_out and is_free(port):
            _handed_out.append(port)
            return port
    raise OSError(f"no free loopback port in {_RANGE}")
