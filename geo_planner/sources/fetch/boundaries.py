"""The communes of a province from the Vietnamese Provinces Database, one file a commune, to one layer."""

from __future__ import annotations

import json
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
from geo_planner.errors import Fault
from geo_planner.sources.features import read_communes
from geo_planner.sources.fetch import provinces
from geo_planner.sources.fetch.errors import ContentError
from geo_planner.sources.fetch.provinces import Commune, Province
from geo_planner.sources.fetch.service import Service, Staged, provenance

BASE_URL = "https://raw.githubusercontent.com/thanglequoc/vietnamese-provinces-database/master"
SOURCE = "Vietnamese Provinces Database (thanglequoc), after the map of the Vietnam Natural Resources, Environment and Cartography Publishing House"
LICENCE = "MIT"

COMMUNES_FILE, FORMER_FILE = "boundaries/communes.geojson", "boundaries/former_communes.csv"
TOLERANCE_M = 50.0
"""Lines are thinned by corners whose triangle is smaller than the square of this; neighbours keep sharing their line."""
MAX_AGE_DAYS = 30.0

_SNAP_M, _GAP_M = 0.5, 5.0  # upstream's six decimals part shared lines by a few centimetres
_MENDED, _MISFIT = 0.01, 0.25  # shares of a commune's area: worth a word; not these communes at all
_VIETNAM = (102.0, 6.0, 118.5, 23.6)  # islands included
_UNKNOWN = ("population", "border", "region_class")


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
    wanted = {
        c.code: partial(
            service.get,
            service.url(BASE_URL, ward_path(of, c)),
            "json",
            max_age_days=MAX_AGE_DAYS,
            progress=None,
            check=partial(_check, commune=c),
        )
        for c in communes
    }
    downloads = service.get_all(wanted, "boundaries")
    layer = _layer({code: _feature(d.path) for code, d in downloads.items()}, communes)
    layer["geometry"], moved = simplified(layer, tolerance_m)
    former = _located(provinces.former_communes_of(of.code), layer)
    names = former.groupby("commune_code", sort=False)["name"].agg("; ".join)
    layer["former_communes"] = names.reindex(layer["code"]).to_numpy()
    layer = _keep_known(layer, into)
    (folder / "boundaries").mkdir(parents=True, exist_ok=True)
    (folder / COMMUNES_FILE).write_text(as_geojson(layer), encoding="utf-8", newline="\n")
    former.to_csv(folder / FORMER_FILE, index=False, lineterminator="\n", encoding="utf-8")
    lines = provenance(downloads.values(), source=SOURCE, licence=LICENCE, crs=GEOGRAPHIC, province=of.code, tolerance_m=tolerance_m)
    merged = {
        "source": provinces.source(),
        "licence": provinces.LICENCE,
        "date": lines["date"],
        "crs": GEOGRAPHIC,
        "origin": "fetch",
        "province": of.code,
    }
    return Staged({COMMUNES_FILE: lines, FORMER_FILE: merged}, (*questions(layer), *_mended(layer, moved)))


def questions(layer: pd.DataFrame) -> tuple[Fault, ...]:
    """What nobody has said of the communes yet: to be asked, never assumed."""
    asked = {
        "population": "the population of {n} communes is not known",
        "border": "whether {n} communes are border communes is not known",
        "region_class": "the region class (khu vực I, II, III) of {n} communes is not known",
    }
    remedy = "Fill it in from the province's own figures; until then it is listed as missing and never assumed."
    blank = {name: int(layer[name].isna().sum()) for name in asked}
    if blank["region_class"] < len(layer):  # where some have a class, a blank means that the commune has none
        blank["region_class"] = 0
    return tuple(
        Fault(COMMUNES_FILE, text.format(n=blank[name]), remedy, column=name, level="warning", code="not_known")
        for name, text in asked.items()
        if blank[name]
    )


