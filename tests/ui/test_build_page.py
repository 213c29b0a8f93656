"""The page of the build plan: a budget tried, wishes from the tables, work stopped and begun again, saved as a scenario."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from geo_planner.build.rebuild import StoppedError, rebuild, years_within
from geo_planner.compare import compare, site_costs, village_costs
from geo_planner.config import load_scenario
from geo_planner.config.build import BuildSettings
from geo_planner.config.build.money import YearBudget
from geo_planner.errors import warning
from geo_planner.export.comparison import write_comparison
from geo_planner.export.xlsx import build_workbook
from geo_planner.plan import Plan, run, with_build
from geo_planner.retried import Trial, changes
from geo_planner.retried import tried as under
from geo_planner.study_area import load_study_area
from geo_planner.trial.cures import cures
from geo_planner.ui import build_tables as tables
from geo_planner.ui import loading, trying
from geo_planner.ui.address import BuildTrial, Visit, read_address, write_address
from geo_planner.ui.build_chart import chart_notes, frontier_chart, frontier_points
from geo_planner.ui.build_job import Job
from geo_planner.ui.build_years import budget_of_sum, differing, limit_in_force, sum_line, trying_budget, trying_years
from geo_planner.ui.scenario_tables import site_cost_table, village_cost_table
from geo_planner.ui.texts import text
from geo_planner.ui.written import Figures, written
from geo_planner.words import LANGUAGES, first_of
from geo_planner.words.figures import number
from tests import small_area as sa
from tests.build.test_plan_holds import drawn_area
from tests.conftest import ROOT
from tests.ui.test_pages import html_of

THRESHOLD = -60.0


@pytest.fixture(scope="module")
def area(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small study area whose plan has two years, and four villages that need something."""
    return drawn_area(tmp_path_factory.mktemp("page") / "area", 7)


@pytest.fixture(scope="module")
def plan(area: Path) -> Plan:
    years = "build.years=[{year: 2027, budget_vnd: 3000000000}, {year: 2028, budget_vnd: 3000000000}]"
    scenario = load_scenario(area / sa.SCENARIO, [years, "build.budget_vnd=null", "build.must_not=[]", "build.search.frontier_points=4"])
    return run(scenario, load_study_area(area, scenario), workers=1)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, plan: Plan, area: Path) -> Plan:
    st.cache_data.clear()
    st.cache_resource.clear()
    monkeypatch.setenv(loading.STUDY_AREA_VARIABLE, str(area))
    monkeypatch.setattr(loading, "run", lambda *_, **__: plan)
    return plan


