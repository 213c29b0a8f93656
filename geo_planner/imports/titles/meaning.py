"""Which column of a layer a title means, with the group that it stands under and the bracket that it carries.

A group or a bracket often changes the meaning: the households under "Hộ nghèo" are the poor ones, the longitude under "Trạm gần
nhất" is a mast's, "Xã (cũ)" is no commune of today. A title is therefore never read without them: only words that are known
to change nothing are passed over.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from geo_planner.imports.cells.words import choice
from geo_planner.imports.grid import Cell, as_text
from geo_planner.imports.vocabulary import COMMUNE, COUNTERS, GROUP, GROUP_OF, OUTRIGHT, POINT_LAYERS, POSITION, patterns, places
from geo_planner.letters import fold, plain_width
from geo_planner.schema import LAYERS
from geo_planner.schema.kinds import YesNo

GROUP_HEADING = "heading of the group"
"""Title of the communes that stood in headings above the rows; the file of rejected rows carries it."""
SEPARATOR = " / "
"""Between a group title and the titles below it."""
_LONGEST = 300
_NOISE = re.compile(
    r"\b(wgs ?84|vn ?2000|he (toa do|quy chieu)|he|(ktt|kinh tuyen( truc)?)( \d{3}( do)?( \d{1,2}( phut)?)?)?|mui( chieu)? \d+( do)?|tm ?3|utm( \w{3})?|decimal( degrees)?|degrees?|dd|dms|thap phan|do phut giay|do thap phan|don vi tinh|dvt)\b"
)
_RATIO = re.compile(r"\b(ty le|ti le|ty trong|phan tram|percent(age)?|ratio|share)\b")
_DATA_RATE = re.compile(r"\b[kmg](bps|bits?|b s|bit s)\b")
_BRACKET = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_JOINING = r"sap nhap|sap xep( (dvhc|don vi hanh chinh))?|hop nhat|chia tach"
_DAY = r"(ngay )?(1 )?7( 20?25)?|(thang )?7 20?25|ngay 1 7"
_FORMER = rf"(?<!dan )cu|truoc( day| kia)?( (khi )?({_JOINING}))?|truoc ({_DAY})|former|old|previous"
_TODAY = rf"moi|hien (nay|tai|hanh)|sau( khi)? ({_JOINING})|(sau|tu) ({_DAY})|new|current|today"
_EDITIONS = tuple((name, re.compile(words)) for name, words in (("former", _FORMER), ("today", _TODAY)))
_EDITION_LAST = tuple((name, re.compile(rf"(.+?) ({words})")) for name, words in (("former", _FORMER), ("today", _TODAY)))
_EDITION_FIRST = re.compile(r"(?:(former|old|previous)|new|current|today s) (.+)")
_AS_FORMER = {
    "commune": "former_commune",
    "commune_code": "former_commune_code",
    "district": "district",
    **{name: name for name in COMMUNE if name.startswith("former")},
}
_GENERIC = re.compile(r"(tong( so| cong)?|so luong|sl|so|number|total|count)")
_UNNAMED = re.compile(r"(ten( goi)?|name|ma( so)?|code|id)")
_HOUSEHOLD_COUNTS = ("households", "poor_households", "near_poor_households")
_PEOPLE_COUNTS = (*_HOUSEHOLD_COUNTS, "population")
_ELSEWHERE = re.compile(r"\b(tram|bts|site|cot|gan nhat|nearest|ubnd|uy ban|tru so|truong|y te|de xuat|du kien|xa|huyen|cu|truoc)\b")
_OTHER_COUNT = re.compile(
    r"\b(ngheo|dien|song|nam|nu|tre|dan toc|dtts|chua|khong|co|poor|dong bao|thieu so|ho dan|dien thoai|smartphone|internet)\b"
)


def clean_title(cell: Cell) -> str:
    return " ".join(plain_width(unicodedata.normalize("NFC", as_text(cell))).split())


def all_targets(layer: str) -> tuple[str, ...]:
    """Everything that a title may be mapped to."""
    names = [column.name for column in LAYERS[layer].columns]
    return tuple(dict.fromkeys([*names, *(POSITION if layer in POINT_LAYERS else ()), *places(layer)]))


@cache
def exact_titles(layer: str) -> dict[str, str]:
    """Folded names and titles of the layer's own columns: they mean what they say."""
    names = dict[str, str]()
    for column in LAYERS[layer].columns:
        for title in (column.name, column.vi, column.en):
            names.setdefault(fold(title), column.name)
    return names | {fold(target): target for target in all_targets(layer)} | dict(OUTRIGHT.get(layer, {}))


