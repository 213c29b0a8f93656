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

from geo_planner.crs import GEOGRAPHIC, utm_for
from geo_planner.errors import Fault, warning
from geo_planner.fetch import provinces
from geo_planner.fetch.commune_files import CommuneFile, read_commune
from geo_planner.fetch.download import Download
from geo_planner.fetch.errors import ContentError, NotFoundError
from geo_planner.fetch.kept import converted
from geo_planner.fetch.provinces import Commune, Province
from geo_planner.fetch.service import Service, Staged, provenance
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
    merged = {
        "source": provinces.source(),
        "licence": provinces.LICENCE,
        "date": lines["date"],
        "crs": GEOGRAPHIC,
        "origin": "fetch",
        "province": of.code,
    }
    return Staged(
        {COMMUNES_FILE: lines, FORMER_FILE: merged}, (*questions(layer), *_mended(layer, moved), *apart, *_told(read, layer, communes))
    )


def _get(service: Service, url: str, commune: Commune) -> Download:
    check = partial(_check, commune=commune)
    try:
        return service.get(url, "json", max_age_days=MAX_AGE_DAYS, progress=None, check=check)
    except NotFoundError as error:
        raise NotFoundError("not_found.commune", code=commune.code, name=commune.name, url=url, package=provinces.PACKAGE) from error


def _check(path: Path, commune: Commune) -> None:
    read_commune(path, commune)


def _refuse_strays(layer: gpd.GeoDataFrame, urls: dict[str, str]) -> list[Fault]:
    """Communes of one province lie together, special zones at sea excepted: an outline far from the others is another's."""
    shapes, crs = layer.set_index("code"), utm_for(layer)
    zones = shapes.index[shapes["type"] == _SPECIAL_ZONE]
    strays = shapes.index.difference(body(shapes, crs, _STRAY_KM).index).difference(zones)
    if len(strays):
        code, more = strays[0], len(strays) - 1
        facts: dict[str, Any] = {"code": code, "name": shapes.at[code, "name"], "km": _STRAY_KM, "url": urls[code]}
        raise ContentError("content.strays", more=more, **facts) if more else ContentError("content.stray", **facts)
    return [
        warning(
            COMMUNES_FILE,
            "outline_apart",
            row=int(shapes.index.get_loc(code)) + 1,
            name=shapes.at[code, "name"],
            km=_APART_KM,
        )
        for code in shapes.index.difference(body(shapes, crs, _APART_KM).index).difference(zones)
    ]


def _told(read: dict[str, CommuneFile], layer: gpd.GeoDataFrame, communes: tuple[Commune, ...]) -> list[Fault]:
    """Where a file says another thing than the index, or nothing that can be."""
    notes = []
    for row, c in enumerate(communes, 1):
        known = layer["area_km2"].iloc[row - 1]
        if read[c.code].odd_area is not None:
            instead = "blank" if pd.isna(known) else "published"
            notes.append(
                warning(
                    COMMUNES_FILE,
                    f"area_not_usable.{instead}",
                    row=row,
                    column="area_km2",
                    value=read[c.code].odd_area,
                    code=c.code,
                    name=c.name,
                    **({} if pd.isna(known) else {"km2": known}),
                )
            )
        name = read[c.code].name
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


def _layer(read: dict[str, CommuneFile], communes: tuple[Commune, ...]) -> gpd.GeoDataFrame:
    """The communes with the source's own titles and areas; the index of communes where the source says nothing."""
    rows = [
        {
            "code": c.code,
            "name": read[c.code].name or c.name,
            "type": read[c.code].type or c.type,
            "area_km2": c.area_km2 if read[c.code].area_km2 is None else read[c.code].area_km2,
            "population": None,
            "border": None,
            "region_class": None,
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
