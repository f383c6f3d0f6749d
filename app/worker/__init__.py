"""A worker as a process: exit codes, compiled kernels, memory, checks before the start.

No logic of stages.
"""
