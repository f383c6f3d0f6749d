"""``python -m app.cli``: the console script, where it is not installed."""

from app.cli import main

main(prog_name="driftline")
