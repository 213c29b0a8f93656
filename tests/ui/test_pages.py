"""Every page of the app, run without a browser."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import streamlit as st
import yaml
from streamlit.testing.v1 import AppTest

from geo_planner.config import load_scenario
from geo_planner.labels import SAMPLE_BANNER
from geo_planner.plan import Plan
from geo_planner.ui import loading
from geo_planner.ui.texts import ASSUMPTIONS, FILES, METHOD, TEXTS
from tests.conftest import ROOT, SCENARIO
from tests.ui.fakes import fake_plan, without_sample

PAGES = ("map", "ranking", "downloads", "about")


@pytest.fixture(autouse=True)
def _fresh_caches() -> None:
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, plan: Plan) -> Plan:
    """The bundled plan, computed once for all tests."""
    monkeypatch.setattr(loading, "run", lambda *_, **__: plan)
    return plan


def open_app(page: str = "map") -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    return app if page == "map" else app.switch_page(f"geo_planner/ui/pages/{page}.py").run()


def html_of(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_with_the_sample_banner(shown: Plan, page: str) -> None:
    app = open_app(page)
    assert not app.exception
    assert SAMPLE_BANNER["vi"] in html_of(app)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_speaks_english_too(shown: Plan, page: str) -> None:
    app = open_app()
    app.sidebar.radio(key="language").set_value("English")
    app.run()
    if page != "map":
        app.switch_page(f"geo_planner/ui/pages/{page}.py").run()
    assert not app.exception
    assert SAMPLE_BANNER["en"] in html_of(app)


@pytest.mark.parametrize("page", PAGES)
def test_hostile_names_do_no_harm(monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    plan = fake_plan()
    monkeypatch.setattr(loading, "run", lambda *_, **__: plan)
    monkeypatch.setattr("geo_planner.export.write_plan", lambda _, out: out.mkdir())
    app = open_app(page)
    assert not app.exception
    assert not set(plan.villages["name"]) & set(html_of(app).splitlines())
    assert "<script" not in html_of(app)
    assert "<img" not in html_of(app)


def test_no_banner_over_real_data(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = without_sample(fake_plan())
    monkeypatch.setattr(loading, "run", lambda *_, **__: plan)
    assert SAMPLE_BANNER["vi"] not in html_of(open_app())


def test_the_select_box_opens_the_card(shown: Plan) -> None:
    app = open_app()
    village = str(shown.villages.index[9])
    app.selectbox(key="chosen_village").set_value(village).run()
    assert not app.exception
    assert f"<h2>{shown.villages.loc[village, 'name']}</h2>" in html_of(app)


def test_the_scenarios_weights_give_the_scenarios_order(shown: Plan) -> None:
    app = open_app("ranking")
    table = app.dataframe[0].value
    assert list(table.index) == list(shown.villages.index)
    assert set(table["Thay đổi"]) == {""}
    assert not app.warning


def test_another_weight_reorders_at_once_and_is_marked_as_a_trial(shown: Plan) -> None:
    app = open_app("ranking")
    app.slider[0].set_value(0.0).run()
    assert not app.exception
    table = app.dataframe[0].value
    assert list(table.index) != list(shown.villages.index)
    assert list(table["Hạng"]) == list(range(1, len(table) + 1))
    assert app.warning[0].value == TEXTS["what_if"]["vi"]


def test_reset_brings_the_scenarios_weights_back(shown: Plan) -> None:
    app = open_app("ranking")
    app.slider[0].set_value(0.0).run()
    app.button[0].click().run()
    assert app.slider[0].value == shown.scenario.ranking.criteria[0].weight
    assert not app.warning


def test_weights_of_nothing_are_explained(shown: Plan) -> None:
    app = open_app("ranking")
    for slider in app.slider:
        slider.set_value(0.0)
    app.run()
    assert not app.exception
    assert app.info[0].value == TEXTS["no_weight"]["vi"]


def test_the_filter_keeps_only_one_payer(shown: Plan) -> None:
    app = open_app("ranking")
    app.button_group(key="responsibility_filter").set_value(["fund"]).run()
    assert not app.exception
    assert set(app.dataframe[0].value["Nguồn thực hiện"]) == {"Quỹ Viễn thông công ích"}


def test_trial_weights_fit_into_a_scenario(plan: Plan) -> None:
    from geo_planner.preferences import RankingSettings

    criteria = plan.scenario.ranking.criteria
    trial = (criteria[0].model_copy(update={"weight": 3.0}), *criteria[1:])
    text = yaml.safe_dump({"criteria": [c.model_dump(mode="json") for c in trial]}, allow_unicode=True, sort_keys=False)
    assert RankingSettings.model_validate(yaml.safe_load(text)).criteria == trial


def test_downloads_come_from_the_common_exporter(shown: Plan) -> None:
    app = open_app("downloads")
    assert not app.exception
    labels = [element.proto.label for element in app.get("download_button")]
    assert len(labels) >= 7


def test_faults_are_a_table_and_no_traceback(monkeypatch: pytest.MonkeyPatch, area_copy: Path) -> None:
    villages = area_copy / "villages" / "villages.csv"
    villages.write_text(villages.read_text(encoding="utf-8").replace(",82,", ",-5,", 1), encoding="utf-8")
    monkeypatch.setenv(loading.STUDY_AREA_VARIABLE, str(area_copy))
    app = open_app()
    assert not app.exception
    assert app.title[0].value == TEXTS["faults_title"]["vi"]
    table = app.dataframe[0].value
    assert list(table.columns) == ["Tệp", "Dòng", "Cột", "Giá trị", "Sai ở đâu", "Cách sửa"]
    assert table.loc[0, "Tệp"] == "villages/villages.csv"
    assert table.loc[0, "Dòng"] == 2


def test_a_study_area_that_is_not_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(loading.STUDY_AREA_VARIABLE, str(tmp_path / "absent"))
    app = open_app()
    assert not app.exception
    assert app.title[0].value == TEXTS["cannot_go_on"]["vi"]


def test_a_changed_file_gives_a_fresh_plan(monkeypatch: pytest.MonkeyPatch, plan: Plan, area_copy: Path) -> None:
    runs = []
    monkeypatch.setattr(loading, "run", lambda *_, **__: runs.append(1) or plan)
    scenario = area_copy / "scenarios" / SCENARIO.name
    first = loading.load_plan(scenario, lambda *_: None)
    assert loading.load_plan(scenario, lambda *_: None) is first
    sites = area_copy / "sites" / "sites.csv"
    sites.write_bytes(sites.read_bytes() + b"\n")
    second = loading.load_plan(scenario, lambda *_: None)
    assert second.key != first.key
    assert len(runs) == 2


def test_one_changed_byte_of_the_terrain_changes_the_key(area_copy: Path) -> None:
    scenario_path = area_copy / "scenarios" / SCENARIO.name
    scenario = load_scenario(scenario_path)
    before = loading.fingerprint(area_copy, scenario_path, scenario)
    terrain = area_copy / scenario.terrain.path
    content = bytearray(terrain.read_bytes())
    content[-1] ^= 1
    terrain.write_bytes(bytes(content))
    assert loading.fingerprint(area_copy, scenario_path, scenario) != before


def test_the_picker_lists_the_scenarios_of_the_study_area(monkeypatch: pytest.MonkeyPatch, plan: Plan, area_copy: Path) -> None:
    shutil.copy(area_copy / "scenarios" / SCENARIO.name, area_copy / "scenarios" / "thu_khac.yaml")
    monkeypatch.setenv(loading.STUDY_AREA_VARIABLE, str(area_copy))
    monkeypatch.setattr(loading, "run", lambda *_, **__: plan)
    app = open_app()
    assert set(app.sidebar.selectbox(key="scenario").options) == {SCENARIO.stem, "thu_khac"}


def test_every_text_stands_in_both_languages() -> None:
    words = [*TEXTS.values(), *ASSUMPTIONS.values(), *(w for pair in FILES.values() for w in pair)]
    assert all(set(w) == {"vi", "en"} and all(w.values()) for w in words)
    assert len(METHOD["vi"]) == len(METHOD["en"])
