"""From a drift to the alert that people read: evidence and words.

Finding drift is not here.
"""
