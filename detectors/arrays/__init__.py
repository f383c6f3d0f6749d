"""What kernels need of arrays: their layout, addresses and slabs.

No statistics.
"""