@lru_cache(maxsize=50_000)
def targets_of(title: str, layer: str) -> tuple[str, ...]:
    """The columns that a title may mean, the likeliest first; empty when none.

    A group title stands before the title below it, with `SEPARATOR` between.

    Examples
    --------
    >>> targets_of("Số hộ", "villages"), targets_of("Hộ nghèo / Số hộ", "villages"), targets_of("Xã (cũ)", "villages")
    (('households',), ('poor_households',), ('former_commune',))
    >>> targets_of("Trạm gần nhất / Kinh độ", "villages")
    ()
    """
    whole = fold(title)
    if not whole or whole in COUNTERS or len(title) > _LONGEST:
        return ()
    if "%" in title or _RATIO.search(whole) or _DATA_RATE.search(whole):
        return ()  # a share is none of the layer's figures, nor is the speed of a download
    if whole in exact_titles(layer):
        return (exact_titles(layer)[whole],)
    if whole == GROUP_HEADING and "commune" in all_targets(layer):
        return ("commune",)
    parts = [part.strip() for part in title.split(SEPARATOR) if fold(part)]
    if len(parts) < 2:
        return _without_group(title, layer)
    # "Thôn / bản", "Kinh độ / Longitude": a slash between words is no group.
    flat = _without_group(" ".join(parts), layer)
    if flat and not is_choice_word(flat[0], parts[-1]):
        return flat
    return _in_group(parts[:-1], parts[-1], layer)


def is_choice_word(target: str, text: str) -> bool:
    """Whether a title is a word that the cells of `target` may hold: "có" below "Điện lưới" is a box to tick."""
    return choice_of(target, text) is not None


def choice_of(target: str, text: str) -> str | None:
    """The schema's word for a title below a group, or None."""
    folded = fold(text)
    column = {column.name: column for layer in POINT_LAYERS.values() for column in layer.columns}.get(target)
    if column is not None and isinstance(column.kind, YesNo):
        return {"co": "yes", "yes": "yes", "khong": "no", "chua": "no", "no": "no"}.get(folded)
    return choice(column, folded) if column is not None else None


def _plain(text: str) -> str:
    """Folded, without words that change nothing, 01/07 as 1 7."""
    return " ".join(_NOISE.sub(" ", re.sub(r"\b0+(?=\d)", "", fold(text))).split())


def _edition(folded: str) -> tuple[str, str]:
    """A title without the words that say of which time it is, and ``former``, ``today`` or nothing."""
    for name, whole in _EDITIONS:
        if whole.fullmatch(folded):
            return "", name
    for name, last in _EDITION_LAST:
        if found := last.fullmatch(folded):
            return found.group(1), name
    if found := _EDITION_FIRST.fullmatch(folded):
        return found.group(2), "former" if found.group(1) else "today"
    return folded, ""


def _of_time(targets: tuple[str, ...], editions: set[str]) -> tuple[str, ...]:
    """The same columns of the time that the title speaks of."""
    if not editions or not targets:
        return targets
    if len(editions) > 1:
        return ()
    if "former" in editions:
        return tuple(dict.fromkeys(_AS_FORMER[target] for target in targets if target in _AS_FORMER))
    return tuple(target for target in targets if not target.startswith("former"))