def begun(**address: str) -> AppTest:
    """The page at this address, perhaps with work in the background."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    for key, value in address.items():
        app.query_params[key] = value
    app.run()
    return app.switch_page("geo_planner/ui/pages/build.py").run()


def open_page(**address: str) -> AppTest:
    return settled(begun(**address))


def settled(app: AppTest) -> AppTest:
    """After the work in the background."""
    job: Job[Any] | None = app.session_state["build_job"] if "build_job" in app.session_state else None  # noqa: SIM401 - it has no get
    if job is not None:
        assert job.done(60)
        app.run()
    assert not app.exception
    return app


def addressed(app: AppTest, key: str) -> str:
    """A part of the address, which the app gives as it was set."""
    told = app.query_params[key]
    return told if isinstance(told, str) else told[-1]


def table_of(app: AppTest, column: str) -> Any:
    return next(frame.value for frame in app.dataframe if text(column, "vi") in frame.value.columns)


def test_a_budget_slid_down_drops_sites_and_is_kept_in_the_address(shown: Plan) -> None:
    app = open_page()
    before = table_of(app, "build_column_kind")
    assert len(before) == len(shown.build.results.sites)
    slider = app.select_slider(key="build_budget")
    assert slider.value == 6_000_000_000
    settled(slider.set_value(2_000_000_000).run())
    found = rebuild(shown, budget_vnd=2_000_000_000, years=years_within(shown.build.settings.years, 2_000_000_000))
    after = table_of(app, "build_column_kind")
    assert list(after[text("build_column_id", "vi")]) == list(
        tables.site_table(shown, found, "vi", BuildTrial())[text("build_column_id", "vi")]
    )
    assert len(after) < len(before)
    assert addressed(app, "budget") == "2000000000"
    assert app.text_input(key="build_budget_box").value == "2"
    assert any("6 tỷ đồng → 2 tỷ đồng" in warning.value for warning in app.warning)
    app.button(key="build_back").click().run()
    assert "budget" not in app.query_params
    assert len(table_of(app, "build_column_kind")) == len(before)


def test_the_budget_of_a_year_is_typed_recomputed_and_saved(shown: Plan, area: Path) -> None:
    app = open_page()
    assert [app.text_input(key=f"build_year_{year}").value for year in (2027, 2028)] == ["3", "3"]
    settled(app.text_input(key="build_year_2027").set_value("1,5").run())
    assert addressed(app, "years") == "2027:1500~2028:3000"
    found = rebuild(shown, years=[YearBudget(year=2027, budget_vnd=1_500_000_000), YearBudget(year=2028, budget_vnd=3_000_000_000)])
    assert table_of(app, "build_column_available").equals(written_years(found))
    assert any("4,5 tỷ đồng" in caption.value for caption in app.caption)
    assert any("2027: 1,5 tỷ đồng; 2028: 3 tỷ đồng" in warning.value for warning in app.warning)
    app.text_input(key="build_year_2028").set_value("ba tỷ").run()
    assert any("ba tỷ" in error.value for error in app.error)
    assert addressed(app, "years") == "2027:1500~2028:3000"
    settled(app.text_input(key="build_year_2028").set_value("2").run())
    settled(app.button(key="build_year_more").click().run())
    settled(app.text_input(key="build_year_2029").set_value("0,25").run())
    app.text_input(key="build_save_title").set_value("Ba năm").run()
    app.button(key="build_save").click().run()
    assert not app.exception
    new = next(path for path in (area / "scenarios").glob("*.yaml") if path.name != Path(sa.SCENARIO).name)
    saved = load_scenario(new).build
    new.unlink()
    assert [(each.year, each.budget_vnd) for each in saved.years] == [(2027, 1_500_000_000), (2028, 2_000_000_000), (2029, 250_000_000)]
    assert saved.budget_vnd == load_scenario(area / sa.SCENARIO).build.budget_vnd  # nobody touched it


def test_what_fits_no_year_is_told_by_name(shown: Plan) -> None:
    site, village = str(shown.build.results.sites.index[0]), str(shown.villages.index[0])
    notes = [
        warning("scenario", "build_unplaced.budget", column="build.years", n=12, ids=first_of([site] * 12, 10)),
        warning("scenario", "build_id_at_odds.not_built", name=village),
        warning("scenario", "build_id_unknown.must", name="nobody"),
    ]
    unplaced, at_odds, unknown = tables.notes_of_choice(shown, replace(shown.build, notes=tuple(notes)), "vi")
    called = tables.site_names(shown, shown.build, "vi")[site]
    assert "|" in site
    assert site not in unplaced
    assert unplaced.count(called) == 10
    assert "và 2" in unplaced
    assert tables.village_names(shown)[village] in at_odds
    assert "nobody" in unknown


def written_years(build: Any) -> Any:
    figures = {text(f"build_column_{name}", "vi"): Figures(0) for name in ("budget", "available", "cost", "households")}
    figures |= {text(key, "vi"): Figures(0) for key in ("build_sites", "build_links")}
    table = written(tables.year_table(build, "vi"), figures, "vi")
    return getattr(table, "data", table)


def test_years_and_the_whole_budget_are_held_against_each_other() -> None:
    years = (YearBudget(year=2027, budget_vnd=4 * 10**9), YearBudget(year=2028, budget_vnd=4 * 10**9))
    settings = BuildSettings(years=years)
    typed = trying_years(settings, BuildTrial(), [(2027, 10**9), (2028, 4 * 10**9)])
    assert typed == BuildTrial(years=((2027, 10**9), (2028, 4 * 10**9)))
    assert limit_in_force(settings, typed) == 5 * 10**9
    assert trying_years(settings, typed, [(2027, 4 * 10**9), (2028, 4 * 10**9)]) == BuildTrial()
    assert "toàn bộ ngân sách" in sum_line(settings, typed, "vi")
    # the slider scales what was typed, and takes the scenario's own budget for none tried
    assert trying_budget(settings, typed, 10**10) == BuildTrial(10**10, years=((2027, 2 * 10**9), (2028, 8 * 10**9)))
    assert trying_budget(settings, BuildTrial(), 8 * 10**9) == BuildTrial()
    # a budget that holds beside the years
    less = BuildTrial(6 * 10**9, years=((2027, 4 * 10**9), (2028, 4 * 10**9)))
    assert limit_in_force(settings, less) == 6 * 10**9
    assert "vượt toàn bộ ngân sách 6 tỷ đồng là 2 tỷ đồng" in sum_line(settings, less, "vi")
    assert budget_of_sum(settings, less) == BuildTrial()
    under = BuildTrial(9 * 10**9, years=less.years)
    assert "còn 1 tỷ đồng chưa xếp vào năm nào" in sum_line(settings, under, "vi")
    assert tables.changes(settings, typed) == {
        "build.years": [{"year": 2027, "budget_vnd": 10**9}, {"year": 2028, "budget_vnd": 4 * 10**9}]
    }
    assert tables.changes(settings, BuildTrial(years=())) == {"build.years": []}


def test_a_typed_budget_takes_the_comma_and_what_is_none_is_told(shown: Plan) -> None:
    app = open_page()
    settled(app.text_input(key="build_budget_box").set_value("2,5 tỷ").run())
    assert addressed(app, "budget") == "2500000000"
    app.text_input(key="build_budget_box").set_value("nhiều").run()
    assert any("nhiều" in error.value for error in app.error)
    assert addressed(app, "budget") == "2500000000"


def test_a_village_that_must_be_covered_is(shown: Plan) -> None:
    reached = shown.build.demands["village_id"].reindex(shown.build.covers["demand_id"].unique()).unique()
    village = sorted(map(str, reached))[-1]
    app = open_page(must=village, budget="100000000000")
    assert app.multiselect(key="build_must").value == [village]
    told = table_of(app, "build_column_outcome")
    assert list(told.loc[[village], text("build_column_wish", "vi")]) == [text("build_wish_must", "vi")]
    assert str(told.at[village, text("build_column_outcome", "vi")]).startswith("Được phủ")
    settled(app.multiselect(key="build_must_not").set_value([village]).run())
    assert app.multiselect(key="build_must").value == []
    assert "must" not in app.query_params
    assert addressed(app, "mustnot") == village


def test_work_that_is_stopped_leaves_what_was_shown_and_is_begun_again(shown: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    held = threading.Event()

    def slow(*_: Any, stop: Any, **__: Any) -> Any:
        while not held.wait(0.01):
            if stop():
                raise StoppedError
        return rebuild(shown, budget_vnd=2_000_000_000)

    monkeypatch.setattr("geo_planner.build.rebuild.rebuild", slow)
    app = begun(budget="2000000000")
    app.button(key="build_stop").click().run()
    settled(app)
    assert len(table_of(app, "build_column_kind")) == len(shown.build.results.sites)
    assert any(caption.value == text("build_not_done", "vi") for caption in app.caption)
    held.set()
    settled(app.button(key="build_again").click().run())
    assert len(table_of(app, "build_column_kind")) < len(shown.build.results.sites)


def test_it_is_saved_as_a_scenario_that_holds_what_was_tried(shown: Plan, area: Path) -> None:
    app = open_page(budget="2000000000", mustnot="V0")
    app.text_input(key="build_save_title").set_value("Phương án 2 tỷ").run()
    app.button(key="build_save").click().run()
    assert not app.exception
    new = next(path for path in (area / "scenarios").glob("*.yaml") if path.name != Path(sa.SCENARIO).name)
    saved = load_scenario(new)
    new.unlink()
    assert saved.title_vi == "Phương án 2 tỷ"
    assert saved.build is not None
    assert (saved.build.budget_vnd, saved.build.must_not) == (2_000_000_000, ("V0",))
    assert [each.budget_vnd for each in saved.build.years] == [1_000_000_000] * 2
    assert addressed(app, "scenario") == new.stem


def test_a_scenario_without_a_build_plan_is_offered_one(shown: Plan, area: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without = replace(shown, build=None, scenario=shown.scenario.model_copy(update={"build": None}))
    monkeypatch.setattr(loading, "run", lambda *_, **__: without)
    app = open_page()
    assert [info.value for info in app.info] == [text("build_missing", "vi")]
    next(box for box in app.text_input if box.label == text("build_first_budget", "vi")).set_value("9")
    next(box for box in app.text_input if box.label == text("build_save_title", "vi")).set_value("Có phương án")
    next(button for button in app.button if button.label == text("build_save", "vi")).click().run()
    new = next(path for path in (area / "scenarios").glob("*.yaml") if path.name != Path(sa.SCENARIO).name)
    saved = load_scenario(new).build
    new.unlink()
    assert [(each.year, each.budget_vnd) for each in saved.years] == [(2027 + at, 3_000_000_000) for at in range(3)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_agree_with_the_plan(plan: Plan, language: Any) -> None:
    build = plan.build
    sites = tables.site_table(plan, build, language, BuildTrial())
    million = text("build_column_cost", language)
    assert sites[million].sum() * 1e6 == pytest.approx(build.results.sites["cost_vnd"].sum())
    years = tables.year_table(build, language)
    assert years[million].sum() * 1e6 == pytest.approx(build.choice.cost)
    side = tables.estimate_table(build, language)
    assert [side.iloc[0][text(f"build_price_{e}", language)] * 1e6 for e in ("low", "base", "high")] == pytest.approx(
        [build.costs.totals[e]["capex"] for e in ("low", "base", "high")]
    )
    payers = tables.payer_table(build, language)
    assert payers[text("build_price_high", language)].sum() * 1e6 == pytest.approx(build.costs.totals["high"]["capex"])
    villages = tables.village_table(plan, build, language, BuildTrial())
    assert list(villages.index) == list(plan.villages.index)
    assert frontier_chart(build, build, 5, language).to_dict()["layer"]
    points = frontier_points(build, language)
    assert points["budget"].iloc[0] == 0.0
    assert points.groupby("kind")["budget"].apply(lambda part: part.is_monotonic_increasing).all()
    assert build_workbook(plan, "x")[:2] == b"PK"


def test_a_try_stands_in_the_address_and_comes_back() -> None:
    for tried in (BuildTrial(), BuildTrial(8_500_000_000, ("a", "b|c"), (), "high"), BuildTrial(0, (), None, "low")):
        visit = Visit(build=tried)
        assert read_address(write_address(visit)) == visit
    typed = Visit(build=BuildTrial(years=((2027, 3_000_000_000), (2028, 1_234_567_891), (2030, 0))))
    assert write_address(typed)["years"] == "2027:3000~2028:1234.567891~2030:0"
    assert read_address(write_address(typed)) == typed
    assert read_address(write_address(Visit(build=BuildTrial(years=())))).build == BuildTrial(years=())
    for told in (
        "2028:1~2027:1",
        "2027:1~2027:2",
        "2019:5",
        "2101:5",
        "2027:-1",
        "2027:1e3",
        "2027",
        "2027:1~x",
        "2027:9999999999",
        "",
        "٢٠٢٧:1",
    ):
        assert read_address({"years": told}).build == BuildTrial(), told
    for told in ("-1", "1e9", "0x1", "1" * 17, "12.5", ""):
        assert read_address({"budget": told}).build == BuildTrial()
    assert read_address({"must": "a~a~<b>~c", "prices": "worst"}).build == BuildTrial(must=("a", "c"))


def test_a_factor_of_prices_is_tried_recomputed_and_saved(shown: Plan, area: Path) -> None:
    app = open_page()
    field = app.number_input(key="build_price_factor")
    assert field.value == 1.0
    settled(field.set_value(1.5).run())
    assert addressed(app, "costs") == "price_factor:1.5"
    found = rebuild(shown, price_factor=1.5)
    assert list(table_of(app, "build_column_kind")[text("build_column_id", "vi")]) == list(
        tables.site_table(shown, found, "vi", BuildTrial())[text("build_column_id", "vi")]
    )
    assert any("Hệ số đơn giá 1 → 1,5." in warning.value for warning in app.warning)
    assert "gp-strip gp-trial" not in html_of(app)  # the page follows it by itself
    app.text_input(key="build_save_title").set_value("Giá cao").run()
    app.button(key="build_save").click().run()
    assert not app.exception
    new = next(path for path in (area / "scenarios").glob("*.yaml") if path.name != Path(sa.SCENARIO).name)
    saved = load_scenario(new).build
    new.unlink()
    assert saved is not None
    assert saved.price_factor == 1.5
    assert saved.must_not == load_scenario(area / sa.SCENARIO).build.must_not
    assert "costs" not in app.query_params


def test_the_factor_of_an_address_is_one_that_the_field_takes(shown: Plan) -> None:
    for told in ("0", "0.09", "10.5", "nan"):
        assert read_address({"costs": f"price_factor:{told}"}) == Visit(), told
    app = open_page(costs="price_factor:2")
    assert app.number_input(key="build_price_factor").value == 2.0
    app.button(key="build_back").click().run()
    assert "costs" not in app.query_params
    assert app.number_input(key="build_price_factor").value == 1.0


def on_trial(plan: Plan) -> Plan:
    return with_build(under(plan, Trial(threshold_dbm=THRESHOLD)), 1, None, lambda _step, _share: None)


def test_what_the_ranking_tries_has_a_choice_of_its_own_when_it_is_asked_for(shown: Plan, area: Path) -> None:
    app = begun(threshold=str(int(THRESHOLD)))
    assert text("build_not_on_trial", "vi", what="").split(".")[-2] in html_of(app)
    ids = text("build_column_id", "vi")
    assert list(table_of(app, "build_column_kind")[ids]) == list(tables.site_table(shown, shown.build, "vi", BuildTrial())[ids])
    chosen(app.button(key="build_choose_on_trial").click().run())
    wanted = on_trial(shown)
    assert sites_of(wanted.build) != sites_of(shown.build)
    assert list(table_of(app, "build_column_kind")[ids]) == list(tables.site_table(wanted, wanted.build, "vi", BuildTrial())[ids])
    assert "Phương án thử, chọn lại theo" in html_of(app)
    gone, new = tables.gone_and_new(shown.build, wanted.build)
    assert text("build_diff_sites", "vi", gone=len(gone), new=len(new)) in html_of(app)
    # a budget tried on top of it is held against it
    settled(app.select_slider(key="build_budget").set_value(2_000_000_000).run())
    less = rebuild(wanted, budget_vnd=2_000_000_000, years=years_within(wanted.build.settings.years, 2_000_000_000))
    assert list(table_of(app, "build_column_kind")[ids]) == list(tables.site_table(wanted, less, "vi", BuildTrial())[ids])
    gone, new = tables.gone_and_new(wanted.build, less)
    assert any(text("build_diff_sites_trial", "vi", gone=len(gone), new=len(new)) in warning.value for warning in app.warning)
    app.text_input(key="build_save_title").set_value("Theo phép thử").run()
    app.button(key="build_save").click().run()
    assert not app.exception
    new_file = next(path for path in (area / "scenarios").glob("*.yaml") if path.name != Path(sa.SCENARIO).name)
    saved = load_scenario(new_file)
    new_file.unlink()
    assert saved.service.rsrp_threshold_dbm == THRESHOLD
    assert saved.build.budget_vnd == 2_000_000_000


def test_another_trial_is_not_taken_for_the_one_that_was_chosen_for(shown: Plan) -> None:
    app = begun(threshold=str(int(THRESHOLD)))
    chosen(app.button(key="build_choose_on_trial").click().run())
    app.button(key="trial_end").click().run()
    assert "gp-strip gp-trial" not in html_of(app)
    ids = text("build_column_id", "vi")
    assert list(table_of(app, "build_column_kind")[ids]) == list(tables.site_table(shown, shown.build, "vi", BuildTrial())[ids])
    assert any(button.key == "build_choose_on_trial" for button in begun(threshold=str(int(THRESHOLD) - 1)).button)
    # what was chosen once is there at once for everybody who tries the same
    assert "Phương án thử, chọn lại theo" in html_of(begun(threshold=str(int(THRESHOLD))))


def test_a_choice_for_a_trial_is_stopped_and_begun_again(shown: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    told, held = [], threading.Event()

    def slow(*_: Any) -> Any:
        tell = _[-1]
        while not held.wait(0.01):
            tell("build_reach", 0.3)
        told.append("through")
        return on_trial(shown)

    monkeypatch.setattr(trying, "with_build", slow)
    app = begun(threshold=str(int(THRESHOLD)))
    app.button(key="build_choose_on_trial").click().run()
    app.button(key="build_on_trial_stop").click().run()
    assert app.session_state["build_on_trial"].done(60)
    app.run()
    assert not told
    assert "chưa theo phần đang thử" in html_of(app)
    held.set()
    chosen(app.button(key="build_choose_on_trial").click().run())
    assert told == ["through"]
    assert "Phương án thử, chọn lại theo" in html_of(app)


def test_the_map_has_the_choice_that_there_is_for_what_is_tried(shown: Plan) -> None:
    own = loading.LoadedPlan("key", shown)

    def on_map(trial: Trial) -> loading.LoadedPlan | None:
        return trying._with_choice(own, trying.Tried(trial, changes(shown.scenario, trial)), lambda _step, _share: None)

    # only prices are others: the choice is made anew at them, and what an option would cost a village follows
    dearer = on_map(Trial(costs={"price_factor": 1.5}))
    assert sites_of(dearer.plan.build) == sites_of(rebuild(shown, price_factor=1.5))
    assert dearer.plan.scenario.build.price_factor == 1.5
    village = str(shown.build.demands.loc[shown.build.covers["demand_id"].iloc[0], "village_id"])
    told = [cures(plan, village, every=True).set_index("option_id")["cost_vnd"].astype(float) for plan in (shown, dearer.plan)]
    assert len(told[0])
    assert (told[1] / told[0]).tolist() == pytest.approx([1.5] * len(told[0]), rel=1e-6)
    # another service: only what was chosen for it on the build plan's page
    other = Trial(threshold_dbm=THRESHOLD)
    assert on_map(other) is None
    trying.choose_for(own, trying.Tried(other, changes(shown.scenario, other)), lambda _step, _share: None)
    assert sites_of(on_map(other).plan.build) == sites_of(on_trial(shown).build)
    both = on_map(Trial(threshold_dbm=THRESHOLD, costs={"price_factor": 1.5}))
    assert sites_of(both.plan.build) == sites_of(rebuild(on_trial(shown), price_factor=1.5))


def sites_of(build: Any) -> tuple[list[str], int]:
    """What is built, and for how much."""
    return sorted(map(str, build.choice.options)), int(build.choice.cost)


def chosen(app: AppTest) -> AppTest:
    """After the choice for what is tried."""
    assert app.session_state["build_on_trial"].done(60)
    app.run()
    assert not app.exception
    return app


def test_wishes_of_the_scenario_are_none_tried() -> None:
    settings = BuildSettings(must=("a",), must_not=("b",))
    assert tables.wishing(settings, BuildTrial(), ["a"], ["b"]) == BuildTrial()
    assert tables.wishing(settings, BuildTrial(), ["a", "b"], ["b", "c"]) == BuildTrial(must_not=("b", "c"))
    assert tables.changes(settings, BuildTrial(must=())) == {"build.must": []}


def test_what_an_address_says_as_the_scenario_does_is_none_tried() -> None:
    years = ({"year": 2027, "budget_vnd": 4}, {"year": 2028, "budget_vnd": 6})
    settings = BuildSettings(must=("a",), must_not=("b",), years=years)
    same = BuildTrial(10, ("a",), ("b",), years=((2027, 4), (2028, 6)), price_factor=1.0)
    assert differing(settings, same) == BuildTrial()
    assert differing(BuildSettings(), BuildTrial(must=(), must_not=())) == BuildTrial()
    assert differing(settings, BuildTrial(11)) == BuildTrial(11)
    # what is wished and barred at once is barred, on the page as in the choice
    assert differing(settings, BuildTrial(must=("a", "c"), must_not=("b", "c"))) == BuildTrial(must_not=("b", "c"))


def test_a_wish_that_nothing_bears_is_told(shown: Plan) -> None:
    app = open_page(must="V1~<b>~NOBODY_*x*", mustnot="V2")
    told = " ".join(warning.value.replace("\\", "") for warning in app.warning)
    assert "NOBODY_*x*" in told.split("Đang thử")[0]
    assert "Hãy sửa lại mã" in told
    assert not any("Hãy sửa lại mã" in warning.value for warning in open_page().warning)


def test_a_budget_beyond_all_that_can_be_covered_leaves_the_curve_its_width(plan: Plan) -> None:
    def drawn(vnd: int) -> tuple[float, bool]:
        layers = frontier_chart(plan.build, plan.build, vnd, "vi").to_dict()["layer"]
        top = next(layer["encoding"]["x"]["scale"]["domain"][1] for layer in layers if "scale" in layer["encoding"]["x"])
        return top, any(layer["mark"]["type"] == "rule" for layer in layers)

    most = plan.build.frontier["budget_vnd"].max() / 1e9
    assert drawn(10**15) == (pytest.approx(most), False)
    assert drawn(0) == (pytest.approx(most), True)
    assert drawn(int(most * 1.5e9)) == (pytest.approx(1.5 * most), True)


@pytest.mark.parametrize("budget", [None, "0", "11", "30", "60000", "999999"])
def test_the_caption_of_the_chart_names_what_is_drawn_and_nothing_else(shown: Plan, budget: str | None) -> None:
    """Diamond, disc and cut-off line as they stand; a budget too far to the right is told instead of its line."""
    app = open_page(**({} if budget is None else {"budget": f"{budget}000000000"}))
    caption = next(each.value for each in app.caption if text("build_chart_scenario", "vi") in each.value)
    drawn = json.loads(app.get("vega_lite_chart")[0].proto.spec)
    marks = [layer["mark"] for layer in drawn["layer"]]
    assert (text("build_chart_line", "vi") in caption) == any(mark["type"] == "rule" for mark in marks)
    assert (text("build_chart_tried", "vi") in caption) == any(mark.get("shape") == "circle" for mark in marks)
    if text("build_chart_line", "vi") not in caption:
        assert f"{number(float(budget or 0), 0, 'vi')} tỷ đồng" in caption, "the budget whose line is not drawn"


def test_the_last_point_is_called_everything_only_where_it_is(plan: Plan) -> None:
    def notes(points: int, limit: int | None) -> str:
        search = plan.build.settings.search.model_copy(update={"frontier_points": points})
        settings = plan.build.settings.model_copy(update={"search": search, "budget_vnd": limit, "years": ()})
        frontier = plan.build.frontier.iloc[:points]
        build = replace(plan.build, settings=settings, frontier=frontier)
        return chart_notes(build, build, 10**9, "vi")

    everything = text("build_chart_last", "vi")
    assert everything in notes(5, 10**9)
    assert everything in notes(1, None)
    assert everything not in notes(1, 10**9), "its only point is the budget itself"
    assert everything not in notes(0, None), "there is no point"


def test_where_all_have_signal_the_axis_is_that_of_whole_households(plan: Plan) -> None:
    nothing = replace(plan.build, frontier=plan.build.frontier.assign(weight=0.0, households=0.0))
    layers = frontier_chart(nothing, nothing, None, "vi").to_dict()["layer"]
    assert next(layer["encoding"]["y"]["scale"] for layer in layers if "scale" in layer["encoding"]["y"]) == {"domain": [0.0, 1.0]}


def test_doubts_and_other_budgets_tell_how_far_they_are_and_can_be_stopped(plan: Plan) -> None:
    told: list[tuple[str, float]] = []
    with_build(plan, 2, None, lambda step, share: told.append((step, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    search = plan.build.settings.search
    assert [step for step, _ in told].count("build_doubts") == 1 + search.draws
    assert [step for step, _ in told].count("build_frontier") == 1 + len(plan.build.frontier)
    for last in ("build_doubts", "build_frontier"):
        begun_steps: list[str] = []

        def stopping(step: str, _share: float, last: str = last, begun_steps: list[str] = begun_steps) -> None:
            begun_steps.append(step)
            if begun_steps.count(last) == 2:
                raise StoppedError

        with pytest.raises(StoppedError):
            with_build(plan, 2, None, stopping)
        assert begun_steps[-1] == last


def test_two_plans_side_by_side_tell_what_each_village_and_site_costs(plan: Plan, tmp_path: Path) -> None:
    less = replace(plan, build=rebuild(plan, budget_vnd=2_000_000_000, years=years_within(plan.build.settings.years, 2_000_000_000)))
    found = compare({"A*": plan, "b": less})
    costs = village_costs(found)
    assert costs["cost_share_vnd:A*"].sum() == plan.build.choice.cost
    assert costs["cost_share_vnd:b"].sum() == less.build.choice.cost
    assert costs["cost_difference_vnd:b"].sum() == less.build.choice.cost - plan.build.choice.cost
    sites = site_costs(found)
    assert sites["cost_vnd:b"].sum() == less.build.results.sites["cost_vnd"].sum()
    for table, total in ((village_cost_table(found, "vi"), plan.build.choice.cost), (site_cost_table(found, "vi"), plan.build.choice.cost)):
        assert table.iloc[-1, 0] == "Cộng"
        assert table["A (triệu đồng)"].iloc[-1] * 1e6 == pytest.approx(total)
        assert table["A (triệu đồng)"].iloc[:-1].sum() * 1e6 == pytest.approx(total)
        assert table["B − A (triệu đồng)"].iloc[-1] < 0
    book = write_comparison(found, tmp_path / "out", uses_sample_data=True)["comparison.xlsx"]
    sheets = openpyxl.load_workbook(book)
    foot = [[cell.value for cell in row] for row in sheets["Chi phí theo bản"].iter_rows()]
    total = next(row for row in foot if row[0] == "Cộng")
    assert total[3:6] == [plan.build.choice.cost, less.build.choice.cost, less.build.choice.cost - plan.build.choice.cost]
    # a plan without a build plan beside one that has
    alone = compare({"a": replace(plan, build=None), "b": plan})
    assert list(village_cost_table(alone, "en").columns[2:]) == ["B (million đồng)"]
    assert site_cost_table(compare({"a": replace(plan, build=None), "b": replace(plan, build=None)}), "vi").empty
