"""``make audit``: asks whether any locked package has a known vulnerability.

The index is asked through pip-audit, which takes a package that it learns nothing of for a right
one: here that is no answer.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, Final

from tests.deploy import ROOT

LOCK: Final = "requirements-dev.lock"
"""It holds all of the other one."""

_TIMEOUT_S: Final = 600


class Verdict(IntEnum):
    """Exit codes, as far as they are those of the commands."""

    CLEAN = 0
    VULNERABLE = 1
    NO_ANSWER = 69


def judge(dependencies: Sequence[Mapping[str, Any]]) -> tuple[Verdict, list[str]]:
    """Return the verdict on what pip-audit has learned, and what to say.

    Parameters
    ----------
    dependencies
        As its JSON has them: name, version and vulnerabilities, or why there is nothing to say.
    """
    found = [
        f"{each['name']} {each['version']}: {one['id']}, mended in "
        f"{', '.join(one['fix_versions']) or 'no version yet'}"
        for each in dependencies
        for one in each.get("vulns", ())
    ]
    unknown = sorted(each["name"] for each in dependencies if "skip_reason" in each)
    if found:
        return Verdict.VULNERABLE, found
    if unknown or not dependencies:
        named = f"{len(unknown)} of {len(dependencies)} packages ({', '.join(unknown[:3])} …)"
        said = (
            f"no answer about {named}: the index cannot be reached from here or tells of no "
            "vulnerabilities; run it where there is a network"
        )
        return Verdict.NO_ANSWER, [said]
    return Verdict.CLEAN, [f"no known vulnerability in {len(dependencies)} packages"]


def main() -> int:
    """Audit the lock file."""
    command = ["-m", "pip_audit", "--require-hashes", "--disable-pip", "--format=json"]
    try:
        done = subprocess.run(  # noqa: S603 - our own program and arguments
            [sys.executable, *command, "--progress-spinner=off", f"--requirement={LOCK}"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
        dependencies = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        dependencies = []
    verdict, lines = judge(dependencies)
    for line in lines:
        print(f"audit: {line}", file=sys.stderr if verdict else sys.stdout)
    return verdict


if __name__ == "__main__":
    raise SystemExit(main())
