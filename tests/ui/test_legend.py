"""What stands on the map is what its legend shows: measured on pictures of a real browser, on the screen and as printed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from affine import Affine
from PIL import Image
from pyproj import Transformer
from rasterio.features import rasterize
from rasterio.warp import Resampling, reproject
from scipy.ndimage import maximum_filter, minimum_filter

from geo_planner.export.html_map import write_map
from geo_planner.export.palette import AREA_SHARE_CLASSES, OVERLAP_CLASSES, probability_classes, rsrp_classes
from geo_planner.plan import Plan
from tests.colour import delta_e_2000, lab
from tests.ui.test_browser import CHROMIUM, FIRST_DRAW_MS, Visit, browser, server  # noqa: F401 - fixtures

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: see scripts/install_browser.sh")

THEMES = ("theme_area", "theme_probability", "theme_rsrp", "theme_overlap")
NEAR = 3.0  # CIEDE2000: a difference that is seen only side by side
ENOUGH_PIXELS = 60
_WORLD = Transformer.from_crs(4326, 3857, always_xy=True)
_PLACES = """() => {
  const map = window.map_plan || window.map || map_div, corner = map.getContainer().getBoundingClientRect();
  const rect = (e) => { const r = e.getBoundingClientRect(); return [r.left - corner.left, r.top - corner.top, r.right - corner.left, r.bottom - corner.top]; };
  const at = (lat, lon) => { const p = map.latLngToContainerPoint([lat, lon]); return [p.x, p.y]; };
  const b = map.getBounds();
  return {
    southWest: [b.getWest(), b.getSouth(), ...at(b.getSouth(), b.getWest())],
    northEast: [b.getEast(), b.getNorth(), ...at(b.getNorth(), b.getEast())],
    boxes: [...document.querySelectorAll(".leaflet-control")].map(rect),
    patches: [...document.querySelectorAll(".gp-legend-surface .gp-patch")].map(rect),
  };
}"""


@dataclass(frozen=True)
class Picture:
    """A map as it was drawn: its pixels, where they lie in EPSG:3857, which of them no box hides, and the swatches from above."""

    pixels: npt.NDArray[np.uint8]
    transform: Affine
    free: npt.NDArray[np.bool_]
    swatches: npt.NDArray[np.uint8]


def picture_of(frame: Any) -> Picture:
    places = frame.evaluate(_PLACES)
    shot = np.asarray(Image.open(io.BytesIO(frame.locator(".gp-map").screenshot())).convert("RGB"))
    west, south, left, bottom = places["southWest"]
    east, north, right, top = places["northEast"]
    (west, south), (east, north) = _WORLD.transform(west, south), _WORLD.transform(east, north)
    to_pixel = Affine((right - left) / (east - west), 0, left - west * (right - left) / (east - west),
                      0, (bottom - top) / (south - north), top - north * (bottom - top) / (south - north))  # fmt: skip
    free = np.ones(shot.shape[:2], bool)
    for x0, y0, x1, y1 in places["boxes"]:
        free[max(0, int(y0) - 4) : int(y1) + 5, max(0, int(x0) - 4) : int(x1) + 5] = False
    swatches = np.array([shot[round((y0 + y1) / 2), round((x0 + x1) / 2)] for x0, y0, x1, y1 in places["patches"]])
    return Picture(shot, ~to_pixel, free, swatches)


def communes_on(picture: Picture, plan: Plan) -> npt.NDArray[np.int16]:
    """The position of the commune under every pixel, -1 outside."""
    shapes = ((shape, i) for i, shape in enumerate(plan.communes.to_crs(3857).geometry))
    return rasterize(shapes, picture.free.shape, fill=-1, transform=picture.transform, dtype="int16")


def classes_on(picture: Picture, plan: Plan, theme: str) -> npt.NDArray[np.int16]:
    """The row of the legend that every pixel belongs to by the plan's own figures, -1 where it does not tell."""
    commune = communes_on(picture, plan)
    service = plan.scenario.service
    if theme == "theme_area":
        share = plan.communes["covered_area_share"].to_numpy(dtype=float, na_value=np.nan)
        row = np.digitize(share, [c.least for c in AREA_SHARE_CLASSES]) - 1
        row[np.isnan(share)] = len(AREA_SHARE_CLASSES)
        return np.where(commune < 0, -1, np.append(row, -1)[commune]).astype(np.int16)
    coverage = plan.coverage
    values, classes = {
        "theme_probability": (coverage.probability, probability_classes(service)),
        "theme_rsrp": (coverage.rsrp_dbm, rsrp_classes(service)),
        "theme_overlap": (coverage.overlap, OVERLAP_CLASSES),
    }[theme]
    drawn = np.full(picture.free.shape, np.nan, np.float32)
    reproject(
        values.astype(np.float32), drawn, src_transform=coverage.grid.transform, src_crs=coverage.grid.crs.to_wkt(), src_nodata=np.nan,
        dst_transform=picture.transform, dst_crs="EPSG:3857", dst_nodata=np.nan, resampling=Resampling.nearest,
    )  # fmt: skip
    # strongest first, then what is left clear, then what could not be computed
    row = len(classes) - np.digitize(np.where(np.isnan(drawn), -np.inf, drawn), [c.least for c in classes])
    row[np.isnan(drawn) & (theme == "theme_probability")] = len(classes) + 1
    return np.where(commune < 0, -1, row).astype(np.int16)


