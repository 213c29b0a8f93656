"""What every map of the pack stands on: relief, coverage, boundaries, ways and masts in VN-2000, made once a plan."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from scipy.ndimage import map_coordinates

from geo_planner.documents.village_facts import MERIDIAN_DEG, positions
from geo_planner.export.palette import AREA_SHARE_CLASSES, BUILD_INK, GROUND, UNKNOWN_SURFACE, SurfaceClass, opaque, probability_classes
from geo_planner.grid import Grid
from geo_planner.imports.places.vn2000 import MERIDIANS, from_wgs84, tm3_projection, to_wgs84
from geo_planner.plan import Plan
from geo_planner.terrain import Dem, hillshade
from geo_planner.units import FloatArray, FloatGrid

Picture = npt.NDArray[np.uint8]

GRID_CODE = MERIDIANS[MERIDIAN_DEG]
STRIPES_PX, STRIPE_PX = 7, 3
_KNOT_PX = 32
"""Positions are worked out at every so many pixels and are linear between them: over 10 km a projection bends by centimetres."""
_STEPS = 14
"""Tones of the relief: few enough for small files, more than the eye tells apart."""
_FLAT = 1.0 + 254.0 * np.sin(np.radians(45.0))
_DARKEST = 0.6
STRIPE_SAND = "#aa8c3c"
COVERED_PALE = AREA_SHARE_CLASSES[1].colour
_VEIL = 0.6
"""How far the land outside the province goes to white."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The rectangle of a map on the ground.

    Attributes
    ----------
    west, south, east, north : float
        VN-2000, metres.
    """

    west: float
    south: float
    east: float
    north: float

    def holds(self, xy: FloatArray) -> npt.NDArray[np.bool_]:
        """Which of some points, shape (n, 2), lie in it."""
        east, north = xy[:, 0], xy[:, 1]
        return (east >= self.west) & (east <= self.east) & (north >= self.south) & (north <= self.north)


@dataclass(frozen=True, slots=True)
class Ground:
    """The plan's ground in VN-2000.

    Attributes
    ----------
    dem : Dem
        In its own system.
    before, after : ndarray
        Coverage probability on the grid of `dem`; `after` None without a build plan or where nothing is chosen.
    classes : tuple of SurfaceClass
        Of the probability.
    least : float
        From which a place counts as covered.
    communes : ndarray of shapely geometries
    commune_names : tuple of str
        With their type.
    roads, rivers : ndarray of shapely geometries
        Empty where there is no such layer.
    masts : dict of str to (float, float)
        Those on air, by ``site_id``.
    places : dict of str to (float, float)
        The ends of the proposed links, by ``place_id``.
    """

    dem: Dem
    before: FloatGrid
    after: FloatGrid | None
    classes: tuple[SurfaceClass, ...]
    least: float
    communes: npt.NDArray[np.object_]
    commune_names: tuple[str, ...]
    province: shapely.Geometry
    roads: npt.NDArray[np.object_]
    rivers: npt.NDArray[np.object_]
    masts: dict[str, tuple[float, float]]
    places: dict[str, tuple[float, float]]


def ground_of(plan: Plan) -> Ground:
    """The ground of a plan; the costly part of its maps that they share."""
    communes = plan.communes
    shapes = in_vn2000(communes.geometry.to_numpy())
    masts = plan.sites[plan.sites["in_service"]]
    masts = masts[~masts.index.get_level_values("site_id").duplicated()]
    built = plan.build is not None and not plan.build.results.sites.empty
    return Ground(
        dem=plan.terrain, before=plan.coverage.probability, after=plan.build.after.coverage.probability if plan.build is not None and built else None,
        classes=probability_classes(plan.scenario.service), least=plan.scenario.service.min_probability, communes=shapes,
        commune_names=tuple(str(name) for name in communes["name"]), province=shapely.union_all(shapely.make_valid(shapes)),
        roads=_lines(plan.study_area.roads), rivers=_lines(plan.study_area.rivers),
        masts={
            str(site): (float(x), float(y))
            for site, (x, y) in zip(masts.index.get_level_values("site_id"), shapely.get_coordinates(in_vn2000(masts.geometry.to_numpy())), strict=True)
        },
        places=_places(plan),
    )  # fmt: skip


def _places(plan: Plan) -> dict[str, tuple[float, float]]:
    if plan.build is None:
        return {}
    links = plan.build.results.links
    ids = sorted({str(place) for place in (*links["place_a"], *links["place_b"])})
    table = plan.build.places.loc[ids]
    found = positions(table["lon"], table["lat"])
    return {ident: (place.east_m, place.north_m) for ident, place in zip(ids, found, strict=True)}


def in_vn2000(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Geometries in WGS 84 degrees to VN-2000 metres, east before north."""
    projection = tm3_projection(MERIDIAN_DEG)
    return np.asarray(shapely.transform(shapes, lambda xy: np.column_stack(from_wgs84(projection, xy[:, 0], xy[:, 1]))), dtype=object)


