"""What tells options apart under which the state of a model version differs."""

from hashlib import blake2b
from typing import Any, Final

import orjson

from detectors.monitors.options import MonitorOptions
from schemas.values.spellings import USUAL

_STATED: Final = {
    "adwin": {"delta": 0.01},
    "page_hinkley": {"delta": 0.05, "threshold": 11.0, "alpha": 1.0},
}
"""Parameters of detectors of which none are stated, as releases wrote them that had no budget."""


def fingerprint(options: MonitorOptions) -> str:
    """Return what tells options apart under which states differ in form or meaning."""
    parts: list[Any] = [
        [
            [each.kind, dict(each.parameters or _STATED.get(each.kind, {})), list(each.streams)]
            for each in options.detectors
        ],
        options.burn_in,
        options.bins,
        dict(options.kinds),
    ]
    if options.spellings != USUAL:
        parts.append(options.spellings.document())
    if options.class_names:
        parts.append(list(options.class_names))
    if options.label_names:
        parts.append(dict(options.label_names))
    document = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)
    return blake2b(document, digest_size=8).hexdigest()
