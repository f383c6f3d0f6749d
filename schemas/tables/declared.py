"""What the settings say of the values of models' events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from schemas.tables.columns import Kind
from schemas.values.class_order import Classes
from schemas.values.spellings import USUAL, Spellings


@dataclass(frozen=True, slots=True)
class Declared:
    """How the values of one model are to be read.

    Attributes
    ----------
    kinds
        Features whose kind is declared, by name.
    spellings
        Which texts mean one value, or none.
    class_names
        The classes in the order of lists of probabilities; empty where they are numbered.
    """

    kinds: Mapping[str, Kind] = field(default_factory=dict)
    spellings: Spellings = USUAL
    class_names: tuple[str, ...] = ()

    @property
    def classes(self) -> Classes:
        """The classes, by which outcomes and scores are read."""
        return Classes(self.spellings, self.class_names)


@dataclass(frozen=True)
class Declarations:
    """How the values of all models are to be read.

    Attributes
    ----------
    general
        Of models that are not named.
    models
        Of the others, by name. Those of the same spellings share one object.
    """

    general: Declared = field(default_factory=Declared)
    models: Mapping[str, Declared] = field(default_factory=dict)

    def of(self, model: str | None) -> Declared:
        """Return what is declared of a model; of None what holds in general."""
        return self.general if model is None else self.models.get(model, self.general)

    @cached_property
    def spellings(self) -> tuple[Spellings, ...]:
        """All spellings in force, those in general first."""
        own = (each.spellings for each in self.models.values())
        return tuple(dict.fromkeys([self.general.spellings, *own]))


NO_DECLARATIONS: Final = Declarations()
"""Those of settings that say nothing."""
