"""Simulated experiments on two versions of a model, judged as a worker judges them.

Nothing is computed of a comparison here: rows are drawn, and what a worker says of them is counted.
"""