@cache
def _compiled(layer: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((target, re.compile(pattern)) for target, pattern in patterns(layer).items())


def _direct(folded: str, layer: str) -> tuple[str, ...]:
    if not folded:
        return ()
    if folded in exact_titles(layer):
        return (exact_titles(layer)[folded],)
    return tuple(target for target, pattern in _compiled(layer) if pattern.fullmatch(folded))


def _said_twice(folded: str, layer: str) -> tuple[str, ...]:
    """A title in two languages: both halves mean the same column."""
    words = folded.split()
    for k in range(1, len(words)) if len(words) <= 10 else ():
        first, second = _direct(" ".join(words[:k]), layer), _direct(" ".join(words[k:]), layer)
        if first and second and first[0] == second[0]:
            return first[:1]
    return ()


def _match(folded: str, layer: str) -> tuple[str, ...]:
    """By its words alone; as a title of its time where the words say one."""
    base, edition = _edition(folded)
    if edition:
        twice = () if any(_edition(" ".join(base.split()[:k]))[1] for k in range(2, len(base.split()) + 1)) else _said_twice(base, layer)
        return _of_time(_direct(base, layer) or twice, {edition}) or _direct(folded, layer)
    return _direct(folded, layer) or _said_twice(folded, layer)


def _without_group(title: str, layer: str) -> tuple[str, ...]:
    """A title in one cell, with what its brackets add."""
    brackets = [_plain(round_ or square) for round_, square in _BRACKET.findall(title)]
    if not any(brackets):
        return _match(_plain(_BRACKET.sub(" ", title)), layer)
    base, edition = _edition(_plain(_BRACKET.sub(" ", title)))
    editions = {edition} - {""}
    further = []
    for text in filter(None, brackets):
        rest, edition = _edition(re.sub(r"^(ten|xa|phuong|huyen|tinh|dvhc|don vi hanh chinh|ma|of) ", "", text))
        if edition and (not rest or not _edition(rest)[0]):
            editions |= {edition, _edition(rest)[1]} - {""}
        else:
            further.append(text)
    for text in further:
        if together := _direct(f"{base} {text}", layer):
            return _of_time(together, editions)
    hits = _direct(base, layer) or _said_twice(base, layer) or (_direct(_plain(title), layer) if not editions else ())
    for text in further:
        inner = _match(text, layer)
        if inner and inner[0] in POSITION and (hits[:1] == ("position",) or (not hits and _changes_nothing(base, inner[0], layer))):
            hits = inner
        elif hits and _contradicts(text, inner, hits[0]):
            return ()
    return _of_time(hits, editions)


def _contradicts(bracket: str, inner: tuple[str, ...], target: str) -> bool:
    """Whether a bracket makes another thing of a column: the longitude "(trạm gần nhất)", the households "(có điện)"."""
    if inner:
        return inner[0] != target and not (inner[0] in POSITION and target in POSITION)
    other = _ELSEWHERE if target in POSITION else _OTHER_COUNT if target in _PEOPLE_COUNTS else None
    return other is not None and other.search(bracket) is not None


@cache
def _neutral(target: str, layer: str) -> re.Pattern[str]:
    """Group titles that leave a column what it is."""
    kinds = {
        "position": target in POSITION,
        "poor": target in ("poor_households", "near_poor_households"),
        "people": target in _PEOPLE_COUNTS,
        "place": target in COMMUNE or target in ("name", "village_id", "site_id"),
    }
    about = next((kind for kind, holds in kinds.items() if holds), "services")
    words = f"(?:{GROUP['any']}|{GROUP_OF[layer]}|{GROUP[about]})"
    return re.compile(f"{words}(?: {words})*")


def _changes_nothing(group: str, target: str, layer: str) -> bool:
    return not group or _neutral(target, layer).fullmatch(group) is not None


def _in_group(groups: list[str], child: str, layer: str) -> tuple[str, ...]:
    """A title below group titles: by itself where they change nothing, else by both together, else none."""
    editions, above = set[str](), []
    for group in groups:
        flat = _plain(_BRACKET.sub(" ", group))
        if any(_match(_plain(a or b), layer) for a, b in _BRACKET.findall(group)):
            flat = _plain(group)
        rest, edition = _edition(flat)
        inner = {_edition(_plain(a or b))[1] for a, b in _BRACKET.findall(group)}
        editions |= ({edition} | inner) - {""}
        above.append(rest)
    brackets = [_plain(a or b) for group in groups for a, b in _BRACKET.findall(group)]
    brackets = [text for text in brackets if text and not _edition(text)[1]]
    hits = _without_group(child, layer)
    if hits and any(_contradicts(text, _match(text, layer), hits[0]) for text in brackets):
        return ()
    if hits and not _UNNAMED.fullmatch(_plain(child)) and all(_changes_nothing(group, hits[0], layer) for group in above):
        return _of_time(hits, editions)
    nearest, plain = above[-1], _plain(child)
    own = _direct(nearest, layer)
    same_count = bool(own) and own[0] in _PEOPLE_COUNTS and _GENERIC.fullmatch(plain) is not None
    of_those = bool(own) and own[0] in _HOUSEHOLD_COUNTS and hits[:1] == ("households",)
    if same_count or of_those or (own and own[0] in (*COMMUNE, "name") and plain == "ten"):
        together = own
    else:
        together = _direct(f"{plain} {nearest}", layer) or _direct(f"{nearest} {plain}", layer)
        if not together and hits and all(_changes_nothing(group, hits[0], layer) for group in above):
            together = hits
    if together and not is_choice_word(together[0], child) and all(_changes_nothing(group, together[0], layer) for group in above[:-1]):
        return _of_time(together, editions)
    return ()
