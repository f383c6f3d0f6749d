"""Columns of a file: what each is taken for, by all that it holds, and how its cells are read.

Files and events are not known here.
"""
