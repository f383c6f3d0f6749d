"""A stage's state in a compacted topic: keys, snapshots, the acks that wait for them.

Which stage it is for is not known here.
"""
