"""What an operator deploys, checked against the code: no engine is needed, and none is there."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
