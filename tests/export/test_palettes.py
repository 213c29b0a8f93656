"""The colours of the map's surfaces: told apart by everybody, on grey paper too, and painted as the legend shows them."""

from __future__ import annotations

import dataclasses
import itertools
import struct
import zlib

import numpy as np
import numpy.typing as npt
import pytest

from geo_planner.config import Service
from geo_planner.export.html_map import map_payload
from geo_planner.export.html_map.rasters import class_overlay, hillshade_overlay, province_mask, web_grid
from geo_planner.export.palette import (
    AREA_SHARE_CLASSES,
    CHANGE_COLOURS,
    GROUND,
    MAST_CLASSES,
    OVERLAP_CLASSES,
    UNKNOWN_SURFACE,
    probability_classes,
    rsrp_classes,
)
from geo_planner.plan import Plan
from tests.colour import DEFICIENCIES, delta_e_76, delta_e_2000, lab, rgb_of
from tests.ui.fakes import fake_plan

TOLD_APART = 13.0  # CIE76, what the steps of a palette keep for every kind of sight
GREY_STEP = 8.0  # L*, so that neighbours stay two greys on paper
RAMPS = {
    "area": [c.colour for c in AREA_SHARE_CLASSES],
    "probability": [GROUND, *(c.colour for c in probability_classes(Service()))],
    "rsrp": [GROUND, *(c.colour for c in rsrp_classes(Service()))],
    "rsrp with two weak classes": [
        GROUND,
        *(c.colour for c in rsrp_classes(Service().model_copy(update={"class_limits_dbm": (-85.0, -95.0, -113.0, -118.0, -124.0)}))),
    ],
    "overlap": [GROUND, *(c.colour for c in OVERLAP_CLASSES)],
    "masts": [GROUND, *(c.colour for c in MAST_CLASSES)],
    "change": [GROUND, *CHANGE_COLOURS.values()],
}


def test_the_ruler_measures_as_published() -> None:
    """Pairs of Sharma, Wu and Dalal 2005, and white."""
    assert delta_e_2000([50, 2.6772, -79.7751], [50, 0, -82.7485]) == pytest.approx(2.0425, abs=1e-3)
    assert delta_e_2000([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387]) == pytest.approx(1.2644, abs=1e-3)
    assert delta_e_2000([50, 2.5, 0], [61, -5, 29]) == pytest.approx(22.8977, abs=1e-3)
    assert lab([255, 255, 255]) == pytest.approx([100, 0, 0], abs=1e-3)


@pytest.mark.parametrize("sight", DEFICIENCIES)
@pytest.mark.parametrize("name", RAMPS)
def test_more_is_darker_and_neighbours_are_told_apart(name: str, sight: str) -> None:
    shades = [lab(rgb_of(colour), sight) for colour in RAMPS[name]]
    for lighter, darker in itertools.pairwise(shades):
        assert darker[0] < lighter[0]
        assert delta_e_76(lighter, darker) >= TOLD_APART


@pytest.mark.parametrize("name", [name for name in RAMPS if name != "rsrp with two weak classes"])
def test_neighbours_are_two_greys_on_paper(name: str) -> None:
    lightness = [float(lab(rgb_of(colour))[0]) for colour in RAMPS[name]]
    assert -np.diff(lightness).max() >= GREY_STEP


@pytest.mark.parametrize("sight", DEFICIENCIES)
@pytest.mark.parametrize("name", ["area", "probability", "change"])
def test_what_could_not_be_computed_looks_like_no_class(name: str, sight: str) -> None:
    unknown = lab(rgb_of(UNKNOWN_SURFACE), sight)
    assert min(delta_e_76(unknown, lab(rgb_of(colour), sight)) for colour in RAMPS[name]) >= TOLD_APART


@pytest.mark.parametrize("sight", DEFICIENCIES)
def test_before_and_after_are_kinds_of_which_any_two_are_told_apart(sight: str) -> None:
    shades = [lab(rgb_of(colour), sight) for colour in RAMPS["change"]]
    assert min(delta_e_76(one, other) for one, other in itertools.combinations(shades, 2)) >= TOLD_APART


def png_of(png: bytes) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """The positions of a palette picture, and its palette as red, green, blue, opacity."""
    chunks, at = {}, 8
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        chunks[kind] = png[at + 8 : at + 8 + size]
        at += 12 + size
    columns, rows = struct.unpack(">II", chunks[b"IHDR"][:8])
    index = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(rows, columns + 1)[:, 1:]
    colours = np.frombuffer(chunks[b"PLTE"], np.uint8).reshape(-1, 3)
    return index, np.column_stack([colours, np.frombuffer(chunks[b"tRNS"], np.uint8)])


def test_a_surface_is_painted_opaque_in_the_colour_of_its_class() -> None:
    plan = fake_plan()
    grid = web_grid(plan)
    classes = rsrp_classes(plan.scenario.service)
    overlay = class_overlay(plan.coverage.rsrp_dbm, plan.coverage, grid, classes, inside=province_mask(plan, grid), mark_unknown=True)
    _, palette = png_of(overlay.png)
    assert palette[0, 3] == 0
    assert palette[1:].tolist() == [[*rgb_of(colour), 255] for colour in (*(c.colour for c in classes), UNKNOWN_SURFACE)]


@pytest.mark.parametrize("slope", [-0.8, -0.3, 0.0, 0.3, 0.8])
def test_the_relief_takes_nothing_from_a_land_that_leans_one_way(slope: float) -> None:
    """However the land as a whole faces the light, half of it is not darkened and half not brightened."""
    plan = fake_plan()
    rows, columns = np.indices(plan.terrain.heights_m.shape)
    heights = 3000 + slope * plan.terrain.cell_m * (rows + columns) / 2 + 120 * np.sin(rows / 3) * np.cos(columns / 2)
    tilted = dataclasses.replace(plan, terrain=dataclasses.replace(plan.terrain, heights_m=heights.astype(np.float32)))
    grid = web_grid(tilted)
    inside = province_mask(tilted, grid)
    index, palette = png_of(hillshade_overlay(tilted, grid, inside).png)
    veil = np.where(palette[:, 0] == 0, -1, 1) * palette[:, 3].astype(float)
    assert abs(np.median(veil[index[inside]])) <= 8
    assert np.ptp(veil[index[inside]]) > 20, "the form of the land must stay to be seen"


def test_level_ground_has_no_relief() -> None:
    plan = fake_plan()
    level = dataclasses.replace(plan, terrain=dataclasses.replace(plan.terrain, heights_m=np.full_like(plan.terrain.heights_m, 700)))
    grid = web_grid(level)
    index, palette = png_of(hillshade_overlay(level, grid, province_mask(level, grid)).png)
    assert (palette[index, 3] == 0).all()


def test_every_colour_of_a_background_stands_in_its_legend() -> None:
    payload = map_payload(fake_plan(), language="vi", bilingual=False, cards=False)
    area = next(theme for theme in payload["themes"] if theme["key"] == "theme_area")
    assert {commune["colour"] for commune in payload["communes"]} <= {entry["colour"] for entry in area["legend"]}
    assert "Chưa tính được" in [entry["label"] for entry in area["legend"]]
    for theme in payload["themes"]:
        if "url" in theme:
            assert payload["ground"] in [entry.get("colour") for entry in theme["legend"]]


def test_a_plan_without_unknown_communes_does_not_speak_of_them(plan: Plan) -> None:
    area = map_payload(plan, language="vi", bilingual=False, cards=False)["themes"][0]
    assert "Chưa tính được" not in [entry["label"] for entry in area["legend"]]
