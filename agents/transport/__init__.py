"""Faust on rounds of slices: fetching, order, acks, commits, sending.

What a record means is not known here: no `schemas`, no `detectors`.
"""
