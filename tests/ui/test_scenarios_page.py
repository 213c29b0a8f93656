"""The page of scenarios, run without a browser, and its tables."""

from __future__ import annotations

import threading
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from geo_planner.compare import Comparison, compare
from geo_planner.config import load_scenario
from geo_planner.errors import UsageError
from geo_planner.files import bundled
from geo_planner.scenario_files import differences, former_copies, save_as, settings_by_path
from geo_planner.study_area import scenario_paths
from geo_planner.ui import loading
from geo_planner.ui.scenario_tables import (
    changed_settings,
    comparison_workbook,
    difference_line,
    read_typed,
    read_years,
    shown,
    site_differences,
    sums_table,
    typed,
    village_differences,
    year_table,
)
from geo_planner.ui.shelf import Shelf
from geo_planner.words import said, word
from tests.conftest import ROOT, SCENARIO
from tests.small_area import make_area
from tests.ui.fakes import fake_plan
from tests.ui.tables import fault_tables, html_tables
from tests.ui.test_visit import address_of

HOSTILE = "<img src=x onerror=alert(1)> **Kịch bản** `x` $y$"


@pytest.fixture
def area(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study area of one's own; its plans are made up."""
    root = make_area(tmp_path / "area")
    monkeypatch.setenv("GEO_PLANNER_STUDY_AREA", str(root))
    plan = fake_plan()
    monkeypatch.setattr(loading, "run", lambda *_, **__: plan)
    st.cache_data.clear()
    st.cache_resource.clear()
    return root


def opened(language: str = "vi") -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.query_params["lang"] = language
    app.run()
    app.switch_page("geo_planner/ui/pages/scenarios.py").run()
    assert not app.exception
    return app


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def submit(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label.startswith(label)).click().run()
    assert not app.exception
    return app


def test_duplicated_changed_compared_deleted_and_brought_back(area: Path) -> None:
    app = opened()
    app.text_input(key="duplicate_title").input(HOSTILE)
    submit(app, "Nhân bản")
    first, new = scenario_paths(area)
    assert load_scenario(new).title_vi == HOSTILE
    assert app.selectbox(key="scenarios_chosen").value == new.stem
    assert "<img" not in "".join(element.proto.body for element in app.get("html"))
    assert all("<img" not in told.value.replace("\\<", "") for told in app.success)

    app.number_input(key=f"threshold_{new.stem}").set_value(-60.0)
    submit(app, "Lưu vào kịch bản này")
    assert [(d.key, d.first, d.second) for d in differences(load_scenario(first), load_scenario(new))] == [
        ("service.rsrp_threshold_dbm", -113.0, -60.0)
    ]
    table = html_tables(app)[0]
    assert table.iloc[1, 1] == "Mức RSRP thấp nhất để có dịch vụ, ngoài trời (dBm): −60"

    press(app, "compare_start")
    n = len(fake_plan().villages)
    assert [tab.label for tab in app.tabs if "(" in tab.label] == [f"Bản có khác biệt (0/{n})", "Mục cài đặt khác nhau (0)"]

    press(app, "delete_scenario")
    assert scenario_paths(area) == [first]
    press(app, "restore_copy")
    assert scenario_paths(area) == [first, new]
    assert load_scenario(new).service.rsrp_threshold_dbm == -60
    press(app, "undo_scenario")
    assert scenario_paths(area) == [first]
    assert {copy.done for copy in former_copies(area)} == {"changed", "deleted", "removed"}


@pytest.mark.parametrize("title", ["Phương án 1/2", "..", "C:\\a", "Đ" * 160, HOSTILE])
def test_a_title_of_any_signs_is_taken_away_and_told(area: Path, title: str) -> None:
    new = save_as(scenario_paths(area)[0], title, {})
    app = opened()
    app.selectbox(key="scenarios_chosen").set_value(new.stem).run()
    press(app, "delete_scenario")
    assert not new.exists()
    assert any(title.replace("\\", "") in success.value.replace("\\", "") for success in app.success)


def test_a_scenario_that_another_visit_took_away_is_a_sentence(area: Path) -> None:
    first = scenario_paths(area)[0]
    new = save_as(first, "Hai người", {})
    for key in ("delete_scenario", "compare_start"):
        app = opened()
        app.selectbox(key="scenarios_chosen").set_value(new.stem).run()
        new.rename(new.with_suffix(".gone"))
        press(app, key)
        assert app.selectbox(key="scenarios_chosen").value == first.stem
        assert key != "delete_scenario" or any("không còn nữa" in error.value for error in app.error)
        new.with_suffix(".gone").rename(new)


def test_what_cannot_be_is_told_in_a_sentence(area: Path) -> None:
    app = opened()
    (path,) = scenario_paths(area)
    app.text_input(key="duplicate_title").input("Thử")
    submit(app, "Nhân bản")
    assert [error.value.replace("\\", "") for error in app.error] == [said("scenario_title.taken", title="Thử", file=path.name).text("vi")]
    press(app, "delete_scenario")
    assert "duy nhất" in app.error[0].value
    submit(app, "Lưu vào kịch bản này")
    assert "không có gì thay đổi" in app.error[0].value
    assert scenario_paths(area) == [path]


def test_a_faulty_scenario_is_listed_with_what_is_wrong(area: Path) -> None:
    (area / "scenarios" / "zz.yaml").write_text("name: zz\ntitle_vi: Hỏng\nno_such: 1\n", encoding="utf-8")
    app = opened("en")
    assert "faulty" in html_tables(app)[0].iloc[1, 1]


def test_the_area_of_an_installed_program_is_only_looked_at(area: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled, "_IN_WHEEL", area)
    app = opened()
    assert said("bundled_area.kept").text("vi") in [info.value for info in app.info]
    assert not [button for button in app.button if button.key == "delete_scenario"]


def test_every_setting_is_typed_and_read_back_in_both_languages() -> None:
    for key, value in settings_by_path(load_scenario(SCENARIO)).items():
        for language in ("vi", "en"):
            again = read_typed(typed(value, language), value, language)
            assert again == value, key


def test_values_as_people_write_them() -> None:
    assert read_typed("0,82", 0.75, "vi") == read_typed("0.82", 0.75, "en") == 0.82
    assert read_typed("−105", -113.0, "vi") == -105
    assert read_typed("12", "34", "vi") == "12"
    assert read_typed("", 3.0, "vi") is None
    assert read_typed("Có", False, "vi") is True
    with pytest.raises(UsageError, match="cannot be read"):
        read_typed("[1, ", 2.0, "vi")
    assert shown("service.min_probability", 0.825, "vi") == "82,5%"
    assert shown("service.class_limits_dbm", [-95.0, -105.5], "vi") == "−95; −105,5"
    assert shown("build.budget_vnd", 4_000_000_000, "vi") == "4.000.000.000"
    assert shown("propagation.model", "itm", "vi") == "ITM (Longley–Rice)"
    assert shown("seed", True, "vi") == "Có"


def test_only_what_was_changed_is_written(tmp_path: Path) -> None:
    scenario = load_scenario(SCENARIO)
    assert changed_settings(scenario, {"service.sigma_db": 8, "service.rsrp_threshold_dbm": -105.0}) == {
        "service.rsrp_threshold_dbm": -105.0
    }
    years = year_table(scenario, "vi")
    assert read_years(years) == [{"year": year, "budget_vnd": 4_000_000_000} for year in (2027, 2028, 2029)]
    years.loc[len(years)] = [2030, None]
    with pytest.raises(UsageError, match="year or an amount only"):
        read_years(years)
    area = make_area(tmp_path / "area")
    path = scenario_paths(area)[0]
    found = differences(load_scenario(path), load_scenario(save_as(path, "Nhiều", {f"service.{k}": v for k, v in FOUR.items()})))
    assert difference_line(found, "vi").endswith("; và 1 mục khác")
    assert difference_line((), "vi") == "Không khác mục nào"


FOUR = {"rsrp_threshold_dbm": -100, "rx_height_m": 2, "sigma_db": 6, "min_probability": 0.9}


def test_villages_that_differ_are_named_with_both_values() -> None:
    first = fake_plan()
    second = fake_plan()
    village = second.villages.index[0]
    second.villages.loc[village, "modelled_status"] = (
        "covered" if first.villages.at[village, "modelled_status"] != "covered" else "no_signal"
    )
    found = compare({"Một: hai": first, "B": second})
    table = village_differences(found, "vi")
    assert list(table.iloc[:, 0]) == [first.villages.at[village, "name"]]
    status = [
        name for name in table.columns if name.endswith((" A", " B")) and table[name].iloc[0] in ("Có sóng", "Trắng sóng", "Lõm sóng")
    ]
    assert len({table[name].iloc[0] for name in status}) == 2
    assert site_differences(found, "vi").empty
    assert set(sums_table(found, "vi").columns) == {"Chỉ tiêu", "A", "B"}
    assert comparison_workbook(found, uses_sample_data=True)[:2] == b"PK"
    assert isinstance(table, pd.DataFrame)


def test_what_is_stopped_ends_unless_somebody_else_waits_for_it() -> None:
    shelf: Shelf[int] = Shelf(2)
    begun, goes_on, ended = threading.Event(), threading.Event(), []

    class Left(Exception):
        pass

    def make(tell: object) -> int:
        begun.set()
        goes_on.wait(20)
        tell("coverage", 0.5)  # type: ignore[operator]
        ended.append("to the end")
        return 7

    def leaves(step: str, share: float) -> None:
        if begun.is_set():
            raise Left

    with pytest.raises(Left):
        shelf.get("key", make, leaves)
    shelf.stop("key")
    goes_on.set()
    assert shelf.get("key", make, lambda *_: None) == 7  # begun anew
    assert ended == ["to the end"]

    begun.clear()
    goes_on.clear()
    waiter = threading.Thread(target=lambda: ended.append(str(shelf.get("other", make, lambda *_: None))))
    waiter.start()
    assert begun.wait(20)
    shelf.stop("other")
    goes_on.set()
    waiter.join(20)
    assert ended == ["to the end", "to the end", "7"]


def test_sites_that_only_one_plan_builds_are_listed() -> None:
    sites = pd.DataFrame(
        {
            "place_id": ["P1", "P2"], "kind": ["macro_mast", "low_mast"], "lon": 103.0, "lat": 22.0, "mast_height_m": [42.0, 20.0],
            "cost_vnd:A": [1_200_000_000, 5], "year:A": [2027, 2028], "payer:A": ["fund", "fund"], "households:A": [107.0, 3.0],
            "cost_vnd:B": [None, 5], "year:B": [None, 2028], "payer:B": [None, "fund"], "households:B": [None, 3.0],
            "built_in": [("A",), ("A", "B")],
        },
        index=pd.Index(["S1", "S2"], name="site_id"),
    )  # fmt: skip
    found = compare({"A": fake_plan(), "B": fake_plan()})
    table = site_differences(Comparison(found.names, found.sums, found.villages, sites), "vi")
    assert list(table.index) == ["S1"]
    row = table.iloc[0].to_dict()
    assert row["Chi phí (đồng) A"] == "1.200.000.000"
    assert row["Chi phí (đồng) B"] == "–"
    assert (row["Năm A"], row["Nguồn chi A"], row["Loại"]) == ("2027", word("fund", "vi"), said("build_kind.macro_mast").text("vi"))


def test_no_sign_of_a_title_is_markup_in_a_label(area: Path) -> None:
    made = save_as(scenario_paths(area)[0], HOSTILE, {})
    app = opened()
    app.selectbox(key="scenarios_chosen").select(made.stem).run()
    labels = [each.label for each in (*app.button, *app.selectbox) if "Kịch bản\\" in each.label or "**Kịch bản**" in each.label]
    assert len(labels) == 3, "compare with, duplicate, delete"
    for label in labels:
        assert "\\*\\*Kịch bản\\*\\* \\`x\\` \\$y\\$" in label


def test_a_faulty_scenario_keeps_the_title_that_can_be_read(area: Path) -> None:
    path = scenario_paths(area)[0]
    made = save_as(path, "Phương án 1/2", {})
    made.write_text(made.read_text("utf-8").replace("rsrp_threshold_dbm", "rsrp_dbm").replace("service:", "service:\n  x: 1"), "utf-8")
    app = opened()
    titles = list(html_tables(app)[0].iloc[:, 0])
    assert "Phương án 1/2" in titles
    assert made.stem not in titles


def test_an_unseen_sign_of_a_title_is_shown_and_the_letters_stay(area: Path) -> None:
    with pytest.raises(UsageError) as refused:
        save_as(scenario_paths(area)[0], "Tên có\u202e đảo", {})
    assert "“Tên có\\u202e đảo”" in refused.value.text("vi")


def test_a_faulty_scenario_is_not_opened_unasked_and_what_is_done_with_it_is_told_beside_it(area: Path) -> None:
    path = scenario_paths(area)[0]
    broken = path.with_name("a_hong.yaml")
    broken.write_text("name: [a_hong\ntitle_vi: Hỏng\n", encoding="utf-8")
    app = opened()
    assert app.selectbox(key="scenarios_chosen").value == path.stem
    assert not [title for title in app.title if title.value == said("ui.faults_title").text("vi")]
    app.selectbox(key="scenarios_chosen").select(broken.stem).run()
    app.text_input(key="duplicate_title").input("Bản sao")
    submit(app, said("ui.duplicate_button", title="Hỏng").text("vi"))
    assert said("ui.scenario_not_done").text("vi") in [error.value for error in app.error]
    assert "ngoặc" in fault_tables(app)[0].loc[0, "Sai ở đâu"]
    assert not app.title
    assert scenario_paths(area) == [broken, path]


def told_gone(app: AppTest) -> list[str]:
    return [element.proto.body for element in app.get("html") if "không còn trong vùng nghiên cứu" in element.proto.body]


def test_a_scenario_taken_back_leads_to_the_one_before_and_is_told(area: Path) -> None:
    (source,) = scenario_paths(area)
    for stem in ("a", "z"):
        source.with_name(f"{stem}.yaml").write_text(source.read_text("utf-8").replace('"Thử"', f'"Kịch bản {stem}"'), "utf-8")
    app = opened()
    app.selectbox(key="scenario").select("z").run()
    app.text_input(key="duplicate_title").input("Bản thử")
    submit(app, "Nhân bản")
    new = next(path.stem for path in scenario_paths(area) if path.stem not in ("a", "s", "z"))
    app.selectbox(key="scenario").select(new).run()
    assert told_gone(app) == []
    press(app, "undo_scenario")
    # the first of the folder would be another one, opened without a word
    assert address_of(app)["scenario"] == "z"
    assert app.selectbox(key="scenario").value == "z"
    (line,) = told_gone(app)
    assert new in line
    assert "Kịch bản z" in line
    app.selectbox(key="scenario").select("a").run()
    assert told_gone(app) == []


def test_an_address_of_a_scenario_that_is_gone_is_told_and_its_trial_goes_to_no_other(area: Path) -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.query_params["scenario"] = "da_xoa"
    app.query_params["weights"] = "households:9"
    app.run()
    assert not app.exception
    (line,) = told_gone(app)
    assert "da_xoa" in line
    assert address_of(app) == {"scenario": scenario_paths(area)[0].stem}
