"""What columns are taken for, by all that they hold."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.play.columns.booleans import spelling_of
from app.play.columns.look import Kind, Look
from app.play.columns.marks import Marks
from app.play.columns.numbers import Decimal
from app.play.columns.profile import MOST_DIFFERENT, Profile
from app.play.columns.taken import ColumnKind, Taken

MOST_UNLIKE: Final = 0.05
"""Share of a column's values above which those that are no number make it text."""

MOST_CODED: Final = 0.01
"""Share of numbers with leading zeros from which on a column holds codes."""

ENOUGH: Final = 30
"""Numbers such as 1,234 from which on it tells something that none has another count of digits."""

_DECIMALS: Final = {Decimal.POINT: "decimal point", Decimal.COMMA: "decimal comma"}


class AmbiguousColumn(ValueError):
    """A column can be read in two ways; the message says which, and how to name one."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How columns are taken.

    Attributes
    ----------
    marks
        Missing values.
    decimal
        The decimal mark where a column leaves it open; None for what the other columns show.
    whole
        Whether all rows were looked at.
    apart
        Whether semicolons stand between the cells, as where commas stand before fractions.
    """

    marks: Marks
    decimal: Decimal | None = None
    whole: bool = True
    apart: bool = False


def decimal_of_file(profiles: Iterable[Profile]) -> Decimal | None:
    """Return the decimal mark that columns of a file show; None where they show none, or both."""
    shown: set[Decimal] = set()
    for profile in profiles:
        if profile.known and profile.count(Kind.NUMBER) >= (1 - MOST_UNLIKE) * profile.known:
            point, comma = _evidence(profile)
            if point and not comma:
                shown.add(Decimal.POINT)
            elif comma and not point:
                shown.add(Decimal.COMMA)
    return shown.pop() if len(shown) == 1 else None


def feature(profile: Profile, rules: Rules) -> Taken:
    """Return what a column of features is taken for.

    Raises
    ------
    AmbiguousColumn
        If its numbers can be read in two ways.
    """
    unsure = _unsure(profile, rules)
    known = profile.known - sum(unsure.values())
    if not known:
        return _empty(profile, rules)
    booleans = profile.words(Kind.BOOLEAN)
    spelling = spelling_of(booleans)
    if spelling is not None and profile.count(Kind.BOOLEAN) == known:
        words = " and ".join(f"{count:,} {word}" for word, count in booleans.items())
        return _taken(ColumnKind.BOOLEAN, words, profile, rules, spelling=spelling, words=unsure)
    if profile.count(Kind.LIST) == known:
        return _taken(ColumnKind.LIST, f"{known:,} lists", profile, rules, words=unsure)
    return _number(profile, rules) or as_text(profile, rules, _texts(profile))


def outcome(profile: Profile, rules: Rules) -> Taken:
    """Return what a column of predictions or labels is taken for.

    Classes keep their spelling: they are numbers only where all of them are, and words such as
    "none" are classes among others.

    Raises
    ------
    AmbiguousColumn
        As for features.
    """
    unsure = _unsure(profile, rules)
    known = profile.known - sum(unsure.values())
    if known and profile.count(Kind.BOOLEAN) == known:
        words = profile.words(Kind.BOOLEAN)
        if words.keys() <= {"true", "false"}:
            shown = " and ".join(f"{count:,} {word}" for word, count in words.items())
            spelling = {"true": True, "false": False}
            return _taken(
                ColumnKind.BOOLEAN, shown, profile, rules, spelling=spelling, words=unsure
            )
    taken = _number(profile, rules) if known else _empty(profile, rules)
    if taken is not None and not taken.unlike:
        return taken
    classes = replace(rules.marks, certain=rules.marks.certain - {"none"})
    return as_text(
        profile, Rules(classes, rules.decimal, rules.whole, rules.apart), _texts(profile)
    )


def number(profile: Profile, rules: Rules) -> Taken:
    """Return a column that is named as one of numbers, whatever else it holds.

    Raises
    ------
    AmbiguousColumn
        As for features.
    """
    numbers = {look: n for look, n in profile.looks.items() if look.kind is Kind.NUMBER}
    return _as_number(profile, rules, numbers)


