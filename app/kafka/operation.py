"""What a client may be allowed to do on a topic or with a group, by Kafka's numbers."""

from enum import IntEnum


class Operation(IntEnum):
    """Kafka's numbers of operations; also the places of their bits in its answers."""

    READ = 3
    WRITE = 4
    CREATE = 5
    DESCRIBE = 8
