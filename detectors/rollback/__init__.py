"""When a model is to be rolled back, to which version, and whether that has been answered.

No statistics: what is worse is found by comparisons and thresholds.
"""
