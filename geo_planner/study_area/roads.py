"""Which lines of a road layer are roads that one can travel on today, and of which class.

A road that is being built, planned or given up is none, whatever says so: its class, a tag beside it (``construction``, ``proposed``),
a prefix of its tag (``disused:highway``), its access, or a column of an office's list. Classes are those of OpenStreetMap; what names
the same thing (links, Vietnamese classes of roads) counts as them. Any other class is told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from geo_planner.errors import Fault, warning
from geo_planner.letters import fold
from geo_planner.preferences.settings import Travel
from geo_planner.words import Said, first_of, said

_CLASS_COLUMNS = ("roadclass", "highway", "fclass", "roadtype", "loaiduong", "capduong", "phanloai", "loai", "cap", "class", "type")
_STATUS_COLUMNS = ("tinhtrang", "trangthai", "hientrang", "tinhtrangduong", "status", "state", "lifecycle", "stage", "giaidoan", "tiendo")
_NOTE_COLUMNS = ("name", "ten", "tenduong", "ghichu", "note", "notes", "description", "mota")
_LIFECYCLE = ("construction", "proposed", "planned", "abandoned", "disused", "razed", "demolished", "dismantled", "removed", "destroyed", "historic", "was")  # fmt: skip
_OTHER_THINGS = ("railway", "waterway", "aeroway", "power", "boundary", "barrier", "man_made", "natural", "route", "pipeline")
_SAID_NOT = {"", "no", "none", "null", "nan", "false", "0"}
_OPEN_WORKS = {*_SAID_NOT, "minor"}
"""``construction=minor`` are works beside the traffic."""
_NOT_BUILT = re.compile(
    r"\b(dang|chua|sap|se|cho|du kien)( \w+){0,2} (thi cong|xay dung|xay|dau tu|mo|lam moi|trien khai|khoi cong|hoan thanh|nghiem thu|thong xe|thong tuyen|ban giao)\b"
    r"|\b(quy hoach|du kien|ke hoach|de xuat|du an|chua co|chua thong|mo moi|lam moi)\b|\b(under )?construction\b|\b(proposed|planned|projected|future)\b"
)
_GIVEN_UP = re.compile(
    r"\b(abandoned|disused|razed|demolished|dismantled|removed|destroyed|closed)\b|\b(bo hoang|da bo|khong con|dong cua|cam duong|cam di lai|cam luu thong|khong su dung|ngung (khai thac|su dung|luu thong)|khong di duoc)\b"
)
_NO_WAYS = frozenset((
    "no", "none", "ferry", "pier", "platform", "bus stop", "bus guideway", "busway", "rest area", "services", "corridor", "elevator", "escape", "raceway",
    "via ferrata", "ladder", "emergency bay", "emergency access point", "crossing", "milestone", "street lamp", "traffic signals", "toll gantry",
    "turning circle", "passing place", "speed camera", "stop", "give way", "motorway junction", "trailhead", "pha", "duong sat", "duong thuy", "song",
))  # fmt: skip
_LIKE = {
    "motorway": "trunk", "living_street": "residential", "service": "residential", "pedestrian": "footway", "steps": "footway", "cycleway": "path", "bridleway": "path",
    "sidewalk": "footway", "minor": "unclassified", "track_grade1": "track", "track_grade2": "track", "track_grade3": "track", "track_grade4": "track",
    "track_grade5": "track", "trail": "path",
}  # fmt: skip
_VIETNAMESE = tuple(
    (like, re.compile(rf"(duong )?(bo )?({pattern})"))
    for like, pattern in (
        ("trunk", r"cao toc( .*)?|expressway"),
        ("primary", r"(ql|quoc lo)( ?\d.*)?|national (road|highway)"),
        ("secondary", r"(tl|dt|tinh lo|tinh)( ?\d.*)?|provincial road"),
        ("tertiary", r"(hl|dh|huyen lo|huyen)( ?\d.*)?|district road"),
        (
            "unclassified",
            r"(dx|xa|lien xa|truc xa|lien (thon|ban)|truc (thon|ban)|giao thong nong thon|gtnt|tuan tra bien gioi|commune road)( ?\d.*)?",
        ),
        ("residential", r"(noi )?(thon|ban|xom|khu dan cu)|ngo( xom| ban)?|do thi|pho"),
        ("track", r"dat|dan sinh|noi dong|lam nghiep|lam sinh|san xuat|cap phoi"),
        ("path", r"mon( dan sinh)?"),
        ("footway", r"di bo|bo hanh"),
    )
)
_GOES = {"yes", "designated", "permissive", "destination", "official"}
_FEET = ("foot", "bicycle")
_WHEELS = ("vehicle", "motorvehicle", "motorcar", "motorcycle")
_READ = frozenset((
    *_CLASS_COLUMNS, *_STATUS_COLUMNS, *_NOTE_COLUMNS, *_LIFECYCLE, *(f"{stage}:highway" for stage in _LIFECYCLE), *_FEET, *_WHEELS,
    *(name.replace("_", "") for name in _OTHER_THINGS), "access", "speedkmh", "othertags", "alltags",
))  # fmt: skip
_TAGS = re.compile(r'"([^"]+)"\s*=>\s*"([^"]*)"')
_LISTED = 8


def road_table(lines: pd.DataFrame, settings: Travel) -> pd.DataFrame:
    """What each line is to a traveller.

    Parameters
    ----------
    lines : DataFrame
        Properties of the lines; geometry is not looked at.
    settings : Travel

    Returns
    -------
    DataFrame
        Index of `lines`: ``speed_kmh`` (0: no road today), ``why`` (``"not_open"``, ``"no_way"``, ``"unknown_class"`` or empty) and
        ``word``, the class or tag that decided.
    """
    cells = _columns(lines)
    speeds = {speed.road_class: speed.kmh for speed in settings.road_speeds}
    none = pd.Series("", index=lines.index, dtype=object)
    kinds = none
    for name in _CLASS_COLUMNS:
        kinds = kinds.where(kinds != "", cells.get(name, none))
    why, word = none.copy(), kinds.copy()

    def settle(rows: pd.Series, reason: str, told: pd.Series) -> None:
        new = rows & (why == "")
        why[new], word[new] = reason, told[new]

    settle(_says_not_open(kinds), "not_open", kinds)
    for stage in _LIFECYCLE:
        tag = cells.get(stage, none)
        beside = _OPEN_WORKS if stage == "construction" else _SAID_NOT
        if stage not in ("historic", "was"):
            settle(~tag.str.casefold().isin(beside), "not_open", stage + "=" + tag)
        prefixed = cells.get(f"{stage}:highway", none)
        settle(~prefixed.str.casefold().isin(_SAID_NOT) & (kinds == ""), "not_open", f"{stage}:highway=" + prefixed)
    for name in _STATUS_COLUMNS:
        state = cells.get(name, none)
        settle(_says_not_open(state), "not_open", state)
    access = cells.get("access", none).str.casefold()
    opened = pd.Series(False, index=lines.index)
    wheels, on_wheels = pd.Series(False, index=lines.index), pd.Series(False, index=lines.index)
    for name in (*_FEET, *_WHEELS):
        allowed = cells.get(name, none).str.casefold()
        opened |= allowed.isin(_GOES)
        if name in _WHEELS:
            on_wheels |= allowed.isin(_GOES)
            wheels |= allowed == "no" if name in ("vehicle", "motorvehicle") else False
    settle((access == "no") & ~opened, "not_open", "access=" + access)
    for name in _OTHER_THINGS:
        tag = cells.get(name.replace("_", ""), none)
        settle(~tag.str.casefold().isin(_SAID_NOT) & (kinds == ""), "no_way", name + "=" + tag)
    settle(kinds.map({kind: fold(kind) in _NO_WAYS for kind in kinds.unique()}).astype(bool), "no_way", kinds)
    by_kind = {kind: _speed(kind, speeds) for kind in kinds.unique()}
    own = pd.to_numeric(cells.get("speedkmh", none), errors="coerce").astype(float)
    known = kinds.map(by_kind).astype(float)
    settle(known.isna() & ~(own > 0), "unknown_class", kinds)
    speed = own.where(own > 0).fillna(known).fillna(settings.default_road_kmh)
    # closed to wheels: on foot it remains a way
    walked = (wheels | (access == "no")) & ~on_wheels
    speed = speed.where(~walked, np.minimum(speed, speeds.get("footway", settings.walk_kmh)))
    return pd.DataFrame({"speed_kmh": speed.where(~why.isin(("not_open", "no_way")), 0.0), "why": why, "word": word})


def road_warnings(lines: pd.DataFrame, settings: Travel, file: str) -> list[Fault]:
    """What of a road layer is not travelled on, and for which roads a speed is assumed."""
    if not len(lines):
        return []
    table = road_table(lines, settings)
    found = []
    for why, key in (("not_open", "roads_not_open.words"), ("no_way", "roads_no_way.words"), ("unknown_class", "road_class_unknown.words")):
        words = table.loc[table["why"] == why, "word"]
        if len(words):
            found.append(warning(file, key, n=len(words), of=len(table), words=_listed(words), kmh=settings.default_road_kmh))
    return found + _notes(lines, table, file)


def _notes(lines: pd.DataFrame, table: pd.DataFrame, file: str) -> list[Fault]:
    """Names and remarks that speak of works or plans: told, for a street may be called after a plan."""
    cells = _columns(lines)
    doubtful: list[str] = []
    for name in _NOTE_COLUMNS:
        texts = cells.get(name, pd.Series("", index=lines.index, dtype=object))[table["speed_kmh"] > 0]
        doubtful += [text for text in texts if text and _NOT_BUILT.search(fold(text))]
    return [warning(file, "roads_doubtful.words", n=len(doubtful), words=_listed(doubtful))] if doubtful else []


def _says_not_open(words: pd.Series) -> pd.Series:
    plain = {word: fold(word) for word in words.unique()}
    return words.map({word: bool(_NOT_BUILT.search(text) or _GIVEN_UP.search(text)) for word, text in plain.items()}).astype(bool)


def _listed(words: Sequence[str] | pd.Series) -> tuple[Said | str, ...]:
    counts = sorted(Counter(str(word)[:60] for word in words).items(), key=lambda item: (-item[1], item[0]))
    return first_of([said("counted.word" if word else "counted.blank", word=word, n=n) for word, n in counts], _LISTED)


def _speed(kind: str, speeds: dict[str, float]) -> float:
    """The speed of a class; NaN for one that is not known."""
    name = kind.strip()
    plain = fold(name).replace(" ", "_")
    vietnamese = next((like for like, pattern in _VIETNAMESE if pattern.fullmatch(fold(name))), "")
    for known in (name, plain, plain.removesuffix("_link"), _LIKE.get(plain.removesuffix("_link"), ""), vietnamese):
        if known in speeds:
            return speeds[known]
    return float("nan")


def _columns(lines: pd.DataFrame) -> dict[str, pd.Series]:
    """Properties as words, by name without marks, case and spaces; those that GDAL packs into ``other_tags`` beside them."""
    found: dict[str, pd.Series] = {}
    for column in lines.columns:
        name = str(column)
        key = ":".join(fold(part).replace(" ", "") for part in name.split(":"))
        if name == "geometry" or key in found or key not in _READ:
            continue
        cells = lines[column]
        found[key] = pd.Series(["" if pd.isna(cell) else str(cell).strip() for cell in cells], index=lines.index, dtype=object)
    for key, cells in ((key, found[key]) for key in ("othertags", "alltags") if key in found):
        packed = [dict(_TAGS.findall(text)) for text in cells]
        for name in sorted({tag for tags in packed for tag in tags}):
            own = ":".join(fold(part).replace(" ", "") for part in name.split(":"))
            if own != key and own in _READ:
                texts = pd.Series([tags.get(name, "") for tags in packed], index=lines.index, dtype=object)
                found[own] = texts if own not in found else found[own].where(found[own] != "", texts)
    return found
