"""Driftline without its state's snapshots: what durability costs is what this one is faster by.

The changes of the pending store go to Kafka as ever: there is no setting that leaves them out.
"""

from benchmarks.contenders.driftline import main
from benchmarks.contenders.task import task_from_arguments

if __name__ == "__main__":
    raise SystemExit(main(task_from_arguments(), **{"state.enabled": "false"}))
