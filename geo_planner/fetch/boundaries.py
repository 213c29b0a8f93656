"""The communes of a province from the Vietnamese Provinces Database, one file a commune, to one layer."""

from __future__ import annotations

import json
import math
import unicodedata
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry import shape

from geo_planner.crs import GEOGRAPHIC, utm_for
from geo_planner.errors import Fault, warning
from geo_planner.fetch import provinces
from geo_planner.fetch.download import Download, Service, Staged, converted, provenance
from geo_planner.fetch.errors import ContentError, NotFoundError, UnfitFileError
from geo_planner.fetch.provinces import Commune, Province
from geo_planner.files.geojson import collection_text
from geo_planner.study_area.features import read_communes
from geo_planner.study_area.terrain_reach import body

BASE_URL = "https://raw.githubusercontent.com/thanglequoc/vietnamese-provinces-database/master"
SOURCE = "Vietnamese Provinces Database (thanglequoc), after the map of the Vietnam Natural Resources, Environment and Cartography Publishing House"
LICENCE = "MIT"

COMMUNES_FILE, FORMER_FILE = "boundaries/communes.geojson", "boundaries/former_communes.csv"
TOLERANCE_M = 50.0
"""Lines are thinned by corners whose triangle is smaller than the square of this; neighbours keep sharing their line."""
MAX_AGE_DAYS = 30.0

_SNAP_M, _GAP_M = 0.5, 5.0  # upstream's six decimals part shared lines by a few centimetres
_MENDED, _MISFIT = 0.01, 0.25  # shares of a commune's area: worth a word; not these communes at all
_STRAY_KM, _APART_KM = 100.0, 30.0  # from the rest, for a commune that is no special zone: not its outline; worth a word
_SPECIAL_ZONE = "Đặc khu"
_UNKNOWN = ("population", "border", "region_class")
TYPES = ("Xã", "Phường", "Đặc khu", "Thị trấn")

_VIETNAM = (102.0, 6.0, 118.5, 23.6)  # islands included
_LEAST_KM2, _MOST_KM2 = 0.01, 10_000.0
_LONGEST_NAME = 100


def ward_path(of: Province, commune: Commune) -> str:
    """Path of a commune's file upstream."""
    return f"json/geojson/{of.code}_{of.slug}/wards/{commune.code}_{commune.slug}.geojson"


def fetch_boundaries(of: Province, into: Path, folder: Path, service: Service, *, tolerance_m: float = TOLERANCE_M) -> Staged:
    """Communes and merge table of a province, made in `folder`.

    What upstream does not know (population, border, region class) is null, unless the study area `into` already holds it
    for the same communes.

    Raises
    ------
    DownloadError
        When a file cannot be had or is not what it should be.
    """
    communes = provinces.communes_of(of.code)
    # what cannot be told of one file alone (do they fit together?) is looked at below; then the caller forgets all of them
    wanted = {c.code: partial(_get, service, service.url(BASE_URL, ward_path(of, c)), c) for c in communes}
    downloads = service.get_all(wanted, "boundaries")
    read = {c.code: converted(downloads[c.code], partial(read_commune, expected=c)) for c in communes}
    layer = _layer(read, communes)
    apart = _refuse_strays(layer, {code: d.url for code, d in downloads.items()})
    layer["geometry"], moved = simplified(layer, tolerance_m)
    former = _located(provinces.former_communes_of(of.code), layer)
    names = former.groupby("commune_code", sort=False)["name"].agg("; ".join)
    layer["former_communes"] = names.reindex(layer["code"]).to_numpy()
    layer = _keep_known(layer, into)
    (folder / "boundaries").mkdir(parents=True, exist_ok=True)
    (folder / COMMUNES_FILE).write_text(as_geojson(layer), encoding="utf-8", newline="\n")
    former.to_csv(folder / FORMER_FILE, index=False, lineterminator="\n", encoding="utf-8")
    lines = provenance(downloads.values(), source=SOURCE, licence=LICENCE, crs=GEOGRAPHIC, province=of.code, tolerance_m=tolerance_m)
    merged = {"source": provinces.source(), "licence": provinces.LICENCE, "date": lines["date"], "crs": GEOGRAPHIC, "origin": "fetch"}
    merged["province"] = of.code
    notes = (*questions(layer), *_mended(layer, moved), *apart, *_told(read, layer, communes))
    return Staged({COMMUNES_FILE: lines, FORMER_FILE: merged}, notes)


