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
from geo_planner.export.palette import MAST_CLASSES
from geo_planner.plan import Plan

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
    assert keys(dataclasses.replace(plan, build=built))[-3:] == ["theme_masts", "theme_after", "theme_none"]


def test_every_theme_has_its_words_and_a_picture(plan: Plan, atlas: Atlas) -> None:
    built = dataclasses.replace(plan, build=SimpleNamespace(atlas=atlas, after=SimpleNamespace(coverage=plan.coverage), results=NOTHING))
    payload = map_payload(built, language="vi", bilingual=True, cards=False)
    themes = {theme["key"]: theme for theme in payload["themes"]}
    assert {"theme_masts", "theme_after"} <= payload["texts"].keys()
    assert themes["theme_after"]["url"] == themes["theme_probability"]["url"]  # nothing changed: the same picture
    assert themes["theme_after"]["legend"] == themes["theme_probability"]["legend"]
    assert themes["theme_masts"]["url"].startswith("data:image/png;base64,")


def test_the_legend_names_classes_and_height(atlas: Atlas) -> None:
    labels = [entry["label"] for entry in mast_legend(atlas, "vi")]
    assert labels[:-1] == ["từ 200 hộ", "từ 100 hộ", "từ 50 hộ", "từ 1 hộ"]
    assert "42 m" in labels[-1]
    holed = dataclasses.replace(atlas, households={42.0: np.full(atlas.grid.shape, np.nan, dtype=np.float32)})
    assert len(mast_legend(holed, "en")) == len(MAST_CLASSES) + 2
