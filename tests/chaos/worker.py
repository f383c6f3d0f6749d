"""``python -m tests.chaos.worker``: a `driftline worker` with faults in it."""

import argparse
import asyncio

from app.factory import create_app
from app.kafka.reachability import wait_for_brokers
from app.kafka.topic_history import admit_topics
from app.logs import configure_logs
from app.settings import load_settings
from app.worker.process import run
from app.worker.warm_up import warm_up
from tests.chaos.faults import Fault
from tests.chaos.sabotage import sabotage


def main() -> int:
    """Run the worker; exit codes are those of `driftline worker`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--fault", action="append", default=[], type=Fault.parse)
    arguments = parser.parse_args()
    settings = load_settings(None, dict(each.split("=", 1) for each in arguments.set))
    configure_logs(settings.logging)
    warm_up()
    asyncio.run(wait_for_brokers(settings.kafka, report=print))
    admitted = asyncio.run(admit_topics(settings))
    app = create_app(admitted.settings, topics_found=admitted.topics)
    sabotage(app, arguments.fault)
    return run(app)


if __name__ == "__main__":
    raise SystemExit(main())
