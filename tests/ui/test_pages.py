"""Every page of the app, run without a browser."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
import shutil
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
import yaml
from streamlit.testing.v1 import AppTest

from geo_planner.config import OPTIONAL_LAYERS, load_scenario
from geo_planner.errors import fault
from geo_planner.plan import Plan
from geo_planner.ranking import METHODS
from geo_planner.schema import SIGNAL_STATUS
from geo_planner.ui import loading
from geo_planner.ui.charts import interval_chart
from geo_planner.ui.entry import PAGES
from geo_planner.ui.frame import scenario_titles
from geo_planner.ui.measured_tables import operator_table
from geo_planner.ui.ranking_tables import method_table, question_table, questions_csv, swap_table
from geo_planner.ui.texts import fault_table, text
from geo_planner.words import LANGUAGES, codes, said, word
from tests.conftest import ROOT, SCENARIO
from tests.export.test_build_marks import with_build
from tests.small_area import make_area, read_rows, village
from tests.ui.fakes import fake_plan, without_sample
from tests.ui.tables import fault_tables

pytestmark = pytest.mark.usefixtures("fresh_caches")


def open_app(page: str = "map") -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    return app if page == "map" else app.switch_page(f"geo_planner/ui/pages/{page}.py").run()


def open_view(tab: str) -> AppTest:
    """The ranking's page with another of its views open."""
    app = open_app("ranking")
    app.session_state["ranking_view"] = text(tab, "vi")
    return app.run()


