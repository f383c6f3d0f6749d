"""Where refused records go, and when there are too many of them.

No decoding.
"""
