"""How right what is said of a model's performance is, where the truth is known.

Run it with ``python -m benchmarks.performance [--runs N] [--seed N]``. The last line is JSON:
``maturity_bias`` is the error of figures corrected by the delays of labels, over that of figures
on the labels that have come.
"""

import argparse
import json

from benchmarks import maturity


def main() -> None:
    """Print the tables, and the figures in one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="seeds a cell")
    parser.add_argument("--seed", type=int, default=0, help="the first one; the others follow")
    arguments = parser.parse_args()
    bias, lines = maturity.study(arguments.runs, arguments.seed)
    print("\n".join(lines), flush=True)
    print(json.dumps({"maturity_bias": round(bias, 3)}))


if __name__ == "__main__":
    main()
