"""The page of a single path, run without a browser."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from pyproj import CRS
from streamlit.testing.v1 import AppTest

from geo_planner import link
from geo_planner.plan import Plan
from geo_planner.trial import why_not
from geo_planner.ui import loading
from geo_planner.ui.link_chart import link_chart, path_table
from geo_planner.ui.texts import text
from geo_planner.words import number, said
from tests.conftest import ROOT
from tests.ui.fakes import HOSTILE_NAMES, fake_plan

pytestmark = pytest.mark.usefixtures("fresh_caches")


def open_page() -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    return app.switch_page("geo_planner/ui/pages/link.py").run()


def box(app: AppTest, name: str) -> object:
    return next(
        widget
        for kind in ("selectbox", "slider", "select_slider", "text_input")
        for widget in app.get(kind)
        if str(widget.key).startswith(name)
    )


def sentences(app: AppTest) -> str:
    return "\n".join(element.value for element in app.markdown)


def card_of(plan: Plan, village: str, cell: str) -> link.AnswerCard:
    point = plan.villages.geometry.loc[village]
    xy_m = link.to_metres(plan.terrain.crs, point.x, point.y)
    mast = link.mast_of(plan.sites, tuple(cell.split("/")), plan.terrain, plan.scenario.service)  # type: ignore[arg-type]
    return link.answer_card(
        plan.terrain, mast.xy_m, xy_m, mast_height_m=mast.mast_height_m, freq_mhz=mast.freq_mhz, eirp_re_dbm=mast.eirp_re_dbm,
        service=plan.scenario.service, propagation=plan.scenario.propagation, uplink_shortfall_db=mast.uplink_shortfall_db,
    )  # fmt: skip


def test_it_begins_with_the_first_village_and_its_best_server(shown: Plan) -> None:
    app = open_page()
    assert not app.exception
    village = shown.villages.index[0]
    assert box(app, "link_village").value == village
    best = shown.villages.loc[village, "best_server_id"]
    if pd.notna(best):
        assert box(app, "link_mast").value == best
    assert any(said("sample_banner").text("vi") in element.proto.body for element in app.get("html"))


def test_the_page_says_what_the_core_says(shown: Plan) -> None:
    app = open_page()
    card = card_of(shown, box(app, "link_village").value, box(app, "link_mast").value)
    for sentence in link.explain(card, "vi"):
        assert sentence in sentences(app)
    table = app.dataframe[0].value
    assert list(table["Mô hình"]) == ["ITU-R P.1812-8", "ITM (Longley–Rice)", "Delta-Bullington (P.526)", "Không gian tự do (P.525)"]


@pytest.mark.parametrize("rank", [0, 7, 15])
def test_the_page_gives_the_level_that_the_card_gives(shown: Plan, rank: int) -> None:
    """To the decimal that is told: a power shown to a tenth counts to the last digit until it is moved."""
    app = open_page()
    village = str(shown.villages.index[rank])
    first = why_not(shown, village).paths[0]
    box(app, "link_village").set_value(village).run()
    box(app, "link_mast").set_value(f"{first.site_id}/{first.cell_id}").run()
    assert not app.exception
    assert f"mức thu dự báo là {number(first.rsrp_dbm, 1, 'vi')} dBm" in sentences(app)


def test_a_taller_mast_is_computed_at_once(shown: Plan) -> None:
    app = open_page()
    before = sentences(app)
    box(app, "link_eirp").set_value(45.0)
    box(app, "link_height").set_value(60.0).run()
    assert not app.exception
    assert sentences(app) != before


def test_figures_on_trial_are_told_apart_from_the_masts_and_kept(shown: Plan) -> None:
    app = open_page()
    village = next(str(v) for v in shown.villages.index if why_not(shown, str(v)).differs is not None)
    box(app, "link_village").set_value(village).run()
    why = why_not(shown, village)
    box(app, "link_mast").set_value(f"{why.paths[0].site_id}/{why.paths[0].cell_id}").run()
    own = sentences(app)
    assert why.differs is not None
    differs = why.differs.text("vi")
    assert differs in [caption.value for caption in app.caption]
    box(app, "link_eirp").set_value(45.0).run()
    moved = sentences(app)
    # the sentence speaks of the mast's own figures: beside others it would contradict the verdict
    assert differs not in [caption.value for caption in app.caption]
    assert text("link_moved", "vi") in [caption.value for caption in app.caption]
    app.switch_page("geo_planner/ui/pages/about.py").run()
    app.switch_page("geo_planner/ui/pages/link.py").run()
    assert sentences(app) == moved != own
    next(button for button in app.button if button.label == text("link_move_back", "vi")).click().run()
    assert sentences(app) == own
    assert differs in [caption.value for caption in app.caption]


def test_another_village_begins_with_its_own_server(shown: Plan) -> None:
    app = open_page()
    village = str(shown.villages.index[7])
    box(app, "link_village").set_value(village).run()
    assert not app.exception
    assert box(app, "link_village").value == village
    best = shown.villages.loc[village, "best_server_id"]
    assert pd.isna(best) or box(app, "link_mast").value == best


def test_a_typed_place_in_any_form_and_outside_the_province(shown: Plan) -> None:
    app = open_page()
    box(app, "link_mast").set_value("own").run()
    assert not app.exception
    assert app.info[0].value == text("link_typed_none", "vi")
    point = shown.villages.geometry.iloc[0]
    box(app, "link_typed").set_value(f"{point.y + 0.02:.5f} {point.x + 0.02:.5f}").run()
    assert not app.exception
    assert "mức thu dự báo" in sentences(app)
    before = sentences(app)
    x, y = link.to_metres(CRS.from_epsg(9205), point.x + 0.02, point.y + 0.02)
    box(app, "link_typed").set_value(f"{y:.0f} {x:.0f}").run()
    assert not app.exception
    assert sentences(app).count("km") == before.count("km")
    box(app, "link_typed").set_value("10.0 103.0").run()
    assert not app.exception
    assert "không nằm trong tỉnh" in app.warning[0].value


def test_the_mast_stays_when_the_page_is_left(shown: Plan) -> None:
    app = open_page()
    mast = box(app, "link_mast")
    serving = shown.sites[shown.sites["in_service"]].index[5]
    mast.set_value("/".join(serving)).run()
    app.switch_page("geo_planner/ui/pages/about.py").run()
    app.switch_page("geo_planner/ui/pages/link.py").run()
    assert box(app, "link_mast").value == "/".join(serving)


def test_the_distance_stands_first(shown: Plan) -> None:
    app = open_page()
    assert re.match(r"\d+,\d km · S\d", box(app, "link_mast").options[1])


def test_a_mast_in_the_village_itself_is_a_sentence(shown: Plan) -> None:
    app = open_page()
    box(app, "link_mast").set_value("own").run()
    point = shown.villages.geometry.iloc[0]
    box(app, "link_typed").set_value(f"{point.y!r} {point.x!r}").run()
    assert not app.exception
    assert app.warning[0].value == text("link_same_place", "vi")


def test_it_speaks_english_too(shown: Plan) -> None:
    app = open_page()
    app.sidebar.radio(key="language").set_value("English")
    app.run()
    assert not app.exception
    assert "the predicted level is" in sentences(app)


def test_hostile_names_do_no_harm_and_a_plan_without_stations_still_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = fake_plan()
    monkeypatch.setattr(loading, "run", lambda *_, **__: plan)
    plan.sites["in_service"] = False
    app = open_page()
    assert not app.exception
    assert box(app, "link_mast").value == "own"
    assert not any(name in sentences(app) for name in HOSTILE_NAMES)


def test_the_chart_draws_the_arrays_of_the_card(plan: Plan) -> None:
    card = card_of(plan, str(plan.villages.index[0]), "/".join(plan.sites.index[0]))
    table = path_table(card)
    assert np.array_equal(table["km"], card.profile.distance_km)
    assert np.allclose(table["raised"] - table["ground"], card.profile.bulge_m)
    assert np.allclose(table["zone_high"] - table["zone_low"], 2 * card.profile.fresnel_m)
    spec = link_chart(card, "vi").to_dict()
    assert spec["config"]["locale"]["number"]["decimal"] == ","
    assert len(spec["layer"]) > 5