def nearest(colours: npt.ArrayLike, swatches: npt.NDArray[np.uint8]) -> npt.NDArray[np.intp]:
    return np.argmin(delta_e_2000(lab(colours)[..., None, :], lab(swatches)), axis=-1)


def within(rows: npt.NDArray[np.int16]) -> npt.NDArray[np.bool_]:
    """Pixels whose neighbours are of the same class: a cell may be a pixel wide, and its edge is a mixture."""
    return np.asarray(minimum_filter(rows, 3) == maximum_filter(rows, 3))


def check(frame: Any, plan: Plan, theme: str) -> None:
    """The median colour of every class, and of every commune where communes are painted, is that of its swatch."""
    picture = picture_of(frame)
    rows = classes_on(picture, plan, theme)
    assert len(picture.swatches) > rows.max() > 0
    measured = 0
    for row in range(rows.max() + 1):
        here = picture.pixels[(rows == row) & picture.free & within(rows)]
        if len(here) < ENOUGH_PIXELS:
            continue
        measured += 1
        median = np.median(here, axis=0)
        assert nearest(median, picture.swatches) == row, f"{theme}: class {row} is drawn {median}, swatches {picture.swatches.tolist()}"
        assert delta_e_2000(lab(median), lab(picture.swatches[row])) <= NEAR
    assert measured >= 3
    if theme == "theme_area":
        check_communes(picture, plan, rows)
        check_every_place(frame, plan)


def check_communes(picture: Picture, plan: Plan, rows: npt.NDArray[np.int16]) -> None:
    communes = communes_on(picture, plan)
    measured, wrong = 0, []
    for commune in range(len(plan.communes)):
        here = (communes == commune) & picture.free
        if here.sum() < ENOUGH_PIXELS:
            continue
        measured += 1
        median = np.median(picture.pixels[here], axis=0)
        row = rows[here][0]
        if nearest(median, picture.swatches) != row or delta_e_2000(lab(median), lab(picture.swatches[row])) > NEAR:
            wrong.append((plan.communes["name"].iloc[commune], median.tolist(), picture.swatches[row].tolist()))
    assert wrong == []
    assert measured >= 0.8 * len(plan.communes)


def check_every_place(frame: Any, plan: Plan) -> None:
    """Not only the median: nearly every pixel of a commune tells its class, slopes in shadow too."""
    above = [f".leaflet-gp-{name}-pane" for name in ("border", "site", "measured", "village", "rank", "label")]
    style = f"{', '.join(above)} {{ visibility: hidden }}"
    frame.evaluate(
        "(css) => { const made = document.createElement('style'); made.id = 'bare'; made.textContent = css; document.head.append(made); }",
        style,
    )
    bare = picture_of(frame)
    frame.evaluate("() => document.getElementById('bare').remove()")
    rows = classes_on(bare, plan, "theme_area")
    here = (rows >= 0) & bare.free
    assert (nearest(bare.pixels[here], bare.swatches) == rows[here]).mean() > 0.95
    shades = lab(bare.pixels[here])[:, 0] - lab(bare.swatches[rows[here]])[:, 0]
    assert np.quantile(shades, 0.95) - np.quantile(shades, 0.05) > 3, "the relief must stay to be seen"


def choose(frame: Any, theme: str) -> None:
    # names are written over the colours, and are no part of them
    frame.evaluate(
        "() => { document.querySelector('.gp-layers').open = true; document.querySelector('.leaflet-gp-label-pane').style.visibility = 'hidden'; }"
    )
    frame.locator("input[name=gp-theme]").nth(THEMES.index(theme)).check()
    frame.page.wait_for_timeout(400)


@pytest.fixture
def wide(browser: sync_api.Browser) -> Iterator[Visit]:  # noqa: F811
    context = browser.new_context(viewport={"width": 1800, "height": 1050}, locale="vi")
    yield Visit(context.new_page())
    context.close()


@pytest.fixture(scope="module")
def exported(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("legend") / "map.html"
    write_map(plan, path)
    return path.as_uri()


@pytest.mark.parametrize("medium", ["screen", "print"])
def test_the_exported_map_is_drawn_in_the_colours_of_its_legend(wide: Visit, plan: Plan, exported: str, medium: str) -> None:
    wide.page.goto(exported)
    wide.page.locator("path.gp-village-mark").first.wait_for(timeout=20_000)
    check_all(wide.page.main_frame, plan, medium)
    assert wide.errors == []


@pytest.mark.parametrize("medium", ["screen", "print"])
def test_the_map_of_the_app_is_drawn_in_the_colours_of_its_legend(server: str, wide: Visit, plan: Plan, medium: str) -> None:  # noqa: F811
    wide.page.goto(server)
    wide.page.frame_locator("iframe[title*='plan_map']").locator("path.gp-village-mark").first.wait_for(timeout=FIRST_DRAW_MS)
    frame = wide.page.locator("iframe[title*='plan_map']").element_handle().content_frame()
    wide.page.wait_for_timeout(1000)
    check_all(frame, plan, medium)


def check_all(frame: Any, plan: Plan, medium: str) -> None:
    for theme in THEMES:
        frame.page.emulate_media(media="screen")  # the choice of a background does not stand on paper
        choose(frame, theme)
        frame.page.emulate_media(media=medium)
        frame.page.wait_for_timeout(400)
        check(frame, plan, theme)
