"""Compiled readers of whole batches, straight from bytes: JSON documents, texts and times.

They hold no lock of Python's while they read. Each reads the usual forms only, and tells which rows
it did not read; those are for `schemas.events.codec` and `schemas.events.event_times`, which stay
the judges of what is valid.
"""

from schemas.scan.digests import digests
from schemas.scan.entries import Entries
from schemas.scan.keys import KeyTable
from schemas.scan.scanner import scan
from schemas.scan.slices import slices
from schemas.scan.texts import TextTable, intern
from schemas.scan.times import read_epochs, read_times
from schemas.scan.tokens import Token
from schemas.scan.warm_up import warm_up

__all__ = [
    "Entries",
    "KeyTable",
    "TextTable",
    "Token",
    "digests",
    "intern",
    "read_epochs",
    "read_times",
    "scan",
    "slices",
    "warm_up",
]
