"""The map of a plan that says what to build: where a mast does most good, and the signal afterwards."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from geo_planner.build.atlas import Atlas, mast_atlas
from geo_planner.config.build.candidates import Candidates
from geo_planner.export.html_map import map_payload
from geo_planner.export.html_map.build_themes import mast_legend
from geo_planner.export.html_map.change_theme import change_index, change_legend, change_overlay
from geo_planner.export.html_map.rasters import WEB_MERCATOR
from geo_planner.export.palette import CHANGE_COLOURS, GROUND, MAST_CLASSES, UNKNOWN_SURFACE
from geo_planner.grid import Grid
from geo_planner.plan import Plan
from tests.colour import rgb_of
from tests.export.test_palettes import png_of

NOTHING = SimpleNamespace(sites=pd.DataFrame(), villages=pd.DataFrame({"site_ids": [], "year": []}))


@pytest.fixture(scope="module")
def atlas(plan: Plan) -> Atlas:
    return mast_atlas(plan.study_area, plan.scenario, plan.villages, Candidates(heights_m=(20.0, 42.0)), workers=2)


def keys(plan: Plan) -> list[str]:
    return [theme["key"] for theme in map_payload(plan, language="vi", bilingual=True, cards=False)["themes"]]


def test_the_themes_stand_where_there_is_something_to_build(plan: Plan, atlas: Atlas) -> None:
    assert not {"theme_masts", "theme_after"} & set(keys(dataclasses.replace(plan, build=None)))
    nothing_built = SimpleNamespace(atlas=atlas, after=None, results=NOTHING)
    built = SimpleNamespace(atlas=atlas, after=SimpleNamespace(coverage=plan.coverage), results=NOTHING)
    assert keys(dataclasses.replace(plan, build=nothing_built))[-2:] == ["theme_masts", "theme_none"]
    assert keys(dataclasses.replace(plan, build=built))[-4:] == ["theme_masts", "theme_after", "theme_change", "theme_none"]


def test_every_theme_has_its_words_and_a_picture(plan: Plan, atlas: Atlas) -> None:
    built = dataclasses.replace(plan, build=SimpleNamespace(atlas=atlas, after=SimpleNamespace(coverage=plan.coverage), results=NOTHING))
    payload = map_payload(built, language="vi", bilingual=True, cards=False)
    themes = {theme["key"]: theme for theme in payload["themes"]}
    assert {"theme_masts", "theme_after"} <= payload["texts"].keys()
    assert themes["theme_after"]["url"] == themes["theme_probability"]["url"]  # nothing changed: the same picture
    assert themes["theme_after"]["hatch"] == themes["theme_change"]["hatch"] == themes["theme_probability"]["hatch"]
    assert themes["theme_after"]["legend"] == themes["theme_probability"]["legend"]
    assert themes["theme_masts"]["url"].startswith("data:image/png;base64,")


def test_the_legend_names_classes_and_height(atlas: Atlas) -> None:
    labels = [entry["label"] for entry in mast_legend(atlas, "vi")]
    assert labels[:-1] == ["từ 200 hộ", "từ 100 hộ", "từ 50 hộ", "từ 1 hộ"]
    assert "42 m" in labels[-1]
    holed = dataclasses.replace(atlas, households={42.0: np.full(atlas.grid.shape, np.nan, dtype=np.float32)})
    assert len(mast_legend(holed, "en")) == len(MAST_CLASSES) + 2


def test_each_place_is_what_becomes_of_it() -> None:
    chances = np.array([[0.9, 0.9, 0.1, 0.1], [np.nan, 0.9, 0.7, 0.69]], np.float32)
    after = np.array([[0.9, 0.1, 0.9, 0.1], [0.9, np.nan, 0.7, 0.7]], np.float32)
    grid = Grid.north_up(11_490_000.0, 2_560_000.0, 100.0, (2, 4), WEB_MERCATOR)
    before, now = (SimpleNamespace(probability=values, grid=grid) for values in (chances, after))
    inside = np.ones((2, 4), bool)
    assert change_index(before, now, 0.7, grid, inside=inside).tolist() == [[1, 2, 3, 0], [4, 4, 1, 3]]
    inside[:, 0] = False
    assert change_index(before, now, 0.7, grid, inside=inside)[:, 0].tolist() == [0, 0]


def test_the_change_is_painted_opaque_in_the_colours_of_its_legend() -> None:
    grid = Grid.north_up(11_490_000.0, 2_560_000.0, 100.0, (1, 5), WEB_MERCATOR)
    before = SimpleNamespace(probability=np.array([[0.1, 0.9, 0.9, 0.1, np.nan]], np.float32), grid=grid)
    now = SimpleNamespace(probability=np.array([[0.9, 0.1, 0.9, 0.1, 0.9]], np.float32), grid=grid)
    index, colours = png_of(change_overlay(before, now, 0.7, grid, inside=np.ones((1, 5), bool)).png)
    drawn = colours[index[0]]
    legend = [rgb_of(entry["colour"]) for entry in change_legend(before, now, "vi")]
    assert [tuple(pixel[:3]) for pixel in drawn[[0, 1, 2, 4]]] == [tuple(legend[at]) for at in (0, 1, 2, 4)]
    assert drawn[:, 3].tolist() == [255, 255, 255, 0, 255]  # what is left clear shows the ground, as the legend has it


def test_a_pixel_over_many_cells_is_held_to_the_threshold_once() -> None:
    """Half the cells new and half without signal is no pixel of a third kind."""
    fine = Grid.north_up(11_490_000.0, 2_560_000.0, 10.0, (4, 4), WEB_MERCATOR)
    coarse = Grid.north_up(11_490_000.0, 2_560_000.0, 40.0, (1, 1), WEB_MERCATOR)
    after = np.zeros((4, 4), np.float32)
    after[:2] = 1.0
    before, now = (SimpleNamespace(probability=values, grid=fine) for values in (np.zeros((4, 4), np.float32), after))
    index = [change_index(before, now, least, coarse, inside=np.ones((1, 1), bool)).item() for least in (0.4, 0.6)]
    assert index == [3, 0]


def test_the_legend_of_the_change_shows_the_colours_that_are_drawn() -> None:
    values = np.array([[0.9, np.nan]], np.float32)
    one = SimpleNamespace(probability=values, grid=None)
    legend = change_legend(one, one, "vi")
    assert [entry["colour"] for entry in legend] == [*reversed(CHANGE_COLOURS.values()), GROUND, UNKNOWN_SURFACE]
    assert [entry["label"] for entry in legend][:3] == ["Mới có sóng", "Mất sóng", "Có sóng như trước"]
    assert [entry["served"] for entry in legend] == [True, False, True, False, False]