def _lines(layer: gpd.GeoDataFrame | None) -> npt.NDArray[np.object_]:
    if layer is None or not len(layer):
        return np.empty(0, dtype=object)
    return in_vn2000(layer.geometry.to_crs(4326).to_numpy())


@dataclass(frozen=True, slots=True)
class Base:
    """The picture below a map, before a surface is laid on it.

    Attributes
    ----------
    tone : ndarray of uint8, (rows, columns)
        How light the relief leaves the ground, in steps.
    inside : ndarray of bool
        The province.
    rows, columns : ndarray
        Where each pixel lies on the grid of the terrain, fractions counted from the corner of the first cell.
    """

    tone: npt.NDArray[np.uint8]
    inside: npt.NDArray[np.bool_]
    rows: FloatArray
    columns: FloatArray


def base_of(ground: Ground, frame: Frame, shape: tuple[int, int]) -> Base:
    """Relief and positions of a picture of `shape` pixels over a frame."""
    cell_m = (frame.east - frame.west) / shape[1]
    grid = Grid.north_up(frame.west, frame.north, cell_m, shape, CRS.from_epsg(GRID_CODE))
    rows, columns = _positions(ground.dem, grid)
    inside = np.asarray(grid.labels(gpd.GeoSeries([ground.province])) > 0)
    if ground.dem.is_missing:
        return Base(np.full(shape, _STEPS, dtype=np.uint8), inside, rows, columns)
    heights = _heights(ground.dem, rows, columns, smooth=cell_m < 0.75 * ground.dem.cell_m)
    light = hillshade(replace(ground.dem, heights_m=heights, grid=grid)).astype(float)
    tone = np.where(light > 0, light / _FLAT, 1.0)
    # shadows alone, and softened: a class has the colour of its swatch wherever no shadow falls, and names lie on top
    tone = np.clip(1.0 + 0.65 * (tone - 1.0), _DARKEST, 1.0)
    return Base(np.floor(tone * _STEPS + 0.5).astype(np.uint8), inside, rows, columns)


def _positions(dem: Dem, grid: Grid) -> tuple[FloatArray, FloatArray]:
    """Where the pixels of a grid in VN-2000 lie on that of the terrain."""
    height, width = grid.shape
    knots_y, knots_x = (np.append(np.arange(0, size, _KNOT_PX), size).astype(float) for size in (height, width))
    x, y = grid.transform @ tuple(np.meshgrid(knots_x, knots_y))
    lon, lat = to_wgs84(tm3_projection(MERIDIAN_DEG), x.ravel(), y.ravel())
    there = Transformer.from_crs(4326, dem.crs, always_xy=True).transform(lon, lat)
    found = (np.asarray(part).reshape(x.shape) for part in dem.grid.position(np.asarray(there[0]), np.asarray(there[1])))
    rows, columns = (_between(part, knots_y, knots_x, grid.shape) for part in found)
    return rows, columns


def _between(values: FloatArray, knots_y: FloatArray, knots_x: FloatArray, shape: tuple[int, int]) -> FloatArray:
    """Linear between knots, at the centres of pixels."""
    at_x, at_y = np.arange(shape[1]) + 0.5, np.arange(shape[0]) + 0.5
    across = np.array([np.interp(at_x, knots_x, line) for line in values])
    upper = np.clip(np.searchsorted(knots_y, at_y, side="right") - 1, 0, len(knots_y) - 2)
    share = ((at_y - knots_y[upper]) / (knots_y[upper + 1] - knots_y[upper]))[:, None]
    return np.asarray((1.0 - share) * across[upper] + share * across[upper + 1])


