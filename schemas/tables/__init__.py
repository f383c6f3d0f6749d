"""Rows as columns: observation tables, and the frames in which they travel between stages.

No JSON of users, no Kafka.
"""