def boolean(profile: Profile, rules: Rules) -> Taken:
    """Return a column that is named as one of booleans."""
    words = profile.words(Kind.BOOLEAN)
    spelling = spelling_of(words) or {"true": True, "false": False}
    why = f"{profile.count(Kind.BOOLEAN):,} booleans"
    looks = [look for look in profile.looks if look.kind is not Kind.BOOLEAN]
    return _taken(ColumnKind.BOOLEAN, why, profile, rules, spelling=spelling, odd=looks)


def as_text(profile: Profile, rules: Rules, why: str) -> Taken:
    """Return a column of text, each value as it is written."""
    notes = []
    certain = rules.marks.certain
    values = sorted(_unsure(profile, rules))
    if values:
        said = " and ".join(values)
        options = " ".join(f"--missing {value}" for value in values)
        notes.append(f"{said} counts as a value; where it is a missing one, give {options}")
    if profile.count(Kind.DATE) > profile.known / 2:
        notes.append("dates: as texts nearly every one is new; --time or --ignore may be meant")
    missing = {word: n for word, n in profile.words(Kind.MARK).items() if word in certain}
    return Taken(
        ColumnKind.TEXT, why, rules.marks, missing=_missing(profile, missing),
        shown=tuple(profile.shown), notes=tuple(notes),
    )  # fmt: skip


def _number(profile: Profile, rules: Rules) -> Taken | None:
    """Return a column of numbers; None where too much in it is none."""
    numbers = {look: n for look, n in profile.looks.items() if look.kind is Kind.NUMBER}
    # What is not finite is a number to whoever wrote it; there is none for it in JSON.
    infinite = profile.count(Kind.INFINITE)
    values = profile.known - profile.count(Kind.WORD) - infinite
    if not numbers or sum(numbers.values()) < (1 - MOST_UNLIKE) * values:
        return None
    code = _code(profile, numbers)
    if code is not None:
        return as_text(profile, rules, code)
    taken = _as_number(profile, rules, numbers)
    return taken if taken.unlike - infinite <= MOST_UNLIKE * values else None


def _code(profile: Profile, numbers: Mapping[Look, int]) -> str | None:
    """Return why whole numbers are codes; None where they are amounts."""
    total = sum(numbers.values())
    coded = [look for look in numbers if look.coded]
    share = sum(numbers[look] for look in coded) / total
    widths = {look.digits for look in numbers}
    if coded and (share >= MOST_CODED or len(widths) == 1):
        shown = profile.first(*coded).text
        return f"whole numbers with leading zeros, such as {shown}: codes"
    long = [look for look in numbers if look.long]
    if sum(numbers[look] for look in long) > MOST_UNLIKE * total:
        shown = profile.first(*long).text
        return f"whole numbers beyond 2^53, such as {shown}: codes, of which no digit is lost"
    return None


def _as_number(profile: Profile, rules: Rules, numbers: Mapping[Look, int]) -> Taken:
    affixes: dict[str, int] = {}
    for look, count in numbers.items():
        affixes[look.word] = affixes.get(look.word, 0) + count
    affix = max(affixes, key=affixes.__getitem__, default="")
    decimal = _decimal(profile, rules)
    odd = [
        look
        for look in profile.looks
        if look.kind not in {Kind.EMPTY, Kind.MARK, Kind.WORD}
        and not (_is_read(look, decimal) and look.word == affix)
    ]
    why = [f"{sum(numbers.values()) - sum(numbers.get(look, 0) for look in odd):,} numbers"]
    if any(not look.alike for look in numbers):
        why.append(_DECIMALS[decimal])
    if any(look.grouped is decimal for look in numbers):
        why.append("thousands separated")
    if affix:
        why.append(f"hundredths for {affix}" if affix == "%" else f"without their {affix}")
    words = profile.words(Kind.WORD)
    return _taken(
        ColumnKind.NUMBER, ", ".join(why), profile, rules, words=words, odd=odd, decimal=decimal,
        affix=affix,
    )  # fmt: skip


def _is_read(look: Look, decimal: Decimal) -> bool:
    if look.kind is not Kind.NUMBER or look.long or look.coded:
        return False
    return look.point if decimal is Decimal.POINT else look.comma


