"""Which rows were counted: high-water marks, and where a row number came from.

Nothing of what the rows say.
"""
