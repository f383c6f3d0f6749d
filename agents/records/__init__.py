"""Kafka's record format: the bytes of a fetch as blocks of records, hostile bytes included.

No Faust, no connections, no events of ours.
"""
