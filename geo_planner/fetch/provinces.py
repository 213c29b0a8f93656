"""The 34 provinces since 1 July 2025, their communes, and where the former communes went.

The tables come with the package ``vietnamadminunits`` (MIT): its database and its merge table are read, its parser is not used.
"""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

from geo_planner.errors import UsageError

PACKAGE = "vietnamadminunits"
LICENCE = "MIT"


@dataclass(frozen=True, slots=True)
class Province:
    """A province: two-digit code, short name (``Lai Châu``), full name (``Tỉnh Lai Châu``), slug (``lai_chau``)."""

    code: str
    name: str
    full_name: str
    slug: str


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of today: five-digit code, short name, type (Xã, Phường, Đặc khu), published area where known, slug."""

    code: str
    name: str
    type: str
    area_km2: float | None
    slug: str


def source() -> str:
    """How the tables are cited."""
    return f"{PACKAGE} {version(PACKAGE)} (PyPI)"


def slug_of(name: str) -> str:
    """Name without marks, lower case, words joined by underscores; apostrophes vanish.

    >>> slug_of("Văn Miếu - Quốc Tử Giám"), slug_of("Ea H'Leo"), slug_of("Đoàn Kết")
    ('van_mieu_quoc_tu_giam', 'ea_hleo', 'doan_ket')
    """
    plain = unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d"))
    letters = "".join(c for c in plain.lower() if not unicodedata.combining(c) and c not in "'’")
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")


@cache
def provinces() -> tuple[Province, ...]:
    """All provinces by code."""
    with _database() as connection:
        rows = connection.execute("SELECT DISTINCT provinceCode, provinceShort, province FROM admin_units ORDER BY provinceCode").fetchall()
    return tuple(Province(code, _nfc(name), _nfc(full), slug_of(name)) for code, name, full in rows)


def province(code: str) -> Province:
    """One province by its code (with or without its zeros), or by its name in any spelling, with or without its rank.

    Raises
    ------
    UsageError
        With the list of codes when there is none of that code or name; for a name of before 1 July 2025, with where it went.
    """
    words = unicodedata.normalize("NFKC", code).strip()
    known = {p.code: p for p in provinces()}
    if words.isascii() and words.isdecimal() and len(words) <= 4 and (number := words.lstrip("0").zfill(2)) in known:
        return known[number]
    asked = _bare(words)
    for found in provinces():
        if asked and asked in (_bare(found.name), *_ALIASES.get(found.code, ())):
            return found
    for former, today in _former_provinces():
        if asked and asked == _bare(former):
            raise UsageError("former_province", former=former, into=_listed(today), code=today[0].code)
    raise UsageError("no_such_province", given=code, known=_listed(provinces()))


def _listed(some: Iterable[Province]) -> tuple[str, ...]:
    return tuple(f"{p.code} {p.name}" for p in some)


_ALIASES = {"79": ("hcm", "hcmc", "tphcm", "saigon")}
_RANK = re.compile(r"^(?:tinh|thanh_pho|tp|t)_|_(?:province|city)$")


def _bare(name: str) -> str:
    """A name without marks, spaces and rank, for comparing spellings.

    >>> {_bare(name) for name in ("TP. Hồ Chí Minh", "Ho Chi Minh City", "hochiminh", "Thành phố Hồ Chí Minh")}
    {'hochiminh'}
    """
    slug = slug_of(name)
    while (shorter := _RANK.sub("", slug)) != slug:
        slug = shorter
    return slug.replace("_", "")


@cache
def _former_provinces() -> tuple[tuple[str, tuple[Province, ...]], ...]:
    """The provinces of before 1 July 2025 that are none any more, and those of today that took them in."""
    with _database() as connection:
        today = dict(connection.execute("SELECT DISTINCT provinceKey, provinceCode FROM admin_units").fetchall())
        before = connection.execute("SELECT DISTINCT provinceKey, provinceShort FROM admin_units_legacy ORDER BY provinceCode").fetchall()
    known = {p.code: p for p in provinces()}
    names = {_bare(p.name) for p in provinces()}
    went: dict[str, list[Province]] = defaultdict(list)
    for key, parts in _merge_table()["DICT_PROVINCE"].items():
        for part in parts:
            went[part].append(known[today[key]])
    gone = [(_nfc(short), tuple(went[key])) for key, short in before if went[key] and _bare(short) not in names]
    hue = tuple(p for p in provinces() if p.code == "46")
    return (*gone, *((old, hue) for old in ("Thừa Thiên Huế", "Thừa Thiên - Huế")))  # took its present name half a year before


@cache
def communes_of(province_code: str) -> tuple[Commune, ...]:
    """The communes of a province by code."""
    with _database() as connection:
        rows = connection.execute(
            "SELECT wardCode, wardShort, wardType, wardAreaKm2 FROM admin_units WHERE provinceCode = ? ORDER BY wardCode", (province_code,)
        ).fetchall()
    return tuple(Commune(code, _nfc(name), _nfc(kind), area, slug_of(name)) for code, name, kind, area in rows)


def former_communes_of(province_code: str) -> pd.DataFrame:
    """Where each former commune of today's province went.

    Codes were reused: a former code may belong to another commune today, so join by this table and never by code alone.

    Returns
    -------
    DataFrame
        Columns of ``schema.FORMER_COMMUNES``; heights and ``located_in`` unknown (NA); ``also_in`` lists further communes
        of today, by semicolons, where a former one was divided (``commune_code`` is the one that took most of it).
        Sorted by code. Positions are geocoded and can be kilometres off.
    """
    went = _mergers(province_code)
    with _database() as connection:
        rows = connection.execute(
            "SELECT provinceKey || '_' || districtKey || '_' || coalesce(wardKey, ''), wardCode, districtCode, ward, district, wardLat, wardLon, districtLat, districtLon FROM admin_units_legacy"
        ).fetchall()
    table = []
    for key, code, district_code, name, district, lat, lon, district_lat, district_lon in rows:
        if key in went:  # island districts had no communes: the district itself counts as one
            today = went[key]
            lat, lon = (lat, lon) if name else (district_lat, district_lon)
            table.append(
                (code or district_code, _nfc(name or district), _nfc(district), lat, lon, pd.NA, pd.NA, today[0], "; ".join(today[1:]))
            )
    columns = ["code", "name", "district", "lat", "lon", "elevation_m", "located_in", "commune_code", "also_in"]
    return pd.DataFrame(table, columns=columns).sort_values("code", ignore_index=True)


def _mergers(province_code: str) -> dict[str, list[str]]:
    """Former commune (key) to the codes of today's communes, the main one first."""
    with _database() as connection:
        rows = connection.execute(
            "SELECT provinceKey, wardKey, wardCode FROM admin_units WHERE provinceCode = ?", (province_code,)
        ).fetchall()
    codes = {ward: code for _, ward, code in rows}
    key = rows[0][0]
    merged = _merge_table()
    went: dict[str, list[str]] = defaultdict(list)
    for ward, former in merged["DICT_PROVINCE_WARD_NO_DIVIDED"].get(key, {}).items():
        for each in former:
            went[each].append(codes[ward])
    for each, parts in merged["DICT_PROVINCE_WARD_DIVIDED"].get(key, {}).items():
        main_first = sorted(parts, key=lambda part: not part["isDefaultNewWard"])
        went[each] += [codes[part["newWardKey"]] for part in main_first]
    return dict(went)


@cache
def _merge_table() -> dict[str, Any]:
    return dict(json.loads((_folder() / "converter_2025.json").read_text(encoding="utf-8")))


@contextmanager
def _database() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{(_folder() / 'dataset.db').resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        yield connection


def _folder() -> Path:
    # looked up, not imported: importing the package loads its parser, a geocoder among it
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise UsageError("no_index_of_provinces", package=PACKAGE)
    return Path(next(iter(spec.submodule_search_locations))) / "data"


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
