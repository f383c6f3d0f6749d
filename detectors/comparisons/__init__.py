"""Comparisons of two versions of a model by their labels: statistics at any time, and traffic.

No alert, no registry and no log: rows come as arrays, and what is found leaves as figures.
"""
