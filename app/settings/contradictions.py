"""Contradictions between settings of spellings, each of which can be used by itself.

They are looked for whatever else is wrong, so that all is told at once: a validator would not see
them where a setting beside them is wrong, or is part of another contradiction.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError

from app.settings.model import ModelSettings
from app.settings.named_classes import strange_classes
from app.settings.performance import ModelPerformanceSettings
from app.settings.section import Detail, Section
from app.settings.values import TEXTS, ValueOverrides, ValueSettings, clashes, spellings_of
from schemas.values.classes import class_name
from schemas.values.spellings import Spellings

_GENERAL: Final = ValueSettings()


def contradictions(tree: Mapping[str, object]) -> Iterator[Detail]:
    """Yield what does not fit together among ``values`` and the values and classes of models.

    Parameters
    ----------
    tree
        The configuration as it was read; what cannot be used in it is passed over.
    """
    general = _usable(ValueOverrides, tree.get("values"))
    below = dict(_GENERAL) | general
    known = set()
    for found in clashes({name: below[name] for name in TEXTS}):
        known.add(found)
        yield found._replace(path=("values", *found.path))
    models = tree.get("models")
    for name, model in models.items() if isinstance(models, Mapping) else ():
        if not isinstance(model, Mapping):
            continue
        own = below | _usable(ValueOverrides, model.get("values"))
        for found in clashes({each: own[each] for each in TEXTS}):
            if found not in known:
                yield found._replace(path=("models", name, "values", *found.path))
        spellings = spellings_of(ValueSettings.model_construct(**own))
        classes = _usable(ModelSettings, {"classes": model.get("classes")}).get("classes", ())
        renamed = _usable(ModelSettings, {"label_names": model.get("label_names")})
        labels = renamed.get("label_names", {})
        for found in (
            *_twins(classes, spellings),
            *_misnamed(labels, classes, spellings),
            *_strange(model, classes, spellings),
        ):
            yield found._replace(path=("models", name, *found.path))


def _strange(
    model: Mapping[str, object], classes: tuple[str, ...], spellings: Spellings
) -> Iterator[Detail]:
    """Yield what is said of a class that there is not."""
    thresholds = _usable(ModelSettings, {"thresholds": model.get("thresholds")})
    performance = _usable(ModelPerformanceSettings, model.get("performance"))
    yield from strange_classes(
        thresholds.get("thresholds", ()), performance.get("positive"), classes, spellings
    )


def _usable(section: type[Section], raw: object) -> dict[str, Any]:
    """Return the settings of a section that can be used and are set, by their names.

    Of a list of which some items cannot be used the others are.
    """
    found: dict[str, Any] = {}
    for name, value in raw.items() if isinstance(raw, Mapping) else ():
        if name not in section.model_fields or value is None:
            continue
        made = _made(section, {name: value})
        if made is None and isinstance(value, list):
            usable = [item for item in value if _made(section, {name: [item]}) is not None]
            made = _made(section, {name: usable})
        if made is not None:
            found[name] = getattr(made, name)
    return found


def _made(section: type[Section], raw: Mapping[str, object]) -> Section | None:
    try:
        # As `load_settings` reads it.
        return section.model_validate_json(json.dumps(raw), strict=True)
    except ValidationError:
        return None


def _misnamed(
    labels: Mapping[str, str], classes: tuple[str, ...], spellings: Spellings
) -> Iterator[Detail]:
    """Yield labels that are another one in another spelling, or of a class that there is not."""
    known: dict[str, str] = {}
    names = {class_name(each, spellings) for each in classes}
    for label, meant in labels.items():
        path = ("label_names", label)
        first = known.setdefault(class_name(label, spellings), label)
        if first != label:
            yield Detail(path, repr(meant), f"each label once, and {first!r} is the same")
        if names and class_name(meant, spellings) not in names:
            yield Detail(path, repr(meant), f"one of the classes: {', '.join(classes)}")


def _twins(classes: tuple[str, ...], spellings: Spellings) -> Iterator[Detail]:
    """Yield classes that are another one of the model's in another spelling."""
    known: dict[str, int] = {}
    for place, given in enumerate(classes):
        first = known.setdefault(class_name(given, spellings), place)
        if first != place:
            said = f"each class once, and {classes[first]!r} is the same"
            yield Detail(("classes", str(place)), repr(given), said)
