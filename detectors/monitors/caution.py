"""How much rarer alarms are asked to be of a column whose ranks no sample has shown independent."""

from typing import Final

from detectors.reference.reference import Reference

CAUTION: Final = 100.0
"""Times as much as the budget asks for that detectors must reach without a guarantee: what a
filter leaves of a dependence adds to what is won by chance, and ends again."""


def caution_of(reference: Reference) -> float:
    """Return by how much the limits of a column are raised, 1 for not at all.

    Those of thinned columns are not, of which so few values are judged that nothing would be told.

    Parameters
    ----------
    reference
        Of the column: one that begins has nothing to be cautious of yet.
    """
    return CAUTION if reference.is_filtered and not reference.independent else 1.0
