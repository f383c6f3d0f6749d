"""Where a change that was detected began."""

import numpy as np

from detectors.arrays.column import Numbers


def strongest_suffix(deviations: Numbers) -> int:
    """Return how many of the latest values deviate most strongly as a whole; at least 1.

    The maximum-likelihood estimate of a change of the mean from 0 by an unknown amount: the suffix
    of length m whose sum is largest relative to sqrt(m). The extremum of a cumulative sum lies
    earlier, by as much as the smallest effect that the test is tuned to allows for.

    Parameters
    ----------
    deviations
        Deviations from what is expected without a change, shape ``(n,)``, ``n >= 1``.

    References
    ----------
    Hinkley, "Inference about the change-point in a sequence of random variables", Biometrika 57
    (1970).

    Examples
    --------
    >>> strongest_suffix(np.array([0.1, -0.2, 0.1, 0.4, 0.3, 0.4]))
    3
    """
    sums = np.abs(np.cumsum(deviations[::-1]))
    return int(np.argmax(sums / np.sqrt(np.arange(1, len(sums) + 1)))) + 1


def likeliest_suffix(ratios: Numbers) -> int:
    """Return how many of the latest values are likeliest to come after a change; at least 1.

    The maximum-likelihood estimate where both distributions are known: the suffix whose sum is
    largest.

    Parameters
    ----------
    ratios
        Log-likelihood ratios of the values, after a change against before it, shape ``(n,)``,
        ``n >= 1``.

    References
    ----------
    As of `strongest_suffix`.

    Examples
    --------
    >>> likeliest_suffix(np.array([-0.1, 0.2, -0.3, 0.4, -0.1, 0.3]))
    3
    """
    return int(np.argmax(np.cumsum(ratios[::-1]))) + 1
