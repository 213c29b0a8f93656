"""Today's and former communes of a province, to look up what a name or a code may mean."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches

import geopandas as gpd
import pandas as pd

from geo_planner.imports.folding import fold
from geo_planner.letters import skeleton

KINDS = {
    "xa": "xa",
    "phuong": "phuong",
    "p": "phuong",
    "x": "xa",
    "thi tran": "thi tran",
    "tt": "thi tran",
    "tx": "",
    "thi xa": "",
    "huyen": "",
    "h": "",
    "thanh pho": "",
    "tp": "",
    "quan": "",
}
_KIND = re.compile(rf"({'|'.join(sorted(KINDS, key=len, reverse=True))}) (.+)")
_VARIANTS = {"tong qua lin": "tung qua lin", "la nhi thang": "lan nhi thang"}
"""Spellings in official papers whose letters differ, not only their marks."""


def split_kind(text: str) -> tuple[str, str]:
    """The kind of unit and the folded name without it.

    Examples
    --------
    >>> split_kind("TT. Mường Tè"), split_kind("Pa Ủ")
    (('thi tran', 'muong te'), ('', 'pa u'))
    """
    folded = fold(text)
    found = _KIND.fullmatch(folded)
    kind, name = (KINDS[found.group(1)], found.group(2)) if found else ("", folded)
    return kind, _VARIANTS.get(name, name)


@dataclass(frozen=True, slots=True)
class Unit:
    """A commune of today or a former one: `today` is the code that it has now."""

    kind: str
    folded: str
    name: str
    district: str
    code: str
    today: str


class CommuneIndex:
    """Today's and former communes of a province, to look names and codes up in."""

    def __init__(self, communes: gpd.GeoDataFrame, former: pd.DataFrame | None) -> None:
        self.names = {str(code): str(name) for code, name in communes["name"].items()}
        kinds = communes["type"].astype("string").fillna("") if "type" in communes else pd.Series("", index=communes.index)
        self._new = [
            Unit(split_kind(f"{kinds[code]} x")[0], split_kind(name)[1], name, "", code, code) for code, name in self.names.items()
        ]
        rows = [] if former is None else former.astype(object).where(former.notna(), "").to_dict("records")
        self._former = [
            Unit(*split_kind(str(r["name"])), str(r["name"]), str(r["district"]), str(r["code"]), str(r["commune_code"])) for r in rows
        ]

    def new(self, text: str) -> list[Unit]:
        return _closest(self._new, text)

    def former(self, text: str, district: str = "") -> list[Unit]:
        found = _closest(self._former, text)
        if district:
            wanted = split_kind(district)[1]
            return [unit for unit in found if split_kind(unit.district)[1] == wanted]
        return found

    def former_code(self, code: str) -> list[Unit]:
        return [unit for unit in self._former if unit.code == code]

    def suggestions(self, text: str) -> list[str]:
        """Known names that a text is like."""
        known = {unit.folded: unit.name for unit in (*self._former, *self._new)}
        near = get_close_matches(split_kind(text)[1], known, n=3, cutoff=0.7)
        return [known[name] for name in near]

    def title(self, code: str) -> str:
        return f"{code} {self.names.get(code, '')}".strip()


def _closest(units: list[Unit], text: str) -> list[Unit]:
    """The units of a name: of the kind written, if any; the exact spelling before the folded one."""
    kind, folded = split_kind(text)
    found = [unit for unit in units if unit.folded == folded]
    of_kind = [unit for unit in found if unit.kind == kind] if kind else found
    found = of_kind or found
    plain = _spelt(text)
    exact = [unit for unit in found if plain.endswith(_spelt(re.sub(r"^(Xã|Phường|Thị trấn) ", "", unit.name)))]
    return exact if exact and len({unit.folded for unit in found}) == 1 and len(exact) < len(found) else found


def _spelt(name: str) -> str:
    """A name with its marks, whatever its case and the look-alikes in it."""
    return unicodedata.normalize("NFC", skeleton(name)).casefold()
