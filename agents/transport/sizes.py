"""Bytes of records, each size derived from the one that it has to fit into."""

from typing import Final

REQUEST: Final = 2_000_000
"""Of one record or request that the producer sends, and so of a batch in the topics that carry
records of others: these are made with it as their ``max.message.bytes``."""

ENVELOPE: Final = 100_000
"""What a record has beside its value, at most: key, headers, and the batch around it."""

RECORD: Final = REQUEST - ENVELOPE
"""Of a record with key and headers, before compression, above which none is sent."""

DETAIL: Final = 400_000
"""What the headers of a letter say besides, however they are escaped: see `LETTER_HEADERS`."""

CARRIED: Final = RECORD - DETAIL
"""Of a value that carries what others wrote: a frame of observations, the record of a letter."""

LETTER_KEY: Final = 10_000
"""Of the key of a letter's record; a longer one is cut."""

LETTER_HEADERS: Final = 50_000
"""Characters of the headers of a letter's record, as they are written; longer ones are left out."""

PLAIN_REQUEST: Final = 1_000_000
"""Of a batch in topics that brokers have with their own limit, which is a little more."""

PLAIN_RECORD: Final = PLAIN_REQUEST - ENVELOPE
"""Of a record there, as of snapshots."""

SNAPSHOT_PART: Final = PLAIN_RECORD - ENVELOPE
"""Of a part of a snapshot, whose key has the names of a model version."""

CHANGES: Final = PLAIN_RECORD - 20_000
"""Of a record of several entries of waiting predictions, which has no key; one entry alone may need
more, and its topic takes it."""

FETCH: Final = 2 * REQUEST
"""Of one fetch when a topic is read to its end: two records at their largest."""
