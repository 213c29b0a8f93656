"""The communes of a study area, to look up what a name or a code means and where a point lies."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import yaml
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from geo_planner.config import Layers, Scenario, load_scenario, scenarios_in
from geo_planner.crs import GEOGRAPHIC, metric_crs, stretched, utm_for
from geo_planner.errors import CrsError, Fault, GeoPlannerError, InputError, UsageError, warning
from geo_planner.files.bundled import FURTHER_SCENARIOS
from geo_planner.letters import fold, skeleton
from geo_planner.schema import FORMER_COMMUNES
from geo_planner.study_area.features import read_communes
from geo_planner.study_area.tables import read_csv, typed_table

Array = NDArray[np.float64]
KINDS = {
    "xa": "xa", "x": "xa", "phuong": "phuong", "p": "phuong", "thi tran": "thi tran", "tt": "thi tran",
    "tx": "", "thi xa": "", "huyen": "", "h": "", "thanh pho": "", "tp": "", "quan": "",
}  # fmt: skip
"""Kinds of units, as written and as compared; districts have none."""
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

    def named(self, text: str) -> list[Unit]:
        """Today's and former communes of a name."""
        return [*self.new(text), *self.former(text)]

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


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The communes of a study area.

    Attributes
    ----------
    root : Path
    communes : GeoDataFrame
        Index ``code``, EPSG:4326.
    index : CommuneIndex
        Names and codes, of today and former ones.
    crs : CRS
        Projected, for distances.
    shapes : dict of str to Polygon
        By code, in `crs`.
    province : Polygon
        All of them, in `crs`.
    scenarios : dict of str to Layers
        The layers that each scenario of the folder names.
    """

    root: Path
    communes: gpd.GeoDataFrame
    index: CommuneIndex
    crs: CRS
    shapes: dict[str | None, shapely.Geometry]
    province: shapely.Geometry
    scenarios: dict[str, Layers]

    @property
    def middle_lon(self) -> float:
        west, _, east, _ = self.communes.total_bounds
        return float(west + east) / 2

    def metric(self, lon: Array, lat: Array) -> NDArray[np.object_]:
        """Points in the projected system; a place that is none (NaN, far off the earth) is an empty point."""
        sane = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
        x, y = Transformer.from_crs(GEOGRAPHIC, self.crs, always_xy=True).transform(
            np.where(sane, lon, np.nan), np.where(sane, lat, np.nan)
        )
        fine = sane & np.isfinite(x) & np.isfinite(y)
        points = np.full(len(lon), shapely.Point(), dtype=object)
        points[fine] = shapely.points(np.asarray(x)[fine], np.asarray(y)[fine])
        return points

    def lies_right(self, lon: Array, lat: Array, codes: Iterable[str | None], reach_m: float) -> NDArray[np.bool_]:
        """Which points lie in the commune that their row names (or in the province, where it names none), give or take."""
        targets = np.array([self.shapes.get(code, self.province) for code in codes], dtype=object)
        shapely.prepare(self.province)
        return np.asarray(shapely.dwithin(self.metric(lon, lat), targets, reach_m), dtype=bool)


def load_gazetteer(root: Path) -> Gazetteer:
    """Read the communes that the scenarios of a folder name (the usual places where there is no scenario).

    Raises
    ------
    UsageError
        When `root` is no folder.
    InputError
        When the communes cannot be used: nothing could be checked against them.
    """
    if not root.is_dir():
        raise UsageError("import_no_folder", root=root)
    scenarios, crs_text = _scenarios(root)
    layers = next(iter(scenarios.values()), Layers())
    communes, faults = read_communes(root / layers.communes, layers.communes)
    if communes is None:
        raise InputError([f for f in faults if f.level == "fault"])
    former = None
    if layers.former_communes and (root / layers.former_communes).is_file():
        raw, faults = read_csv(root / layers.former_communes, layers.former_communes)
        if not faults:
            former, faults = typed_table(raw, FORMER_COMMUNES, layers.former_communes)
        wrong = [f for f in faults if f.level == "fault"]
        if wrong:
            raise InputError(wrong)
    try:
        crs = metric_crs(crs_text) if crs_text else utm_for(communes)
        if stretched(crs, communes) is not None:
            crs = utm_for(communes)
    except CrsError:
        crs = utm_for(communes)
    projected = communes.geometry.to_crs(crs)
    shapes = dict(zip(communes.index, projected, strict=True))
    return Gazetteer(root, communes, CommuneIndex(communes, former), crs, shapes, projected.union_all(), scenarios)


def _scenarios(root: Path) -> tuple[dict[str, Layers], str | None]:
    """The layers that each readable scenario names; a broken one is validate's business."""
    found: dict[str, Scenario] = {}
    for path in scenarios_in(root / "scenarios"):
        try:
            found[path.name] = load_scenario(path)
        except (GeoPlannerError, OSError, yaml.YAMLError):
            continue
    crs = next((scenario.metric_crs for scenario in found.values() if scenario.metric_crs), None)
    return {name: scenario.layers for name, scenario in found.items()}, crs


def unused_target(gazetteer: Gazetteer, layer: str, relative: str) -> list[Fault]:
    """Scenarios that read the layer from elsewhere would not see what is imported; a further one of the sample does so by design."""
    return [
        warning(f"scenarios/{name}", "other_file.rows", layer=layer, path=str(getattr(layers, layer)), target=relative)
        for name, layers in gazetteer.scenarios.items()
        if name not in FURTHER_SCENARIOS and hasattr(layers, layer) and getattr(layers, layer) not in (None, relative)
    ]