def html_of(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_with_the_sample_banner(shown: Plan, page: str) -> None:
    app = open_app(page)
    assert not app.exception
    assert said("sample_banner").text("vi") in html_of(app)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_speaks_english_too(shown: Plan, page: str) -> None:
    app = open_app()
    app.sidebar.radio(key="language").set_value("English")
    app.run()
    if page != "map":
        app.switch_page(f"geo_planner/ui/pages/{page}.py").run()
    assert not app.exception
    assert said("sample_banner").text("en") in html_of(app)


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
    assert said("sample_banner").text("vi") not in html_of(open_app())


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
    assert text("reset", "vi") not in [button.label for button in app.button]


def test_another_weight_reorders_at_once_and_is_marked_as_a_trial(shown: Plan) -> None:
    app = open_app("ranking")
    app.slider[0].set_value(0.0).run()
    assert not app.exception
    table = app.dataframe[0].value
    assert list(table.index) != list(shown.villages.index)
    assert list(table["Hạng"]) == list(range(1, len(table) + 1))
    weight = shown.scenario.ranking.criteria[0]
    assert f"{weight.vi} {weight.weight:g} → 0" in html_of(app)


def test_reset_brings_the_scenarios_weights_back(shown: Plan) -> None:
    app = open_app("ranking")
    app.slider[0].set_value(0.0).run()
    app.button(key="trial_end").click().run()
    assert app.slider[0].value == shown.scenario.ranking.criteria[0].weight
    assert list(app.dataframe[0].value.index) == list(shown.villages.index)
    assert "gp-strip gp-trial" not in html_of(app)


def test_weights_of_nothing_are_explained(shown: Plan) -> None:
    app = open_app("ranking")
    for slider in app.slider:
        slider.set_value(0.0)
    app.run()
    assert not app.exception
    assert app.info[0].value == text("no_weight", "vi")


def test_the_filter_keeps_only_one_payer(shown: Plan) -> None:
    app = open_app("ranking")
    app.button_group(key="responsibility_filter").set_value(["fund"]).run()
    assert not app.exception
    assert set(app.dataframe[0].value[text("filter_responsibility", "vi")]) == {"Quỹ"}


def test_the_list_shows_the_rank_interval(shown: Plan) -> None:
    table = open_app("ranking").dataframe[0].value
    first = shown.villages.iloc[0]
    assert table.iloc[0]["Khoảng hạng"] == f"{first['rank_low']}–{first['rank_high']}"


def test_certainty_is_a_chart_over_every_village(shown: Plan) -> None:
    chart = interval_chart(shown, "vi").to_dict()
    rows = chart["datasets"][chart["layer"][0]["data"]["name"]] if "data" in chart["layer"][0] else next(iter(chart["datasets"].values()))
    assert [row["rank"] for row in rows] == list(range(1, len(shown.villages) + 1))
    assert all(row["low"] <= row["median"] <= row["high"] for row in rows)


def test_the_easiest_swap_comes_first(shown: Plan) -> None:
    table = swap_table(shown, "vi")
    change = table["Thay đổi (điểm %)"].abs()
    assert change.is_monotonic_increasing
    assert not table["Thôn, bản"].eq(table["Bản xếp ngay sau"]).any()


def test_methods_stand_side_by_side_with_their_weakness(shown: Plan) -> None:
    app = open_view("tab_methods")
    notes = " ".join(element.value for element in app.markdown)
    for method in METHODS.values():
        assert method.note.text("vi") in notes
    ranks = method_table(shown, "vi")
    assert list(ranks["Thứ tự: Tổng có trọng số"]) == list(shown.villages["rank"])


def test_fairness_can_be_seen_along_the_border(shown: Plan) -> None:
    app = open_view("tab_fairness")
    app.button_group(key="fairness_by").set_value("border").run()
    assert not app.exception
    assert set(app.dataframe[-1].value["Nhóm"]) <= {"Xã biên giới", "Không phải xã biên giới", "Không ghi"}


def test_another_method_of_the_scenario_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = fake_plan()
    settings = plan.scenario.ranking.model_copy(update={"method": "topsis", "weights": "equal"})
    changed = dataclasses.replace(plan, scenario=plan.scenario.model_copy(update={"ranking": settings}))
    monkeypatch.setattr(loading, "run", lambda *_, **__: changed)
    app = open_app("ranking")
    assert not app.exception
    assert any("TOPSIS" in caption.value for caption in app.caption)


def questions_shown(app: AppTest) -> list[str]:
    found = re.findall(r'gp-question"><h3>(.*?)</h3><p>(.*?)</p>', html_of(app))
    return [unescape(f"{question} | {decides}") for question, decides in found]


def test_each_question_stands_once_and_those_that_decide_who_pays_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = fake_plan()
    monkeypatch.setattr(loading, "run", lambda *_, **__: plan)
    app = open_app("questions")
    assert not app.exception
    shown = questions_shown(app)
    assert shown[0] == f"{said('ask.grid_power').text('vi')} | {said('ask_why.grid_power').text('vi')}"
    assert [line for line in shown if line.startswith("Bản có điểm trường không?")] == [
        "Bản có điểm trường không? | " + text("ask_stays", "vi")
    ]
    assert shown[-1].startswith(said("ask.extremely_difficult").text("vi"))  # a decision says so: no commune is asked
    app.selectbox(key="questions_commune").set_value(plan.villages.loc["A", "commune_name"]).run()
    assert [line.partition(" | ")[0] for line in questions_shown(app)] == ["Bản có điểm trường không?"]


def test_a_question_is_answered_on_its_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    area = make_area(tmp_path / "area")
    village(3, "households", "")(area)
    monkeypatch.setenv("GEO_PLANNER_STUDY_AREA", str(area))
    app = open_app("questions")
    group = f"commune_{said('criterion_ask.households').text('vi')}"
    app.button(key=f"questions_toggle_{group}").click().run()
    app.button(key=f"questions_save_{group}").click().run()
    assert text("answer_none", "vi") in html_of(app)
    for given, told in (("mười hai", "mười hai"), ("12,5", "12,5"), ("999999999", "999999999"), ("-3", "-3"), ("12 13", "12 13")):
        app.text_input(key="answer_V2_households").set_value(given)
        app.text_input(key=f"answer_source_{group}").set_value("Xã 1")
        app.button(key=f"questions_save_{group}").click().run()
        assert not app.exception
        assert f"Bản 2, Số hộ “{told}”:" in html_of(app), given
        assert not (area / "villages/answers.csv").exists()
    app.text_input(key=f"answer_source_{group}").set_value("")
    app.text_input(key="answer_V2_households").set_value(" 1.033 hộ ")
    app.button(key=f"questions_save_{group}").click().run()
    assert text("answer_no_source", "vi") in html_of(app)
    assert not (area / "villages/answers.csv").exists()
    app.text_input(key=f"answer_source_{group}").set_value("Xã 1")
    app.button(key=f"questions_save_{group}").click().run()
    assert not app.exception
    assert text("answer_saved", "vi", n=1) in html_of(app)
    assert read_rows(area / "villages/villages.csv")[1]["households"] == "1033"
    assert questions_shown(app) == []
    record = app.dataframe[0].value.iloc[0]
    assert list(record)[:5] == ["Bản 2", "Số hộ", "1033", said("answers.not_known").text("vi"), "Xã 1"]


def test_the_programs_own_area_takes_no_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = fake_plan()
    monkeypatch.setattr(loading, "run", lambda *_, **__: plan)
    monkeypatch.setattr("geo_planner.files.bundled.comes_with_the_program", lambda _: True)
    app = open_app("questions")
    assert app.info[0].value == said("bundled_area.kept").text("vi")
    assert not [button for button in app.button if "toggle" in str(button.key)]


def test_nothing_to_ask_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = fake_plan()
    none = dataclasses.replace(plan, ranking=dataclasses.replace(plan.ranking, questions=plan.ranking.questions.iloc[:0]))
    monkeypatch.setattr(loading, "run", lambda *_, **__: none)
    app = open_app("questions")
    assert app.text[0].value == text("no_questions", "vi")


def test_the_csv_of_questions_holds_no_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = fake_plan(("=1+1", "@b", "+c", "-d"))
    sheet = questions_csv(plan, question_table(plan, "vi"), "vi").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(sheet)))
    assert {row["Thôn, bản"] for row in rows} == {"'=1+1", "'-d"}
    assert rows[-1]["Số liệu còn thiếu"] == "Có điểm trường"
    assert rows[0]["sample_note"] == said("sample_banner").text("vi")


