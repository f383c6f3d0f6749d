"""The traffic of two versions against the split that was stated, tested at any time.

A mixture of likelihood ratios: a Dirichlet-multinomial (for two versions a beta-binomial) around
the stated split, which finds whatever is wrong, and shifts by one point either way, which find the
smallest fault that matters sooner. It depends on the counts alone, so it may be looked at after
each row, or now and then.

References
----------
M. Lindon, A. Malek, Anytime-valid inference for multinomial count data, NeurIPS 2022.
"""

from math import exp, lgamma, log
from typing import Final

LEVEL: Final = 0.01
"""Share of splits that are called wrong though they are as stated, over all looks together."""

_POINT: Final = 0.01
_CONCENTRATION: Final = 200.0
_OF_SHIFT: Final = 0.4
"""Weight of each of the two shifts in the mixture."""


def split_evidence(rows: tuple[int, int], share: float) -> float:
    """Return the logarithm of the e-value against a split.

    Parameters
    ----------
    rows
        Of baseline and candidate.
    share
        The candidate's share, in (0, 1).

    Examples
    --------
    >>> split_evidence((5000, 5000), 0.5) < 0.0, split_evidence((9000, 1000), 0.5) > log(100)
    (True, True)
    """
    baseline, candidate = rows
    step = min(_POINT, share / 2.0, (1.0 - share) / 2.0)
    parts = [
        log(1.0 - 2.0 * _OF_SHIFT) + _beta_binomial(baseline, candidate, share),
        *(
            log(_OF_SHIFT)
            + candidate * log((share + shift) / share)
            + baseline * log((1.0 - share - shift) / (1.0 - share))
            for shift in (-step, step)
        ),
    ]
    most = max(parts)
    return most + log(sum(exp(each - most) for each in parts))


def _beta_binomial(baseline: int, candidate: int, share: float) -> float:
    ours, others = _CONCENTRATION * share, _CONCENTRATION * (1.0 - share)
    return (
        lgamma(ours + candidate)
        - lgamma(ours)
        + lgamma(others + baseline)
        - lgamma(others)
        + lgamma(_CONCENTRATION)
        - lgamma(_CONCENTRATION + baseline + candidate)
        - candidate * log(share)
        - baseline * log(1.0 - share)
    )
