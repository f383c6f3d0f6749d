"""How often detectors alarm on uniform ranks, as ``make calibrate`` measures.

Seed 20261128, 100,000,000 ranks a line, more of those that alarm seldom.
"""

from typing import Final

ADWIN: Final = (
    (0.003, 8.8e-08),  # +- 9.4e-09
    (0.01, 4.06e-07),  # +- 2.8e-08
    (0.03, 1.74e-06),  # +- 9.3e-08
    (0.1, 7.97e-06),  # +- 2.8e-07
    (0.3, 3.969e-05),  # +- 6.3e-07
    (1.0, 0.0002568),  # +- 1.6e-06
)
"""Deltas, and false alarms a value: of one stream."""

PAGE_HINKLEY: Final = (
    (0.01, 0.004627),  # +- 7.5e-05
    (0.02, 0.01674),  # +- 0.00023
    (0.05, 0.08255),  # +- 0.002
    (0.1, 0.2497),  # +- 0.0077
    (0.2, 0.4962),  # +- 0.027
)
"""Deltas, and false alarms a value over exp(-exponent threshold): of one stream."""
