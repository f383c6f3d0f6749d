"""
A worker that copies records to a topic, for tests to start, stop and kill.

Each batch becomes one line of JSON on standard output when it is taken up; each record becomes one
record of the output topic, with the same value.
"""

import argparse
import asyncio
import json
import logging
import sys
import time
from typing import Any

from agents.transport.app import batch_agent, make_faust_app
from agents.transport.delivery import Delivery
from agents.transport.options import TransportOptions
from agents.transport.publisher import Publisher
from agents.transport.rounds import BatchEvent, records_of
from agents.transport.sizes import PLAIN_RECORD
from app.worker.process import run


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--group", required=True)
    parser.add_argument("--topics", nargs="+", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--pause", type=float, default=0.0, help="seconds for each batch")
    parser.add_argument("--commit-interval", type=float, default=0.2)
    parser.add_argument("--max-batch-records", type=int, default=100)
    parser.add_argument("--buffered-batches", type=int, default=4)
    parser.add_argument("--request-timeout", type=float, default=30.0)
    parser.add_argument("--isolation-level", default="read_uncommitted")
    parser.add_argument("--fail-on", help="raise when a record has this value")
    parser.add_argument("--break-output-on", help="fail an output of the batch with this value")
    parser.add_argument("--oversize-on", help="send too large a record for this value")
    parser.add_argument("--hang-on", help="never finish the batch with this value")
    parser.add_argument("--block-on", help="block the event loop at this value")
    parser.add_argument("--stall-timeout", type=float, default=300.0)
    parser.add_argument("--shutdown-timeout", type=float, default=10.0)
    return parser.parse_args()


def main() -> int:
    options = arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    app = make_faust_app(
        name=options.group,
        bootstrap=options.bootstrap,
        options=TransportOptions(
            session_timeout=6.0,
            heartbeat_interval=0.5,
            request_timeout=options.request_timeout,
            commit_interval=options.commit_interval,
            max_batch_records=options.max_batch_records,
            buffered_batches=options.buffered_batches,
            isolation_level=options.isolation_level,
            stall_timeout=options.stall_timeout,
        ),
    )
    publisher = Publisher(app, max_record_bytes=PLAIN_RECORD)
    delivery = Delivery(app)

    async def refused() -> None:
        await asyncio.sleep(0.1)
        raise ConnectionError("the output was refused")

    async def handle(event: BatchEvent) -> None:
        records = records_of(event)
        line = {
            "topic": event.message.topic,
            "partition": event.message.partition,
            "first": records[0].offset,
            "last": event.message.offset,
            "offsets": [record.offset for record in records],
            "at": time.time(),
        }
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        outputs: list[asyncio.Future[Any]] = []
        for record in records:
            value = (record.value or b"").decode()
            if value == options.fail_on:
                raise ValueError(f"record {value}")
            if value == options.hang_on:
                await asyncio.Event().wait()
            if value == options.block_on:
                while True:
                    pass
            if value == options.break_output_on:
                outputs.append(asyncio.ensure_future(refused()))
                continue
            body = b"x" * 950_000 if value == options.oversize_on else record.value
            outputs.append(await publisher.send(options.output, key=record.key, value=body))
        await asyncio.sleep(options.pause)
        await delivery.submit(event, outputs)

    batch_agent(app, name="copy", topics=options.topics, handler=handle)
    return run(app, shutdown_timeout=options.shutdown_timeout)


if __name__ == "__main__":
    raise SystemExit(main())
