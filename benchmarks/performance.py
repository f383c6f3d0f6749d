"""How right what is said of a model's performance is, where the truth is known.

Run it with ``python -m benchmarks.performance [--runs N] [--seed N]``. The last line is JSON:
``maturity_bias`` is the error of figures corrected by the delays of labels, over that of figures
on the labels that have come; ``cbpe_error`` the mean error of accuracy, precision, recall and F1 as
estimated without labels, in the worst case.
"""

import argparse
import json

from benchmarks import estimates, maturity


def main() -> None:
    """Print the tables, and the figures in one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="seeds a cell")
    parser.add_argument("--seed", type=int, default=0, help="the first one; the others follow")
    arguments = parser.parse_args()
    figures: dict[str, float] = {}
    for key, study in (("maturity_bias", maturity.study), ("cbpe_error", estimates.study)):
        figure, lines = study(arguments.runs, arguments.seed)
        figures[key] = round(figure, 4)
        print("\n".join(("", *lines)), flush=True)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