def _get(service: Service, url: str, commune: Commune) -> Download:
    try:
        return service.get(url, "json", max_age_days=MAX_AGE_DAYS, progress=None, check=partial(read_commune, expected=commune))
    except NotFoundError as error:
        raise NotFoundError("not_found.commune", code=commune.code, name=commune.name, url=url, package=provinces.PACKAGE) from error


def _refuse_strays(layer: gpd.GeoDataFrame, urls: dict[str, str]) -> list[Fault]:
    """Communes of one province lie together, special zones at sea excepted: an outline far from the others is another's."""
    shapes, crs = layer.set_index("code"), utm_for(layer)
    zones = shapes.index[shapes["type"] == _SPECIAL_ZONE]
    strays = shapes.index.difference(body(shapes, crs, _STRAY_KM).index).difference(zones)
    if len(strays):
        code, more = strays[0], len(strays) - 1
        facts: dict[str, Any] = {"code": code, "name": shapes.at[code, "name"], "km": _STRAY_KM, "url": urls[code]}
        raise ContentError("content.strays", more=more, **facts) if more else ContentError("content.stray", **facts)
    apart = shapes.index.difference(body(shapes, crs, _APART_KM).index).difference(zones)
    return [
        warning(COMMUNES_FILE, "outline_apart", row=int(shapes.index.get_loc(code)) + 1, name=shapes.at[code, "name"], km=_APART_KM)
        for code in apart
    ]


def _told(read: dict[str, CommuneFile], layer: gpd.GeoDataFrame, communes: tuple[Commune, ...]) -> list[Fault]:
    """Where a file says another thing than the index, or nothing that can be."""
    notes = []
    for row, (c, km2) in enumerate(zip(communes, layer["area_km2"], strict=True), 1):
        odd, name = read[c.code].odd_area, read[c.code].name
        if odd is not None:
            key, known = ("area_not_usable.blank", {}) if pd.isna(km2) else ("area_not_usable.published", {"km2": km2})
            notes.append(warning(COMMUNES_FILE, key, row=row, column="area_km2", value=odd, code=c.code, name=c.name, **known))
        if name is not None and provinces.slug_of(name) != c.slug:
            notes.append(
                warning(COMMUNES_FILE, "renamed_commune", row=row, column="name", value=name, code=c.code, theirs=name, ours=c.name)
            )
    return notes


def questions(layer: pd.DataFrame) -> tuple[Fault, ...]:
    """What nobody has said of the communes yet: to be asked, never assumed."""
    blank = {name: int(layer[name].isna().sum()) for name in _UNKNOWN}
    if blank["region_class"] < len(layer):  # where some have a class, a blank means that the commune has none
        blank["region_class"] = 0
    return tuple(warning(COMMUNES_FILE, f"not_known.{name}", column=name, n=n) for name, n in blank.items() if n)


def _mended(layer: gpd.GeoDataFrame, moved: npt.NDArray[np.float64]) -> list[Fault]:
    return [
        warning(COMMUNES_FILE, "outline_mended", row=row, name=name, share=float(share))
        for row, (name, share) in enumerate(zip(layer["name"], moved, strict=True), 1)
        if share > _MENDED
    ]


