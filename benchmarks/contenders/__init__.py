"""The contenders, a module each, run as ``python -m benchmarks.contenders.NAME`` in own processes.

Each reads predictions, decodes them, feeds ADWIN and Page-Hinkley of River with every numeric
feature and publishes what they find, written as its documentation would have it. Some run in an
environment without Driftline: what they share imports the standard library, orjson and River only.
"""
