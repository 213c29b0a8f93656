"""The 34 provinces since 1 July 2025, their communes, and where the former communes went.

The tables come with the package ``vietnamadminunits`` (MIT): its database and its merge table are read, its parser is not used.
"""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
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
    """One province by its code, or by its name in any spelling.

    Raises
    ------
    UsageError
        With the list of codes when there is none of that code or name.
    """
    for found in provinces():
        if code.strip() == found.code or slug_of(code) in (found.slug, slug_of(found.full_name)):
            return found
    listed = ", ".join(f"{p.code} {p.name}" for p in provinces())
    raise UsageError(f"There is no province {code!r} since 1 July 2025. Use one of: {listed}.")


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
        raise UsageError(f"The index of provinces is missing. Install it with: pip install {PACKAGE}.")
    return Path(next(iter(spec.submodule_search_locations))) / "data"


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
