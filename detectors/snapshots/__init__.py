"""States as checksummed bytes, in parts, with migrations from earlier formats.

No concrete state.
"""