def test_the_card_tells_both_models_and_how_sure_the_rank_is(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = fake_plan()
    monkeypatch.setattr(loading, "run", lambda *_, **__: plan)
    app = open_app()
    app.selectbox(key="chosen_village").set_value("B").run()
    page = html_of(app)
    for told in (
        "(có thể từ 2 đến 3)",
        "ITU-R P.1812-8",
        "ITM (Longley-Rice)",
        "Hai mô hình cho hai kết luận khác nhau",
        "Khả năng thuộc 2 bản đầu",
    ):
        assert told in page


def test_trial_weights_fit_into_a_scenario(plan: Plan) -> None:
    from geo_planner.preferences import RankingSettings

    criteria = plan.scenario.ranking.criteria
    trial = (criteria[0].model_copy(update={"weight": 3.0}), *criteria[1:])
    saved = yaml.safe_dump({"criteria": [c.model_dump(mode="json") for c in trial]}, allow_unicode=True, sort_keys=False)
    assert RankingSettings.model_validate(yaml.safe_load(saved)).criteria == trial


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
    assert app.title[0].value == text("faults_title", "vi")
    table = fault_tables(app)[0]
    assert list(table.columns) == ["Tệp", "Dòng", "Cột", "Giá trị", "Sai ở đâu", "Cách sửa"]
    assert table.loc[0, "Tệp"] == "villages/villages.csv"
    assert table.loc[0, "Dòng"] == "2"
    assert table.loc[0, "Sai ở đâu"] == "Số nằm ngoài khoảng cho phép."


def test_a_fault_of_the_catalogue_is_told_whole_in_each_language() -> None:
    large = fault("a.xlsx", "too_large.preview")
    for language in LANGUAGES:
        reason, remedy = large.texts(language)
        table = fault_table([large], language)
        assert list(table.iloc[0, 4:]) == [f"{reason[0].upper()}{reason[1:]}.", remedy], "no column of English details"


def test_the_import_page_offers_its_own_remedies() -> None:
    two = fault("a.csv", "two_columns.placemarks", title="Hộ")
    assert fault_table([two], "en", on_import_page=True).loc[0, "What to do"] == said("page.two_columns.placemarks").text("en")
    assert "mục 2" in fault_table([two], "vi", on_import_page=True).loc[0, "Cách sửa"]
    assert "--map" in fault_table([two], "en").loc[0, "What to do"]


def test_many_of_a_kind_are_counted_in_the_readers_language() -> None:
    table = fault_table([fault("a.xlsx", "too_large.preview", row=row) for row in range(2, 1300)], "vi")
    assert table["Sai ở đâu"].iloc[-1].startswith("1.248 chỗ khác cùng loại: ")


def test_a_study_area_that_is_not_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(loading.STUDY_AREA_VARIABLE, str(tmp_path / "absent"))
    app = open_app()
    assert not app.exception
    assert app.title[0].value == text("cannot_go_on", "vi")


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


@pytest.mark.parametrize("name", ["manifest.json", "land_cover/cover.tif", OPTIONAL_LAYERS["measurements"]])
def test_what_is_named_or_told_about_the_layers_takes_part_in_the_key(area_copy: Path, name: str) -> None:
    scenario_path = area_copy / "scenarios" / SCENARIO.name
    scenario = load_scenario(scenario_path, ["terrain.path=null"])
    layers = scenario.layers.model_copy(update={"land_cover": "land_cover/cover.tif"})
    scenario = scenario.model_copy(update={"layers": layers})
    before = loading.fingerprint(area_copy, scenario_path, scenario)
    (area_copy / name).parent.mkdir(exist_ok=True)
    (area_copy / name).write_text("{}", encoding="utf-8")
    assert loading.fingerprint(area_copy, scenario_path, scenario) != before


def test_the_picker_lists_the_scenarios_of_the_study_area(monkeypatch: pytest.MonkeyPatch, plan: Plan, area_copy: Path) -> None:
    shutil.copy(area_copy / "scenarios" / SCENARIO.name, area_copy / "scenarios" / "thu_khac.yaml")
    monkeypatch.setenv(loading.STUDY_AREA_VARIABLE, str(area_copy))
    monkeypatch.setattr(loading, "run", lambda *_, **__: plan)
    app = open_app()
    title = load_scenario(SCENARIO).title_vi
    assert set(app.sidebar.selectbox(key="scenario").options) == {f"{SCENARIO.stem}: {title}", f"thu_khac: {title}"}


def test_the_picker_shows_the_title_of_a_scenario_and_the_file_of_a_faulty_one(area_copy: Path) -> None:
    good, bad = area_copy / "scenarios" / SCENARIO.name, area_copy / "scenarios" / "hong.yaml"
    bad.write_text("name: [", encoding="utf-8")
    scenario = load_scenario(good)
    assert scenario_titles([good, bad], "vi") == {good.stem: scenario.title_vi, bad.stem: "hong"}
    assert scenario_titles([good, bad], "en") == {good.stem: scenario.title_en, bad.stem: "hong"}


def test_measurements_on_their_page(monkeypatch: pytest.MonkeyPatch, measured_plan: Plan) -> None:
    monkeypatch.setattr(loading, "run", lambda *_, **__: measured_plan)
    app = open_app("measured")
    assert not app.exception
    assert [tab.label for tab in app.tabs] == [
        text(key, "vi") for key in ("tab_map", "tab_charts", "tab_villages", "tab_calibration", "tab_left_out")
    ]
    assert "930" in html_of(app)
    by_operator = operator_table(measured_plan, "vi")
    assert by_operator[text("column_measured", "vi")].tolist() == ["Trắng sóng"]
    assert by_operator[text("column_modelled", "vi")].tolist() == ["Có sóng"]


def test_a_calibration_is_made_a_scenario_on_request_only(monkeypatch: pytest.MonkeyPatch, measured_plan: Plan, area_copy: Path) -> None:
    monkeypatch.setattr(loading, "run", lambda *_, **__: measured_plan)
    monkeypatch.setenv(loading.STUDY_AREA_VARIABLE, str(area_copy))
    folder = area_copy / "scenarios"
    before = sorted(folder.iterdir())
    app = open_app("measured")
    assert sorted(folder.iterdir()) == before
    (button,) = [b for b in app.button if b.label == text("apply_button", "vi")]
    button.click().run()
    assert not app.exception
    (new,) = set(folder.iterdir()) - set(before)
    (band,) = load_scenario(new).calibration.bands
    assert band.freq_mhz == 900
    assert band.offset_db == pytest.approx(-6, abs=1.5)
    assert not load_scenario(before[0]).calibration.bands


def test_without_measurements_the_page_says_how_to_bring_them(shown: Plan) -> None:
    app = open_app("measured")
    assert text("no_measurements", "vi") in [info.value for info in app.info]


def test_every_note_of_a_plan_with_measurements_is_told_in_vietnamese(measured_plan: Plan) -> None:
    assert {note.code for note in measured_plan.notes} <= codes()


def test_the_map_is_filtered_by_status_and_by_the_build_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = with_build(fake_plan())
    monkeypatch.setattr(loading, "run", lambda *_, **__: shown)
    monkeypatch.setattr("geo_planner.ui.why_panel.cures_of", lambda *_: pd.DataFrame())
    app = open_app()
    assert app.radio(key="map_covered_by_plan").value == "filter_any", "one of the circles is always filled"
    present = [status for status in SIGNAL_STATUS if (shown.villages["modelled_status"] == status).any()]
    statuses = app.multiselect(key="map_statuses")
    assert statuses.options == [word(status, "vi") for status in present]
    statuses.set_value([present[-1]]).run()
    left = int((shown.villages["modelled_status"] == present[-1]).sum())
    assert present[-1] in app.query_params["status"]
    assert len(app.selectbox(key="chosen_village").options) == left
    app.radio(key="map_covered_by_plan").set_value("filter_covered").run()
    assert "1" in app.query_params["served"]
    app.radio(key="map_covered_by_plan").set_value("filter_any").run()
    assert app.radio(key="map_covered_by_plan").value == "filter_any"
    assert not app.exception


def test_figures_of_the_head_are_written_as_the_language_writes_them(shown: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo_planner.ui.village_filter.figures", lambda _: {"no_signal": 1433})
    pills = next(group for group in open_app().get("button_group") if group.proto.id.endswith("map_figures"))
    assert pills.proto.options[0].content.startswith("**1.433**")