def _heights(dem: Dem, rows: FloatArray, columns: FloatArray, *, smooth: bool) -> FloatGrid:
    """Heights at the pixels; NaN outside the terrain and in voids. Smooth where a cell is larger than a pixel, so that no facets show."""
    top, left = (max(int(np.floor(part.min())) - 4, 0) for part in (rows, columns))
    bottom, right = int(np.ceil(rows.max())) + 4, int(np.ceil(columns.max())) + 4
    part = dem.heights_m[top:bottom, left:right].astype(float)
    if not part.size or not np.isfinite(part).any():
        return np.full(rows.shape, np.nan, dtype=np.float32)
    void = ~np.isfinite(part)
    filled = np.where(void, np.nanmean(part), part)
    at = np.stack([rows - top - 0.5, columns - left - 0.5])
    heights = map_coordinates(filled, at, order=3 if smooth else 1, mode="nearest")
    outside = (rows < 0) | (columns < 0) | (rows > dem.heights_m.shape[0]) | (columns > dem.heights_m.shape[1])
    if void.any():
        outside |= map_coordinates(void.astype(float), at, order=0, mode="nearest") > 0
    return np.where(outside, np.nan, heights).astype(np.float32)


def painted(ground: Ground, base: Base, *, surface: str) -> Picture:
    """The picture of a map: relief, and on it the coverage of today or that after the plan.

    Parameters
    ----------
    surface : {"", "before", "after", "gain"}
        What is covered only after the plan is striped in the ink of what is built; places below the threshold are striped, so that no class
        is told by its colour alone. ``gain``: no more than what is covered today and what is added, so that the relief is seen.

    Returns
    -------
    ndarray of uint8, (rows, columns, 3)
    """
    inks = [GROUND, UNKNOWN_SURFACE, STRIPE_SAND, BUILD_INK]
    ink = np.zeros(base.tone.shape, dtype=np.uint8)
    if surface and (ground.after is not None or surface == "before"):
        today, stripes = _at(ground.before, base), _stripes(base.tone.shape)
        now = today if surface == "before" or ground.after is None else _at(ground.after, base)
        classes = (SurfaceClass(ground.least, COVERED_PALE),) if surface == "gain" else ground.classes
        limits = np.array([each.least for each in classes], dtype=np.float32)
        found = np.searchsorted(limits, now, side="right")
        ink = np.append(0, len(inks) + np.arange(len(classes)))[found].astype(np.uint8)
        inks += [each.colour for each in classes]
        ink[(now >= limits[0]) & (now < ground.least) & stripes] = 2
        ink[np.isnan(now)] = 1
        if surface != "before":
            newly = (now >= ground.least) & ~(today >= ground.least)
            ink[newly] = 3 * np.fliplr(stripes)[newly]
    return _mixed(np.array([opaque(colour)[:3] for colour in inks], dtype=float), ink, base)


def _mixed(colours: FloatArray, ink: npt.NDArray[np.uint8], base: Base) -> Picture:
    """Each ink in each tone, inside the province and below the veil outside, looked up."""
    tones = np.arange(_STEPS + 1) / _STEPS
    shaded = np.clip(colours[:, None] * tones[None, :, None], 0.0, 255.0)
    table = np.round(np.stack([shaded + _VEIL * (255.0 - shaded), shaded], axis=2)).astype(np.uint8)
    return np.asarray(table[ink, base.tone, base.inside.view(np.uint8)])


def _at(values: FloatGrid, base: Base) -> FloatGrid:
    """The cell below each pixel; 0 outside the grid."""
    rows, columns = (np.floor(part).astype(np.int64) for part in (base.rows, base.columns))
    inside = (rows >= 0) & (columns >= 0) & (rows < values.shape[0]) & (columns < values.shape[1])
    found = values[np.clip(rows, 0, values.shape[0] - 1), np.clip(columns, 0, values.shape[1] - 1)]
    return np.where(inside, found, np.float32(0.0))


def _stripes(shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    rows, columns = np.indices(shape)
    return np.asarray((rows + columns) % STRIPES_PX < STRIPE_PX)
