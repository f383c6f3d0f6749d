"""From blocks of records and joined labels to observation tables and their frames.

No sending, no waiting.
"""
