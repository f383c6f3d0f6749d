"""What a row, a reference and a registry entry are about: one version of one model."""

from typing import TypeAlias

ModelVersion: TypeAlias = tuple[str, str]
"""Model and version. An alias, since one is made for each row in hot loops."""
