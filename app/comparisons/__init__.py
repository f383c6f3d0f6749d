"""Comparisons of model versions as their topic holds them: read, followed, told in lines.

Nothing is computed here: that is `detectors.comparisons`.
"""