def simplified(layer: gpd.GeoDataFrame, tolerance_m: float) -> tuple[gpd.GeoSeries, npt.NDArray[np.float64]]:
    """The outlines as an exact coverage (shared lines the same, no overlap), thinned to a tolerance, in degrees to six decimals.

    Returns
    -------
    outlines : GeoSeries
        Same index, EPSG:4326.
    moved : ndarray of float
        By how much of its area each outline had to change to fit its neighbours.

    Raises
    ------
    ContentError
        When the outlines overlap so much that no coverage can be made of them.
    """
    metric = layer.geometry.to_crs(utm_for(layer))
    try:
        return _fitted(layer, metric, tolerance_m)
    except (TypeError, ValueError, shapely.errors.ShapelyError) as error:  # what GEOS makes of the outlines is no longer an area
        raise ContentError("content.misfit") from error


def _fitted(layer: gpd.GeoDataFrame, metric: gpd.GeoSeries, tolerance_m: float) -> tuple[gpd.GeoSeries, npt.NDArray[np.float64]]:
    clean = shapely.coverage_clean(metric.to_numpy(), snapping_distance=_SNAP_M, gap_width=_GAP_M)  # type: ignore[attr-defined]  # the stubs are older
    moved = np.abs(shapely.area(clean) - shapely.area(metric.to_numpy())) / shapely.area(metric.to_numpy())
    thin = shapely.coverage_simplify(clean, tolerance_m) if tolerance_m > 0 else clean
    degrees = gpd.GeoSeries(thin, crs=metric.crs).to_crs(GEOGRAPHIC).to_numpy()
    rounded = _rounded(degrees)
    if not shapely.is_valid(rounded).all():  # rounding may let a needle touch itself
        rounded = _rounded(shapely.coverage_clean(rounded))  # type: ignore[attr-defined]
    if (
        not moved.max() <= _MISFIT
        or shapely.is_empty(rounded).any()
        or not shapely.is_valid(rounded).all()
        or not shapely.coverage_is_valid(rounded)
    ):
        raise ContentError("content.worst_misfit", name=layer["name"].iloc[int(moved.argmax())])
    return gpd.GeoSeries(rounded, index=layer.index, crs=GEOGRAPHIC), moved


def _rounded(shapes: Any) -> Any:
    return shapely.transform(shapes, lambda points: np.round(points, 6))


def as_geojson(layer: gpd.GeoDataFrame) -> str:
    """GeoJSON with one line a feature and nulls kept."""
    records = layer.drop(columns="geometry").astype(object).to_dict("records")
    return collection_text(
        "communes",
        (
            {
                "type": "Feature",
                "properties": {key: None if pd.isna(value) else _plain(value) for key, value in record.items()},
                "geometry": shapely.geometry.mapping(outline),
            }
            for record, outline in zip(records, layer.geometry, strict=True)
        ),
        with_crs=True,
    )


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _layer(read: dict[str, CommuneFile], communes: tuple[Commune, ...]) -> gpd.GeoDataFrame:
    """The communes with the source's own titles and areas; the index of communes where the source says nothing."""
    rows = [
        {
            "code": c.code,
            "name": read[c.code].name or c.name,
            "type": read[c.code].type or c.type,
            "area_km2": c.area_km2 if read[c.code].area_km2 is None else read[c.code].area_km2,
            **dict.fromkeys(_UNKNOWN),
        }
        for c in communes
    ]
    table = pd.DataFrame(rows).astype(dict.fromkeys(_UNKNOWN, object))
    return gpd.GeoDataFrame(table, geometry=[read[c.code].outline for c in communes], crs=GEOGRAPHIC)


def _located(former: pd.DataFrame, layer: gpd.GeoDataFrame) -> pd.DataFrame:
    """`located_in`: the commune of today that the position falls into."""
    points = gpd.GeoDataFrame(former[["code"]], geometry=gpd.points_from_xy(former["lon"], former["lat"]), crs=GEOGRAPHIC)
    inside = points.sjoin(layer[["code", "geometry"]], predicate="within", how="left", rsuffix="today")
    return former.assign(located_in=inside[~inside.index.duplicated()]["code_today"])