def _decimal(profile: Profile, rules: Rules) -> Decimal:
    """Return a column's decimal mark.

    A mark that only one reading bears tells it. Where all numbers bear both, a point is a decimal
    point unless the other columns have decimal commas, or semicolons stand between the cells and
    nothing tells; and a comma is what the other columns say.
    """
    point, comma = _evidence(profile)
    if point or comma:
        return Decimal.POINT if point >= comma else Decimal.COMMA
    both = [look for look in profile.looks if look.point and look.comma and not look.alike]
    if not both:
        return Decimal.POINT
    if rules.decimal is not None:
        return rules.decimal
    by_comma = [look for look in both if "," in profile.examples[look].text]
    if not by_comma and not rules.apart:
        return Decimal.POINT
    first = profile.first(*(by_comma or both)).text
    count = sum(profile.looks[look] for look in by_comma)
    below = any(0 < look.digits <= 3 and look.alike for look in profile.looks)
    above = any(look.digits > 3 and look.alike for look in profile.looks)
    if by_comma and len(by_comma) == len(both) and below and not above and count >= ENOUGH:
        return Decimal.POINT  # whole numbers below a thousand, and all others with a comma
    raise AmbiguousColumn(
        f"{first} may be a whole number or have a fraction, and nothing in the file tells: name "
        "the decimal mark by --decimal . or --decimal ,"
    )


def _evidence(profile: Profile) -> tuple[int, int]:
    """Count the numbers that are some by a decimal point alone, and by a decimal comma alone."""
    point = comma = 0
    for look, count in profile.looks.items():
        if look.kind is Kind.NUMBER and not look.alike:
            point += count * (look.point and not look.comma)
            comma += count * (look.comma and not look.point)
    return point, comma


def _unsure(profile: Profile, rules: Rules) -> dict[str, int]:
    """Return the cells that are values among texts alone, by their word."""
    words = profile.words(Kind.WORD)
    return {word: count for word, count in words.items() if word in rules.marks.unsure}


def _empty(profile: Profile, rules: Rules) -> Taken:
    missing = _missing(profile, {**profile.words(Kind.MARK), **_unsure(profile, rules)})
    if rules.whole:
        return Taken(ColumnKind.OPEN, "no value at all", rules.marks, missing=missing)
    why = f"no value in the first {profile.rows:,} rows: each later one is read by itself"
    return Taken(ColumnKind.OPEN, why, rules.marks, missing=missing)


def _taken(
    kind: ColumnKind,
    why: str,
    profile: Profile,
    rules: Rules,
    *,
    words: Mapping[str, int] | None = None,
    odd: Sequence[Look] = (),
    spelling: Mapping[str, bool] | None = None,
    decimal: Decimal = Decimal.POINT,
    affix: str = "",
) -> Taken:
    unlike = [look for look in odd if look.kind not in {Kind.EMPTY, Kind.MARK}]
    notes = ("counts up row by row, and so drifts: --ignore it?",) if _counts(profile) else ()
    return Taken(
        kind, why, rules.marks, decimal, affix, spelling or {},
        missing=_missing(profile, {**profile.words(Kind.MARK), **(words or {})}),
        unlike=sum(profile.looks[look] for look in unlike),
        odd=profile.first(*unlike) if unlike else None,
        shown=tuple(profile.shown),
        notes=notes,
    )  # fmt: skip


def _counts(profile: Profile) -> bool:
    return profile.counting and profile.rows >= ENOUGH


def _missing(profile: Profile, marks: Mapping[str, int]) -> dict[str, int]:
    empty = profile.count(Kind.EMPTY)
    return {**({"": empty} if empty else {}), **marks}


def _texts(profile: Profile) -> str:
    different = len(profile.different)
    many = f"more than {MOST_DIFFERENT:,}" if different > MOST_DIFFERENT else f"{different:,}"
    numbers = profile.count(Kind.NUMBER)
    beside = ""
    if numbers and numbers < profile.known:
        others = [look for look in profile.looks if look.kind in {Kind.TEXT, Kind.DATE}]
        odd = f", such as {profile.first(*others).text!r}" if others else ""
        beside = f"; {profile.known - numbers:,} of {profile.known:,} are no numbers{odd}"
    elif numbers:
        point, comma = _evidence(profile)
        if point and comma:
            beside = (
                f"; numbers, {point:,} with a decimal point and {comma:,} with a decimal comma: "
                "--type COLUMN=number and --decimal take those of one"
            )
    return f"{many} different{beside}"