def _mended(layer: gpd.GeoDataFrame, moved: npt.NDArray[np.float64]) -> list[Fault]:
    return [
        Fault(
            COMMUNES_FILE,
            f"the outline of {name} overlaps its neighbours in the source: its area was changed by {share:.0%}",
            "Check its line on the map.",
            row=row,
            level="warning",
            code="outline_mended",
        )
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
    clean = shapely.coverage_clean(metric.to_numpy(), snapping_distance=_SNAP_M, gap_width=_GAP_M)  # type: ignore[attr-defined]  # the stubs are older
    moved = np.abs(shapely.area(clean) - shapely.area(metric.to_numpy())) / shapely.area(metric.to_numpy())
    thin = shapely.coverage_simplify(clean, tolerance_m) if tolerance_m > 0 else clean
    degrees = gpd.GeoSeries(thin, crs=metric.crs).to_crs(GEOGRAPHIC).to_numpy()
    rounded = _rounded(degrees)
    if not shapely.is_valid(rounded).all():  # rounding may let a needle touch itself
        rounded = _rounded(shapely.coverage_clean(rounded))  # type: ignore[attr-defined]
    if moved.max() > _MISFIT or not shapely.is_valid(rounded).all() or not shapely.coverage_is_valid(rounded):
        worst = layer["name"].iloc[int(moved.argmax())]
        raise ContentError(
            f"The commune outlines do not fit together (worst: {worst}). Try again later, or name another server with --base-url."
        )
    return gpd.GeoSeries(rounded, index=layer.index, crs=GEOGRAPHIC), moved


def _rounded(shapes: Any) -> Any:
    return shapely.transform(shapes, lambda points: np.round(points, 6))


def as_geojson(layer: gpd.GeoDataFrame) -> str:
    """GeoJSON with one line a feature and nulls kept: the same bytes for the same layer."""
    lines = []
    for record, outline in zip(layer.drop(columns="geometry").astype(object).to_dict("records"), layer.geometry, strict=True):
        properties = {key: None if pd.isna(value) else value for key, value in record.items()}
        feature = {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(outline)}
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain))
    head = '{"type":"FeatureCollection","name":"communes","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},"features":['
    return head + "\n" + ",\n".join(lines) + "\n]}\n"


def _plain(value: Any) -> Any:
    return value.item()  # numpy scalars


def _feature(path: Path) -> dict[str, Any]:
    """The one feature of an upstream file.

    Raises
    ------
    ValueError
        When the file is not such a file.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        (feature,) = document["features"]
        outline = shape(feature["geometry"])
        code = str(feature["properties"]["code"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, shapely.errors.ShapelyError) as error:
        raise ValueError("it is not the GeoJSON of one commune, or was cut short") from error
    return {"code": code, "area_km2": feature["properties"].get("areaKm2"), "geometry": outline}


def _check(path: Path, commune: Commune) -> None:
    feature = _feature(path)
    if feature["code"] != commune.code:
        raise ValueError(f"it is of commune {feature['code']}, not {commune.code}")
    outline = feature["geometry"]
    if outline.geom_type not in ("Polygon", "MultiPolygon") or outline.is_empty:
        raise ValueError(f"commune {commune.code} has no area in it")
    west, south, east, north = outline.bounds
    if not (_VIETNAM[0] <= west <= east <= _VIETNAM[2] and _VIETNAM[1] <= south <= north <= _VIETNAM[3]):
        raise ValueError(f"commune {commune.code} lies outside Vietnam in it")


def _layer(features: dict[str, dict[str, Any]], communes: tuple[Commune, ...]) -> gpd.GeoDataFrame:
    rows = []
    for c in communes:
        area = features[c.code]["area_km2"]
        rows.append(
            {
                "code": c.code,
                "name": c.name,
                "type": c.type,
                "area_km2": c.area_km2 if area is None else float(area),
                "population": None,
                "border": None,
                "region_class": None,
            }
        )
    outlines = shapely.make_valid([features[c.code]["geometry"] for c in communes])
    return gpd.GeoDataFrame(pd.DataFrame(rows).astype(dict.fromkeys(_UNKNOWN, object)), geometry=outlines, crs=GEOGRAPHIC)


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