def _keep_known(layer: gpd.GeoDataFrame, into: Path) -> gpd.GeoDataFrame:
    """Carry over what the user has filled in for the same communes."""
    before, _ = read_communes(into / COMMUNES_FILE, COMMUNES_FILE)
    if before is None:
        return layer
    kept = layer.copy()
    for name in _UNKNOWN:
        known = before[name].reindex(layer["code"]).astype(object).set_axis(layer.index)
        # words rather than true and null side by side, which readers of GeoJSON make numbers of
        kept[name] = known.map(
            lambda value: None if pd.isna(value) else {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
        ).astype(object)
    return kept


@dataclass(frozen=True, slots=True)
class CommuneFile:
    """What a file says of its commune.

    Attributes
    ----------
    code : str
    name, type : str or None
        From ``fullName``; None where the file does not say.
    area_km2 : float or None
        As published; None where the file has none that can be.
    odd_area : str or None
        What it has in place of an area.
    outline : Polygon or MultiPolygon
        Degrees, valid, without heights.
    """

    code: str
    name: str | None
    type: str | None
    area_km2: float | None
    odd_area: str | None
    outline: Any


def read_commune(path: Path, expected: Commune) -> CommuneFile:
    """The one commune of a file.

    Raises
    ------
    UnfitFileError
        When the file is not the GeoJSON of the expected commune, or its outline is none.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        (feature,) = document["features"]
        properties = dict(feature["properties"])
        code = str(properties["code"])
        with np.errstate(invalid="ignore"):  # corners that are no numbers are told below
            drawn = shape(feature["geometry"])
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, shapely.errors.ShapelyError) as error:
        raise UnfitFileError("unfit.not_one_commune") from error
    if code != expected.code:
        raise UnfitFileError("unfit.another_commune", code=code[:20], expected=expected.code)
    name, kind = _title(properties.get("fullName"))
    area_km2, odd_area = _area(properties.get("areaKm2"))
    return CommuneFile(code, name, kind, area_km2, odd_area, _outline(drawn, expected))


def _outline(drawn: Any, of: Commune) -> Any:
    what = {"code": of.code, "name": of.name}
    if drawn.geom_type not in ("Polygon", "MultiPolygon") or drawn.is_empty:
        raise UnfitFileError("unfit.commune_without_area", **what)
    if not np.isfinite(shapely.get_coordinates(drawn)).all():
        raise UnfitFileError("unfit.corners", **what)
    west, south, east, north = drawn.bounds
    if not (_VIETNAM[0] <= west <= east <= _VIETNAM[2] and _VIETNAM[1] <= south <= north <= _VIETNAM[3]):
        raise UnfitFileError("unfit.outside_vietnam", **what)
    flat = shapely.force_2d(drawn)
    valid = [part for part in shapely.get_parts(shapely.get_parts(shapely.make_valid(flat))) if part.geom_type == "Polygon"]
    outline = shapely.MultiPolygon(valid)
    km2 = 111.2**2 * math.cos(math.radians((south + north) / 2))
    if outline.area * km2 < _LEAST_KM2:
        raise UnfitFileError("unfit.outline_without_area", **what)
    if abs(flat.area - outline.area) > _MISFIT * outline.area:
        raise UnfitFileError("unfit.crossing", **what)
    return outline


def _title(full_name: object) -> tuple[str | None, str | None]:
    """Name and type out of ``Phường Đoàn Kết``."""
    if not isinstance(full_name, str) or len(full_name) > _LONGEST_NAME:
        return None, None
    text = " ".join(unicodedata.normalize("NFC", full_name).split())
    if not text.isprintable():
        return None, None
    for kind in TYPES:
        if text.casefold().startswith(f"{kind.casefold()} "):
            return text[len(kind) + 1 :], kind
    return None, None


def _area(value: object) -> tuple[float | None, str | None]:
    """A published area, or what stands in its place."""
    if value is None:
        return None, None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnfitFileError("unfit.area_no_number")
    try:
        area_km2 = float(value)
    except OverflowError:
        area_km2 = math.inf
    return (area_km2, None) if 0 < area_km2 <= _MOST_KM2 else (None, f"{area_km2:g}")
