"""``python -m tests.kafka``: a real Kafka broker until Ctrl-C."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from tests.kafka import CorruptArtifactError, KafkaCluster, KafkaStartError, KafkaUnavailable
from tests.kafka.ports import is_free

_EXAMPLE = """\
Kafka answers at {bootstrap}; its log is {log}.
Topics are not created at first use. To create one and look at it:

  {python} - <<'END'
  from confluent_kafka.admin import AdminClient, NewTopic
  admin = AdminClient({{"bootstrap.servers": "{bootstrap}"}})
  admin.create_topics([NewTopic("predictions", 4)])["predictions"].result()
  print(admin.list_topics().topics)
  END

Ctrl-C ends it.
"""


def main() -> int:
    """Run the broker; 0 after a signal, 1 if it cannot run or ends by itself, 2 on bad usage."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.kafka", description="Run a real Apache Kafka broker until Ctrl-C."
    )
    parser.add_argument("--port", type=int, default=9092, help="loopback port (default: 9092)")
    parser.add_argument("--dir", type=Path, help="keep data here (default: nothing is kept)")
    arguments = parser.parse_args()
    if not is_free(arguments.port):
        parser.error(f"port {arguments.port} is in use: choose another with --port")

    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    cluster = KafkaCluster(directory=arguments.dir and arguments.dir.resolve(), port=arguments.port)
    try:
        with cluster as kafka:
            text = _EXAMPLE.format(bootstrap=kafka.bootstrap, log=kafka.log, python=sys.executable)
            print(text, flush=True)  # noqa: T201 - a command's output
            while not ended.wait(0.5):
                if not kafka.running:
                    print(f"Kafka ended; see {kafka.log}", file=sys.stderr)  # noqa: T201 - the same
                    return 1
    except (CorruptArtifactError, KafkaStartError, KafkaUnavailable) as error:
        print(error, file=sys.stderr)  # noqa: T201 - the same
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
